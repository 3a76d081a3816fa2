//! Key sets that sign for every customer of a sender.

use super::*;

/// Keys that sign for every customer of a sender prove nothing about whose event it is, by whatever name they are configured.
#[test]
fn shared_keys_need_a_token_whatever_the_scheme() {
    let defaults = crate::scheme::ALL.iter().copied().filter_map(|scheme| match scheme.keys {
        crate::scheme::KeySource::SharedJwks(url) => Some(url),
        _ => None,
    });
    let mut tried = 0;
    for url in defaults {
        let (_, rest) = url.split_once("://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let host = host.to_uppercase();
        let spelled = [
            url.to_owned(),
            format!("https://{host}:443/{path}"),
            format!("{url}/"),
            format!("{url}?x=1"),
            format!("{url}#x"),
            url.replace("/.", "/%2e"),
            format!("https://{host}./x/..//{path}"),
        ];
        for scheme in ["standard-webhooks", "svix", "gemini-dynamic"] {
            for url in &spelled {
                let source = |more: &str| format!(r#""scheme":"{scheme}","jwks":"{url}",{FORWARD}{more}"#);
                assert_fault(&source(""), "url_token");
                assert_fault(&source(r#","url_token":"TOKEN","secrets":["GOOD"]"#), "secrets");
                assert_fault(&source(r#","url_token":"TOKEN","secrets":["PUBLIC"]"#), "secrets");
                assert_fault(&source(r#","url_token":"TOKEN","secrets":[]"#), "secrets");
                assert_ready(&source(r#","url_token":"TOKEN""#));
                tried += 1;
            }
        }
        assert_ready(&format!(
            r#""scheme":"svix","jwks":"https://{host}/customer-1/jwks.json","secrets":["GOOD"],{FORWARD}"#
        ));
    }
    assert!(tried >= 21, "there is a shared key set");
}
