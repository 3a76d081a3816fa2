//! The Worker's second Wasm: explains a captured delivery with the keys of its source.
//!
//! It is instantiated when somebody first asks, because few Workers need it, and a report takes more code than all verifying does. It reads
//! the configuration itself, so that no key crosses from one instance to the other.
//!
//! A report may show what an operator sees anyway. It shows no secret, no token, and no signature that would have been right: whoever had
//! that could forge the delivery.

mod variables;

use countersign::config::{Config, Entry, Source};
use countersign::crypto::{Portable, install_rs256};
use countersign::explain::{self, Receiver, Secret};
use countersign::gateway::forward::USER_AGENT;
use countersign::scheme::Covers;
use countersign::{Delivery, Headers, Target, Timestamp};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use self::variables::Variables;

/// The `User-Agent` of a request for a key set.
#[wasm_bindgen]
pub fn user_agent() -> String {
    USER_AGENT.to_owned()
}

/// The URL of a source's key set, if it has one.
#[wasm_bindgen]
pub fn key_set(environment: JsValue, source: &str) -> Option<String> {
    let variables = Variables::new(environment);
    let config = Config::parse(variables.sources().as_deref(), &variables);
    find(&config, source)?.jwks.clone()
}

/// Explains a captured delivery: the report as JSON; nothing if the source is not configured. `capture` is what the ledger has of it, as
/// JSON; `jwks` is the document of the key set. The time of the check is that of the capture.
#[wasm_bindgen]
pub fn explain(
    environment: JsValue,
    source: &str,
    capture: &str,
    body: &[u8],
    jwks: Option<Vec<u8>>,
    now: f64,
) -> Option<String> {
    install_rs256::<[u8], Portable>();
    let variables = Variables::new(environment);
    let config = Config::parse(variables.sources().as_deref(), &variables);
    let source = find(&config, source)?;
    let capture: Value = serde_json::from_str(capture).ok()?;
    let member = |name: &str| capture.get(name).and_then(Value::as_str).unwrap_or_default();
    let headers: Headers<'_> = capture.get("headers")?.as_array()?.iter().filter_map(pair).collect();
    let delivery = Delivery::new(headers, body);
    let url = source.signed_url(member("url"));
    let delivery = match source.policy.scheme.signs_target() {
        true => delivery.with_target(Target { method: member("method"), url: &url }),
        false => delivery,
    };
    let texts = variables.secrets_of(&source.name);
    // During a rotation, one value has several.
    let format = source.policy.scheme.secrets;
    let secrets: Vec<_> = texts.iter().flat_map(|text| format.split(text)).map(Secret::Text).collect();
    let receiver = Receiver {
        policy: &source.policy,
        secrets: &secrets,
        jwks: jwks.as_deref(),
        now: Timestamp::from_unix((now / 1000.0) as u64),
    };
    let mut report = serde_json::to_value(explain::report(&receiver, &delivery)).ok()?;
    hide(&mut report, &variables.seen());
    if source.policy.forms.iter().any(|form| form.covers() == Covers::Sender) {
        hide_tokens(&mut report);
    }
    if !config.admin().shows_bodies() {
        hide_bodies(&mut report);
    }
    Some(report.to_string())
}

fn find<'c>(config: &'c Config, name: &str) -> Option<&'c Source> {
    match config.find(name.as_bytes())? {
        (_, Entry::Ready(source)) => Some(source),
        (_, Entry::Faulty(_)) => None,
    }
}

fn pair(header: &Value) -> Option<(&str, &[u8])> {
    Some((header.get(0)?.as_str()?, header.get(1)?.as_str()?.as_bytes()))
}

/// Removes the signatures that would have been right, and every secret wherever it may stand.
fn hide(report: &mut Value, secrets: &[String]) {
    match report {
        Value::Object(members) => {
            members.remove("expected");
            members.values_mut().for_each(|member| hide(member, secrets));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secrets)),
        Value::String(text) => {
            for secret in secrets {
                let bare = secret.rsplit_once('_').map_or(secret.as_str(), |(_, bare)| bare);
                for secret in [secret.as_str(), bare].into_iter().filter(|secret| secret.len() >= LEAST) {
                    if text.contains(secret) {
                        *text = text.replace(secret, SECRET);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Removes the tokens that were sent in place of the source's: they are the sender's, and may be right once the source is put right.
fn hide_tokens(report: &mut Value) {
    for (rows, member) in [("signatures", "text"), ("comparisons", "received")] {
        let rows = report.get_mut(rows).and_then(Value::as_array_mut).into_iter().flatten();
        rows.filter_map(|row| row.get_mut(member)).for_each(|token| *token = SECRET.into());
    }
}

/// Removes signed bytes that are made of the body, such as the fields of a form. If the body itself is signed, it is not in the report, and
/// what else is derived is of the URL.
fn hide_bodies(report: &mut Value) {
    let Some(parts) = report.get_mut("signed").and_then(Value::as_array_mut) else { return };
    let is = |part: &Value, names: [&str; 2]| {
        part.get("part").and_then(Value::as_str).is_some_and(|name| names.contains(&name))
    };
    if parts.iter().any(|part| is(part, ["body", "body_sha256"])) {
        return;
    }
    for part in parts.iter_mut().filter(|part| is(part, ["derived", "fields"])) {
        part.as_object_mut().into_iter().for_each(|members| members.retain(|member, _| member == "part"));
    }
}

/// What stands in place of a secret.
const SECRET: &str = "[secret]";

/// The shortest text that is taken for a secret: a shorter one could be a word.
const LEAST: usize = 6;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_secret_and_no_right_signature_is_in_a_report() {
        let mut report = json!({
            "comparisons": [{ "expected": "v1,right", "received": "v1,wrong" }],
            "signed": [{ "text": "https://a.example/source/token-of-the-url" }],
            "steps": [{ "detail": "whsec_abcdefgh, abcdefgh" }],
        });
        hide(&mut report, &["whsec_abcdefgh".to_owned(), "token-of-the-url".to_owned(), "v1".to_owned()]);
        let expected = json!({
            "comparisons": [{ "received": "v1,wrong" }],
            "signed": [{ "text": "https://a.example/source/[secret]" }],
            "steps": [{ "detail": "[secret], [secret]" }],
        });
        assert_eq!(report, expected);
    }

    #[test]
    fn no_token_that_was_sent_is_in_a_report() {
        let report = |token| json!({ "signatures": [{ "index": 0, "text": token }], "comparisons": [{ "secret": 0, "received": token }] });
        let mut hidden = report("of-the-sender");
        hide_tokens(&mut hidden);
        assert_eq!(hidden, report("[secret]"));
    }

    #[test]
    fn no_part_of_a_body_is_in_a_report_if_bodies_are_hidden() {
        let mut report = json!({ "signed": [
            { "part": "url", "text": "https://a.example/twilio" },
            { "part": "derived", "text": "BodyHelloFrom+15550100" },
            { "part": "fields", "base64": "8J+YgA" },
        ] });
        hide_bodies(&mut report);
        let parts =
            json!([{ "part": "url", "text": "https://a.example/twilio" }, { "part": "derived" }, { "part": "fields" }]);
        assert_eq!(report["signed"], parts);
        let mut report = json!({ "signed": [{ "part": "derived", "text": "https://a.example" }, { "part": "body" }] });
        hide_bodies(&mut report);
        assert_eq!(report["signed"][0]["text"], "https://a.example");
    }
}
