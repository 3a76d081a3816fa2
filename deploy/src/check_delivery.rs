//! `cargo xtask check --try FILE`: whether a source of the configuration would accept a saved delivery, and where that would go; if not, why.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use countersign::config::{Config, Destination, Source};
use countersign::explain::{self, Receiver, Report, Ruling, Secret, State};
use countersign::gateway::event_type::stated_type;
use countersign::{Delivery, Headers, Target, Timestamp};
use serde_json::Value as Json;

use crate::saved_request::SavedRequest;
use crate::saved_source::{keys_of, source_of};
use xtask::term::{dim, green, red, yellow};

/// Prints what every step of the check finds. `values` are the secrets by name, `tables` the sources.
///
/// The delivery is judged at the present time. A saved one is older than the tolerance allows, so age alone does not fail it.
///
/// # Errors
/// If it would be refused, or cannot be judged, with the reason.
pub(crate) fn try_delivery(
    file: &Path,
    config: &Config,
    tables: &Json,
    values: &BTreeMap<String, String>,
) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let request = SavedRequest::parse(&bytes).with_context(|| format!("{} is not an HTTP request", file.display()))?;
    let source = source_of(&request, config, tables)?;
    let (keys, unseen) = keys_of(source, tables, values);
    ensure!(
        !keys.is_empty() || unseen.is_empty(),
        "it cannot be judged: its secrets are not in .dev.vars, where this command reads them: {}",
        unseen.join(", ")
    );
    let now = Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let report = explained(&request, source, &keys, now);
    println!("{} of {}", source.name, file.display());
    for step in &report.steps {
        let mark = match step.state {
            State::Pass => green("✓"),
            State::Fail => red("✗"),
            State::Skip => dim("-".to_owned()),
        };
        println!("  {mark} {}: {}", step.name, step.detail);
    }
    unseen.iter().for_each(|name| println!("  {} {name}: not in .dev.vars, so not tried", yellow("!")));
    ensure_fits(&request, source)?;
    println!("{} {}", green("✓"), conclusion(&report)?);
    for (name, refused) in destinations(&request, source, &report) {
        match refused {
            None => println!("  {} goes to `{name}`", green("→")),
            Some(condition) => println!(
                "  {} is filtered at `{name}`: it does not meet the condition on `{condition}`",
                dim("-".to_owned())
            ),
        }
    }
    Ok(())
}

/// The destinations of a delivery, each with the condition that keeps it away, if there is one.
fn destinations<'s>(request: &SavedRequest, source: &'s Source, report: &Report) -> Vec<(&'s str, Option<&'s str>)> {
    let claims = report.token.as_ref().filter(|_| report.form == Some("jwt")).and_then(|token| token.claims.as_ref());
    let claims = claims.map(ToString::to_string);
    let json = claims.as_deref().map_or(request.body.as_slice(), str::as_bytes);
    let headers = headers_of(request);
    let stated = stated_type(source.policy.scheme, &headers, Some(json));
    let refused = |destination: &'s Destination| destination.when.as_ref()?.check(stated.as_deref(), json).err();
    source.destinations.iter().map(|destination| (destination.name.as_str(), refused(destination))).collect()
}

fn explained(request: &SavedRequest, source: &Source, keys: &[String], now: Timestamp) -> Report {
    let secrets: Vec<_> = keys.iter().map(|text| Secret::Text(text)).collect();
    let receiver = Receiver { policy: &source.policy, secrets: &secrets, jwks: None, now };
    let delivery = Delivery::new(headers_of(request), request.body.as_slice());
    match url_of(request, source) {
        Some(url) => explain::report(&receiver, &delivery.with_target(Target { method: &request.method, url: &url })),
        None => explain::report(&receiver, &delivery),
    }
}

/// The URL that the sender called: `public_url`, or the one that `Host` makes of the path.
fn url_of(request: &SavedRequest, source: &Source) -> Option<String> {
    let host = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let origin = host.and_then(|(_, value)| str::from_utf8(value).ok()).map(|host| ["https://", host].concat());
    let own = [origin.as_deref().unwrap_or_default(), &request.target].concat();
    let url = source.signed_url(&own);
    url.starts_with("http").then(|| url.into_owned())
}

fn headers_of(request: &SavedRequest) -> Headers<'_> {
    request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
}

/// The Worker refuses a larger body before it looks at anything else.
fn ensure_fits(request: &SavedRequest, source: &Source) -> Result<()> {
    let (bytes, most) = (request.body.len(), source.max_body);
    ensure!(
        u64::try_from(bytes)? <= most,
        "it would be refused: `body_too_large`: its body has {bytes} bytes, and `max_body` is {most}"
    );
    Ok(())
}

/// Why a delivery passes, or an error that says why it does not.
fn conclusion(report: &Report) -> Result<String> {
    let verdict = &report.verdict;
    let fix = verdict.fix.as_deref().map(|fix| format!("; {fix}")).unwrap_or_default();
    match verdict.state {
        Ruling::Genuine => Ok(format!("it passes: {}", verdict.detail)),
        Ruling::Refused if verdict.code == "age_alone" && report.age.is_some_and(can_be_saved) => {
            Ok("it passed when it was sent: a signature matches, and only its age would be refused now".to_owned())
        }
        Ruling::Refused if verdict.code == "age_alone" => {
            bail!("it would be refused: {}; most likely `timestamp.unit` is not the sender's", verdict.detail)
        }
        Ruling::Waiting if verdict.code == "waiting_for_url" => {
            bail!(
                "it cannot be judged: this sender signs the URL; put its header `Host` into the file, or set `public_url`"
            )
        }
        Ruling::Waiting => bail!("it cannot be judged: {}{fix}", verdict.detail),
        Ruling::Refused => bail!("it would be refused: {}{fix}", verdict.detail),
    }
}

/// Whether a delivery can be of that age. A timestamp that is read in the wrong unit is decades off.
fn can_be_saved(age: i64) -> bool {
    (0..10 * 365 * 86_400).contains(&age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::config::{Binding, Environment};
    use countersign::crypto::Portable;
    use countersign::{HmacKey, SigningKey, Unsigned, scheme, sign_as};
    use hmac::{Hmac, KeyInit, Mac};

    const KEY: &str = "a secret of some length";
    const AT: u64 = 1_700_000_000;

    struct Known;

    impl Environment for Known {
        fn secret(&self, _: &str) -> countersign::config::Secret {
            countersign::config::Secret::Value(KEY.to_owned().into())
        }

        fn has(&self, _: Binding<'_>) -> bool {
            true
        }
    }

    struct Unseen;

    impl Environment for Unseen {
        fn secret(&self, _: &str) -> countersign::config::Secret {
            countersign::config::Secret::Unseen
        }

        fn has(&self, _: Binding<'_>) -> bool {
            true
        }
    }

    /// What is concluded about a delivery that was signed at `AT`, `age` seconds later.
    fn concluded(unit: &str, scale: u64, age: u64, path: &str, key: &str) -> Result<String> {
        let sources = format!(
            r#"{{"acme":{{"scheme":"hmac","secrets":["ACME"],"forward":{{"origin":"https://a.example"}},"signature":{{"header":"S"}},
            "timestamp":{{"header":"T","unit":"{unit}"}},"signed":"{{timestamp}}.{{body}}"}},"bad":{{}}}}"#
        );
        let config = Config::parse(Some(&sources), &Known);
        let stamp = AT * scale;
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).expect("any length");
        mac.update(format!("{stamp}.{{}}").as_bytes());
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let saved = format!("POST {path} HTTP/1.1\nS: {digits}\nT: {stamp}\n\n{{}}");
        let request = SavedRequest::parse(saved.as_bytes())?;
        let tables = serde_json::from_str(&sources)?;
        let source = source_of(&request, &config, &tables)?;
        let values = BTreeMap::from([("ACME".to_owned(), key.to_owned())]);
        let (keys, unseen) = keys_of(source, &tables, &values);
        assert!(unseen.is_empty());
        conclusion(&explained(&request, source, &keys, Timestamp::from_unix(AT + age)))
    }

    #[test]
    fn a_saved_delivery_passes_if_its_signature_matches() {
        assert!(concluded("s", 1, 0, "/acme", KEY).expect("it passes").starts_with("it passes: "));
        assert!(concluded("ms", 1000, 0, "/acme", KEY).is_ok());
        let old = concluded("s", 1, 86_400, "/acme", &format!("another key of some length\n{KEY}"));
        assert!(old.expect("it passes").starts_with("it passed when it was sent"));
    }

    #[test]
    fn a_delivery_that_would_be_refused_is_an_error_that_says_why() {
        let error = |result: Result<String>| result.expect_err("it is refused").to_string();
        assert!(
            error(concluded("s", 1, 0, "/acme", "another key of some length")).starts_with("it would be refused: ")
        );
        assert!(
            error(concluded("s", 1000, 0, "/acme", KEY)).contains("`timestamp.unit`"),
            "milliseconds read as seconds"
        );
        assert!(
            error(concluded("ms", 1, 0, "/acme", KEY)).contains("`timestamp.unit`"),
            "seconds read as milliseconds"
        );
        assert!(error(concluded("s", 1, 0, "/Acme", KEY)).contains("`not_found` (other_case)"));
        assert!(error(concluded("s", 1, 0, "/bad", KEY)).contains("has a fault: `scheme` is required"));
    }

    #[test]
    fn a_signed_url_is_that_of_the_file_or_of_the_configuration() {
        let key = SigningKey::Hmac(HmacKey::from_bytes(KEY.as_bytes()).expect("a key"));
        let square = scheme::find("square").expect("a scheme");
        let concluded = |public: &str, host: &str, url: &str| {
            let sources = format!(
                r#"{{"a":{{"scheme":"square","secrets":["A"],{public}"durable":true,"forward":{{"origin":"https://a.example"}}}}}}"#
            );
            let config = Config::parse(Some(&sources), &Known);
            let source = config.source(0).expect("a source without faults");
            let target = Some(Target { method: "POST", url });
            let unsigned =
                Unsigned { id: "", timestamp: Timestamp::from_unix(AT), target, body: "{\"event_id\":\"1\"}" };
            let (name, value) = &sign_as(square, std::slice::from_ref(&key), &unsigned, &Portable).expect("signed")[0];
            let saved = format!("POST /a?x=1 HTTP/1.1\n{host}{name}: {value}\n\n{}", unsigned.body);
            let request = SavedRequest::parse(saved.as_bytes()).expect("a request");
            conclusion(&explained(&request, source, &[KEY.to_owned()], unsigned.timestamp))
        };
        let public = r#""public_url":"https://b.example/in","#;
        assert!(concluded("", "host: a.example\n", "https://a.example/a?x=1").is_ok());
        assert!(concluded(public, "Host: a.example\n", "https://b.example/in?x=1").is_ok());
        assert!(concluded(public, "", "https://b.example/in?x=1").is_ok());
        let error = concluded("", "", "https://a.example/a?x=1").expect_err("the URL is not known").to_string();
        assert!(error.contains("`Host`") && error.contains("`public_url`"), "{error}");
        assert!(concluded("", "Host: 127.0.0.1\n", "https://a.example/a?x=1").is_err());
    }

    #[test]
    fn a_secret_that_is_not_known_here_is_named_in_place_of_what_follows_from_it() {
        let file = xtask::paths::build_dir("tests").expect("a folder").join("saved-without-secrets.http");
        let of = |more: &str| {
            format!(
                r#"{{"scheme":"stripe","secrets":["OLD","NEW"],{more}"durable":true,"forward":{{"origin":"https://a.example"}}}}"#
            )
        };
        let sources = format!(r#"{{"a":{},"b":{}}}"#, of(""), of(r#""url_token":"TOKEN","#));
        let (config, tables) = (Config::parse(Some(&sources), &Unseen), serde_json::from_str(&sources).expect("JSON"));
        let tried = |path: &str| {
            let saved = format!("POST {path} HTTP/1.1\nStripe-Signature: t={AT},v1={}\n\n{{}}", "0".repeat(64));
            fs::write(&file, saved).expect("written");
            try_delivery(&file, &config, &tables, &BTreeMap::new()).expect_err("nothing is known").to_string()
        };
        let of_keys = tried("/a");
        assert!(of_keys.ends_with("not in .dev.vars, where this command reads them: OLD, NEW"), "{of_keys}");
        let of_token = tried("/b/0123456789abcdef0123456789abcdef");
        assert!(
            of_token.ends_with("`url_token` is not in .dev.vars, where this command reads it: TOKEN"),
            "{of_token}"
        );
    }

    #[test]
    fn a_body_larger_than_the_source_takes_is_refused() {
        let sources = r#"{"a":{"scheme":"github","secrets":["ACME"],"dedupe":"off","max_body":"1KiB","forward":{"origin":"https://a.example"}}}"#;
        let config = Config::parse(Some(sources), &Known);
        let source = config.source(0).expect("a source without faults");
        let fits = |bytes: usize| {
            let saved = format!("POST /a HTTP/1.1\n\n{}", "x".repeat(bytes));
            ensure_fits(&SavedRequest::parse(saved.as_bytes()).expect("a request"), source)
        };
        assert!(fits(1024).is_ok());
        assert!(fits(1025).expect_err("it is too large").to_string().contains("`body_too_large`"));
    }

    #[test]
    fn a_delivery_that_passes_goes_where_the_filters_let_it() {
        let sources = r#"{"a":{"scheme":"github","secrets":["ACME"],"durable":true,"destinations":{
            "all":{"origin":"https://a.example"},
            "pushes":{"origin":"https://b.example","when":{"type":["push"]}},
            "live":{"service":"APP","when":[{"type":["p*"]},{"pointer":"/live","equals":true}]}}}}"#;
        let config = Config::parse(Some(sources), &Known);
        let source = config.source(0).expect("a source without faults");
        let found = |kind: &str, body: &str| {
            let saved = format!("POST /a HTTP/1.1\nX-GitHub-Event: {kind}\n\n{body}");
            let request = SavedRequest::parse(saved.as_bytes()).expect("a request");
            let report = explained(&request, source, &[], Timestamp::from_unix(AT));
            let all = destinations(&request, source, &report);
            all.into_iter().map(|(name, refused)| [name, refused.unwrap_or("yes")].join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(found("push", r#"{"live":true}"#), ["all yes", "live yes", "pushes yes"]);
        assert_eq!(found("ping", r#"{"live":false}"#), ["all yes", "live /live", "pushes type"]);
        assert_eq!(found("issues", "no JSON"), ["all yes", "live type", "pushes type"]);
    }
}
