//! The URL that a sender signs, as a source has it.

use super::*;

const REQUEST: &str = "https://worker.example/s?a=1&b=2";

fn source(more: &str) -> Source {
    let sources = format!(r#"{{"s":{{"scheme":"square","secrets":["GOOD"],{FORWARD}{more}}}}}"#);
    let config = Config::parse(Some(&sources), &Known);
    match config.entries.into_iter().next() {
        Some((_, Entry::Ready(source))) => *source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_is_the_requests_own_unless_the_configuration_has_another() {
    assert_eq!(source("").signed_url(REQUEST), REQUEST);
    let proxied = source(r#","public_url":"https://hooks.example/square""#);
    assert_eq!(proxied.signed_url(REQUEST), "https://hooks.example/square?a=1&b=2");
    assert_eq!(proxied.signed_url("https://worker.example/s"), "https://hooks.example/square");
    let whole = source(r#","public_url":"https://hooks.example/square?c=3""#);
    assert_eq!(whole.signed_url(REQUEST), "https://hooks.example/square?c=3");
}

#[test]
fn it_is_a_url_and_only_for_senders_that_sign_it() {
    let square = |url: &str| format!(r#""scheme":"square","secrets":["GOOD"],{FORWARD},"public_url":"{url}""#);
    assert_ready(&square("http://localhost:8787/s"));
    for url in
        ["", "/square", "hooks.example/square", "ftp://a.example", "https://a.example/#x", "https://u:p@a.example"]
    {
        assert_fault(&square(url), "public_url");
    }
    assert_fault(&gemini(r#","public_url":"https://a.example""#), "public_url");
    let standard = format!(r#""scheme":"stripe","secrets":["GOOD"],{FORWARD},"public_url":"https://a.example""#);
    assert!(faults(&standard).contains("does not sign the URL"), "{}", faults(&standard));
}
