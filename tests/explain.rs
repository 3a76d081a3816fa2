//! A report agrees with the verifier in everything, and finds what would have matched.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::explain::{self, Receiver, Report, Ruling, Secret, State, Verdict};
use countersign::scheme::{self, Form};
use countersign::signature::{PORTABLE_RS256, Portable};
use countersign::{Delivery, Headers, HmacKey, Keys, Policy, SecretKey, Timestamp, sign};
use countersign_vectors::{Case, FILES, File, Outcome};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

const NOW: u64 = 1_614_265_330;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = "{\"type\":\"batch.succeeded\",\"data\":{\"id\":\"é/1\"}}";

fn cases() -> Vec<Case> {
    let _ = PORTABLE_RS256.install_default();
    FILES.into_iter().flat_map(|(_, text)| File::parse(text).unwrap().cases).collect()
}

#[test]
fn a_report_says_of_every_vector_what_the_verifier_says() {
    for case in cases() {
        let Some(scheme) = case.scheme() else { continue };
        let report = case.explain(scheme);
        match case.run(scheme, &Portable, false) {
            Outcome::Accept => assert_eq!((report.ok, report.code), (true, None), "{}", case.title()),
            // Without any secret there is nothing to construct; a report says so in the words of the gateway.
            Outcome::Reject(error) if report.code == Some("keys_unavailable") => {
                assert_eq!(error.code(), "empty_secret", "{}", case.title());
            }
            Outcome::Reject(error) => {
                assert_eq!((report.ok, report.code), (false, Some(error.code())), "{}", case.title())
            }
            Outcome::Unsupported => panic!("{} has a scheme", case.title()),
        }
    }
}

/// The steps are judged one by one, so they must add up to the verdict: all that count hold, or one has its code.
#[test]
fn the_steps_add_up_to_the_verdict() {
    for case in cases() {
        let Some(scheme) = case.scheme() else { continue };
        let report = case.explain(scheme);
        let counted = report.steps.iter().filter(|step| !["json", "type"].contains(&step.name));
        let failed: Vec<_> = counted.filter(|step| step.state == State::Fail).collect();
        assert_eq!(report.ok, failed.is_empty(), "{}: {failed:?}", case.title());
        assert!(report.ok || failed.iter().any(|step| step.code == report.code), "{}: {failed:?}", case.title());
        assert!(failed.iter().all(|step| step.fix.is_some()), "{}", case.title());
    }
}

struct Sent {
    id: String,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Sent {
    /// What a sender sends that signs `body` with `key`.
    fn signed(key: &[u8], body: &[u8]) -> Self {
        let key = HmacKey::from_bytes(key).unwrap();
        let signature = sign(&[key], b"msg_1", Timestamp::from_unix(NOW), body, &Portable).unwrap();
        Self { id: "msg_1".into(), timestamp: NOW.to_string(), signature, body: body.to_vec() }
    }

    /// What is expected over other text in front of the body.
    fn signed_over(prefix: &str) -> Self {
        let whole = [prefix.as_bytes(), BODY.as_bytes()].concat();
        // `sign` would put `id.timestamp.` in front.
        let mac = Hmac::<Sha256>::new_from_slice(&key()).unwrap().chain_update(&whole).finalize().into_bytes();
        let text = STANDARD.encode(mac);
        Self { signature: format!("v1,{text}"), ..Self::signed(&key(), BODY.as_bytes()) }
    }

    fn report(&self, secrets: &[Secret<'_>]) -> Report {
        let lines = [
            ("webhook-id", self.id.as_bytes()),
            ("webhook-timestamp", self.timestamp.as_bytes()),
            ("webhook-signature", self.signature.as_bytes()),
        ];
        let policy = Policy::of(scheme::find("gemini").unwrap());
        let receiver = Receiver { policy: &policy, secrets, jwks: None, now: Timestamp::from_unix(NOW) };
        explain::report(&receiver, &Delivery::new(Headers::from_iter(lines), &self.body))
    }
}

fn key() -> Vec<u8> {
    match SecretKey::parse(SECRET).unwrap() {
        SecretKey::Hmac(key) => key.as_bytes().to_vec(),
        _ => panic!("a shared secret"),
    }
}

#[track_caller]
fn assert_near(report: &Report, code: &str) {
    let codes: Vec<_> = report.near_misses.iter().map(|near| near.code).collect();
    assert!(!report.ok && codes.contains(&code), "{code} is not among {codes:?}");
    let step = report.steps.iter().find(|step| step.name == "match").unwrap();
    assert!(step.detail.starts_with("it matches if "), "{step:?}");
}

#[test]
fn a_changed_body_is_recognised() {
    let pretty = "{\n  \"type\": \"batch.succeeded\",\n  \"data\": {\n    \"id\": \"é/1\"\n  }\n}";
    let cases: [(&str, &[u8], &[u8]); 18] = [
        ("final_newline_removed", b"{}", b"{}\n"),
        ("final_newline_added", b"{}\n", b"{}"),
        ("final_crlf_added", b"{}\r\n", b"{}"),
        ("trimmed", b"{}", b"  {}"),
        ("crlf_to_lf", b"{\n}\n", b"{\r\n}\r\n"),
        ("lf_to_crlf", b"{\r\n}\r\n", b"{\n}\n"),
        ("bom_removed", b"{}", b"\xef\xbb\xbf{}"),
        ("bom_added", b"\xef\xbb\xbf{}", b"{}"),
        ("utf8_lossy", "a\u{fffd}".as_bytes(), b"a\xff"),
        ("latin1_undone", "é".as_bytes(), "Ã©".as_bytes()),
        ("windows1252_undone", "’".as_bytes(), "â€™".as_bytes()),
        ("utf16_encoded", b"{\0}\0", b"{}"),
        ("base64_decoded", b"{}", b"e30="),
        ("json_compact", BODY.as_bytes(), pretty.as_bytes()),
        ("json_indent_2", pretty.as_bytes(), BODY.as_bytes()),
        ("json_python", br#"{"type": "batch.succeeded", "data": {"id": "\u00e9/1"}}"#, BODY.as_bytes()),
        ("json_php", br#"{"type":"batch.succeeded","data":{"id":"\u00e9\/1"}}"#, BODY.as_bytes()),
        ("json_sorted", "{\"data\":{\"id\":\"é/1\"},\"type\":\"batch.succeeded\"}".as_bytes(), BODY.as_bytes()),
    ];
    for (code, signed, received) in cases {
        let sent = Sent { body: received.to_vec(), ..Sent::signed(&key(), signed) };
        assert_near(&sent.report(&[Secret::Text(SECRET)]), code);
    }
}

/// What programs print of a body, what frameworks make of it, and what transports wrap around it.
fn wrapped() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = BODY.as_bytes();
    let listed = |separator: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(separator);
    let numbered: Vec<_> = bytes.iter().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}")).collect();
    let signed: Vec<_> = bytes.iter().map(|byte| byte.cast_signed().to_string()).collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let spaced: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let quoted = serde_json::to_string(BODY).unwrap();
    let (base64, python) = (STANDARD.encode(bytes), BODY.replace('é', "\\xc3\\xa9"));
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let utf16: Vec<u16> = BODY.encode_utf16().collect();
    let (little, big): (Vec<_>, Vec<_>) = (
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    );
    let texts = [
        ("bytes_json", format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", listed(","))),
        ("bytes_json", format!("{{{}}}", numbered.join(","))),
        ("bytes_json", format!("[{}]", listed(","))),
        ("bytes_text", listed(",")),
        ("bytes_text", format!("[{}]", listed(" "))),
        ("bytes_json", format!("[{}]", signed.join(", "))),
        ("bytes_text", format!("Uint8Array({}) [\n  {}\n]", bytes.len(), listed(",  "))),
        ("bytes_text", format!("<Buffer {}>", spaced.join(" "))),
        ("python_bytes", format!("b'{python}'")),
        ("python_bytes", format!("b\"{}\"", python.replace('"', "\\\""))),
        ("python_bytes", format!("bytearray(b'{python}')")),
        ("python_dict", "{'type': 'batch.succeeded', 'data': {'id': 'é/1'}}".into()),
        ("ruby_hash", "{\"type\"=>\"batch.succeeded\", \"data\"=>{\"id\"=>\"é/1\"}}".into()),
        ("js_object", "{ type: 'batch.succeeded', data: { id: 'é/1' } }".into()),
        ("hex_decoded", hex.clone()),
        ("hex_decoded", format!("0x{}", hex.to_uppercase())),
        ("base64_decoded", base64.clone()),
        ("base64_decoded", base64.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()),
        ("html_unescaped", BODY.replace('"', "&quot;")),
        ("html_unescaped", BODY.replace('"', "&#34;")),
        ("html_unescaped", BODY.replace('"', "&#x22;")),
        ("form_decoded", format!("payload={percent}")),
        ("form_decoded", format!("a=1&payload={percent}&b=2")),
        ("form_decoded", format!("payload={BODY}")),
        ("form_decoded", format!("{BODY}=")),
        ("percent_decoded", percent),
        ("envelope", format!("{{\"headers\":{{}},\"body\":{quoted}}}")),
        ("envelope", format!("{{\"body\": {BODY} }}")),
        ("envelope", format!("{{\"body\":\"{base64}\",\"isBase64Encoded\":true}}")),
        ("envelope", format!("[{{\"headers\":{{}},\"body\":{BODY}}}]")),
        ("envelope", format!("{{\"Records\":[{{\"body\":{quoted}}}]}}")),
        ("json_unquoted", quoted.clone()),
        ("json_unquoted", serde_json::to_string(&quoted).unwrap()),
        ("quotes_removed", format!("'{BODY}'")),
        ("backslashes_removed", BODY.replace('"', "\\\"")),
        ("latin1_undone", BODY.replace('é', "Ã\u{83}Â©")),
        ("typography_undone", BODY.replacen('"', "“", 3).replacen('"', "”", 3)),
        ("line_breaks_removed", BODY.replace("succ", "su\ncc")),
        ("text_around", format!("INFO body: {BODY} (200)")),
    ];
    let mut all: Vec<_> = texts.into_iter().map(|(code, text)| (code, text.into_bytes())).collect();
    all.push((
        "gzip_decompressed",
        STANDARD
            .decode("H4sIAAAAAAACA6tWKqksSFWyUkpKLEnO0CsuTU5OTU1JTVHSUUpJLElUsqpWykwBSh9eqW+oVFsLALfxk2ovAAAA")
            .unwrap(),
    ));
    all.extend([("utf16_decoded", little.clone()), ("utf16_decoded", big)]);
    all.push(("utf16_decoded", [b"\xff\xfe", little.as_slice()].concat()));
    all
}

#[test]
fn a_body_that_was_printed_or_wrapped_is_recognised() {
    for (code, received) in wrapped() {
        let sent = Sent { body: received.clone(), ..Sent::signed(&key(), BODY.as_bytes()) };
        let report = sent.report(&[Secret::Text(SECRET)]);
        let found = report.near_misses.first().map(|near| near.code);
        assert_eq!(found, Some(code), "{}", String::from_utf8_lossy(&received));
    }
}

/// Printed data has no spelling: it is written in every style.
#[test]
fn printed_data_is_found_however_it_was_signed() {
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(BODY).unwrap()).unwrap();
    let python = r#"{"type": "batch.succeeded", "data": {"id": "\u00e9/1"}}"#;
    for signed in [python, &pretty] {
        for (code, received) in [
            ("python_dict", "{'type': 'batch.succeeded', 'data': {'id': 'é/1'}}".to_owned()),
            ("envelope", format!("{{\"body\":{BODY}}}")),
            ("json_unquoted", serde_json::to_string(BODY).unwrap()),
        ] {
            let sent = Sent { body: received.into_bytes(), ..Sent::signed(&key(), signed.as_bytes()) };
            let report = sent.report(&[Secret::Text(SECRET)]);
            let found = report.near_misses.first().map(|near| near.code);
            assert_eq!(found, Some(code), "{signed}");
        }
    }
}

/// Where undoing does not help, the body is still what is blamed.
#[test]
fn a_body_of_the_wrong_kind_is_blamed_before_the_key() {
    for (code, received) in wrapped() {
        let sent = Sent { body: received.clone(), ..Sent::signed(&key(), b"something else") };
        let report = sent.report(&[Secret::Text(SECRET)]);
        let certain = !["envelope", "latin1_undone", "typography_undone"].contains(&code);
        let verdict = report.verdict.code;
        assert!(
            ["body_changed", "body_lost"].contains(&verdict) || !certain && verdict == "other_key",
            "{code} {verdict}: {}",
            String::from_utf8_lossy(&received)
        );
    }
}

/// One of each kind: what each of them has to be told from is among the rest.
const AGAIN: [&str; 6] = [
    "JSON.stringify(d)",
    "json.dumps(d, indent=2)",
    "json_encode($d)",
    "json.Marshal(d)",
    "new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(d)",
    "new GsonBuilder().serializeNulls().create().toJson(d)",
];

/// What serialisers really wrote: whichever signed, and whichever wrote it again, the report finds that it was written again.
#[test]
fn json_that_any_serialiser_wrote_again_is_recognised() {
    let written: Value = serde_json::from_str(include_str!("serialisers/written.json")).unwrap();
    let rows = written["written"].as_array().unwrap();
    let text = |row: &Value| row["text"].as_str().unwrap().to_owned();
    let sorts = |row: &Value| text(row).find("\"type\"") > text(row).find("\"data\"");
    for signed in rows {
        for received in rows.iter().filter(|row| AGAIN.contains(&row["expression"].as_str().unwrap())) {
            // What was sorted does not say how it was before.
            if text(signed) == text(received) || sorts(received) && !sorts(signed) {
                continue;
            }
            let sent = Sent { body: text(received).into_bytes(), ..Sent::signed(&key(), text(signed).as_bytes()) };
            let report = sent.report(&[Secret::Text(SECRET)]);
            let (signed, received) = (&signed["expression"], &received["expression"]);
            assert_eq!(report.verdict.code, "near_miss", "{signed} from {received}");
            let near = &report.near_misses[0];
            assert!(
                near.code.starts_with("json_") || near.code.starts_with("final_"),
                "{signed} from {received}: {near:?}"
            );
        }
    }
}

#[test]
fn a_secret_that_is_read_another_way_is_recognised() {
    let body = BODY.as_bytes();
    let near = |key: &[u8], secret: Secret<'_>| Sent::signed(key, body).report(&[secret]);
    let text = SECRET.as_bytes();
    assert_near(&near(text, Secret::Text(SECRET)), "secret_as_text");
    assert_near(&near(&text[6..], Secret::Text(SECRET)), "secret_as_text_without_prefix");
    assert_near(&near(&[0xab; 24], Secret::Text(&"ab".repeat(24))), "secret_hex");
    assert_near(&near(text, Secret::Raw(&[text, b"\n"].concat())), "secret_raw_trimmed");
    assert_near(&near(&[text, b"\n"].concat(), Secret::Raw(text)), "secret_raw_newline");
    assert_near(&near(&key(), Secret::Raw(text)), "secret_base64");
}

/// A secret that cannot be read at all is refused before anything is compared, and its fault has a name of its own.
#[test]
fn an_unreadable_secret_is_named() {
    for (secret, words) in [
        (format!("\"{SECRET}\""), "quotes"),
        ("whsec_--__--__--__--__--__--__--__--__".to_owned(), "URL-safe"),
        ("whsk_AAAA".to_owned(), "private key"),
        (String::new(), "empty"),
    ] {
        let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&secret)]);
        assert!(report.secrets[0].detail.as_ref().unwrap().contains(words), "{report:?}");
        assert_eq!(report.code, report.secrets[0].code);
    }
    let quoted = format!("\"{SECRET}\"");
    let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&quoted)]);
    assert_eq!(report.near_misses[0].code, "secret_unquoted");
}

#[test]
fn headers_that_are_mixed_up_are_recognised() {
    let secrets = [Secret::Text(SECRET)];
    for (code, prefix) in [
        ("id_timestamp_swapped", format!("{NOW}.msg_1.")),
        ("timestamp_milliseconds", format!("msg_1.{NOW}000.")),
        ("without_id", format!("{NOW}.")),
        ("without_timestamp", "msg_1.".to_owned()),
        ("body_alone", String::new()),
    ] {
        assert_near(&Sent::signed_over(&prefix).report(&secrets), code);
    }
}

#[test]
fn a_signature_in_another_spelling_is_recognised() {
    let sent = Sent::signed(&key(), BODY.as_bytes());
    let text = sent.signature.strip_prefix("v1,").unwrap().to_owned();
    let bytes = STANDARD.decode(&text).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for spelled in [
        text.clone(),
        format!("v1={text}"),
        format!("v1,{hex}"),
        format!("sha256={hex}"),
        format!("v1,{}", text.trim_end_matches('=')),
    ] {
        let sent = Sent { signature: spelled, ..Sent::signed(&key(), BODY.as_bytes()) };
        assert_near(&sent.report(&[Secret::Text(SECRET)]), "signature_spelling");
    }
}

#[test]
fn milliseconds_are_called_by_their_name() {
    let sent = Sent { timestamp: format!("{NOW}123"), ..Sent::signed(&key(), b"{}") };
    let report = sent.report(&[Secret::Text(SECRET)]);
    let age = report.steps.iter().find(|step| step.name == "age").unwrap();
    assert_eq!((report.code, age.detail.as_str()), (Some("timestamp_too_new"), "the timestamp is in milliseconds"));
}

const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const SPKI: &str = "MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const TOKEN: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJtZSJ9.c2ln";

/// A delivery of those header lines under a scheme.
fn explained(scheme: &str, lines: &[(&str, &[u8])], body: &[u8], secret: &str, jwks: Option<&[u8]>) -> Report {
    let policy = Policy::of(scheme::find(scheme).unwrap());
    let secrets: &[Secret<'_>] = if secret.is_empty() { &[] } else { &[Secret::Text(secret)] };
    let receiver = Receiver { policy: &policy, secrets, jwks, now: Timestamp::from_unix(NOW) };
    explain::report(&receiver, &Delivery::new(Headers::from_iter(lines.iter().copied()), body))
}

/// Whatever is wrong with a body: the key is doubted only over one that shows no sign of a change.
#[test]
fn the_key_is_not_blamed_for_what_the_body_or_its_kind_explains() {
    let signature = Sent::signed(b"another endpoint's key, of course", BODY.as_bytes()).signature;
    let ed25519 = format!("v1a,{}", STANDARD.encode([1; 64]));
    let quoted = serde_json::to_string(BODY).unwrap();
    let keys = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4"}]}"#;
    let now = NOW.to_string();
    let verdict = |scheme: &str, kind: &str, signature: &str, body: &[u8], secret: &str, jwks: Option<&[u8]>| {
        let lines: [(&str, &[u8]); 4] = [
            ("webhook-id", b"msg_1"),
            ("webhook-timestamp", now.as_bytes()),
            ("webhook-signature", signature.as_bytes()),
            ("content-type", kind.as_bytes()),
        ];
        explained(scheme, &lines, body, secret, jwks).verdict
    };
    let (json, text) = ("application/json", "text/plain");
    let body = BODY.as_bytes();
    for (code, kind, body) in [
        ("other_key", json, body),
        ("waiting_for_body", json, b"".as_slice()),
        ("waiting_for_body", text, b" \n"),
        ("body_lost", json, b"[object Object]"),
        ("body_lost", text, b"undefined"),
        ("body_lost", json, "{\"a\":\"\u{fffd}\"}".as_bytes()),
        ("body_cut", json, &body[..20]),
        ("body_cut", text, &body[..20]),
        ("body_changed", json, quoted.as_bytes()),
        ("body_changed", json, b"a=1"),
        ("body_changed", text, b"{a:1}"),
        ("body_or_key", text, b"a=1"),
    ] {
        let found = verdict("standard-webhooks", kind, &signature, body, SECRET, None);
        assert_eq!(found.code, code, "{found:?} {:?}", String::from_utf8_lossy(body));
        assert_eq!(found.state == Ruling::Waiting, code.starts_with("waiting"), "{found:?}");
        let blames_key = found.detail.contains("another endpoint");
        assert_eq!(blames_key, ["other_key", "body_or_key"].contains(&code), "{found:?}");
    }
    // Gemini sends JSON, whether or not it says so.
    assert_eq!(verdict("gemini", "", &signature, b"a=1", SECRET, None).code, "body_changed");
    for (scheme, signature, secret, jwks) in [
        ("standard-webhooks", &signature, PUBLIC, None),
        ("standard-webhooks", &signature, SPKI, None),
        ("standard-webhooks", &ed25519, SECRET, None),
        ("standard-webhooks", &signature, "", Some(keys.as_slice())),
        ("gemini", &signature, PUBLIC, None),
        ("gemini-dynamic", &ed25519, SECRET, None),
        ("gemini-dynamic", &ed25519, "", Some(br#"{"keys":[]}"#.as_slice())),
    ] {
        for body in [body, b"".as_slice()] {
            let found = verdict(scheme, json, signature, body, secret, jwks);
            assert_eq!(found.code, "keys_of_another_kind", "{scheme} {secret} {found:?}");
        }
    }
    assert_eq!(verdict("gemini-dynamic", json, &ed25519, body, "", Some(keys)).code, "other_key");
    assert_eq!(verdict("gemini", json, &signature, body, "", None).code, "waiting_for_key");
}

/// A token is called one, whether or not anything else came with it and whatever the receiver takes.
#[test]
fn a_token_alone_is_not_told_that_its_id_is_missing() {
    let now = NOW.to_string();
    let alone: [(&str, &[u8]); 1] = [("webhook-signature", TOKEN)];
    let rest: [(&str, &[u8]); 2] = [("webhook-id", b"msg_1"), ("webhook-timestamp", now.as_bytes())];
    for (scheme, secret) in [("gemini", SECRET), ("gemini-dynamic", ""), ("standard-webhooks", SECRET)] {
        for lines in [alone.to_vec(), [alone.as_slice(), &rest].concat()] {
            let report = explained(scheme, &lines, b"", secret, None);
            assert_eq!(report.token.as_ref().unwrap().claims, Some(json!({ "aud": "me" })));
            let step = &report.steps[if lines.len() == 3 { 4 } else { 0 }];
            assert!(step.fix.as_ref().unwrap().contains("`jwt`"), "{step:?}");
            assert_eq!(report.verdict.code, "token_not_accepted", "{scheme} {:?}", report.verdict);
            assert!(!report.verdict.detail.contains("missing"));
        }
    }
}

#[test]
fn a_verdict_agrees_with_its_report() {
    for case in cases() {
        let Some(scheme) = case.scheme() else { continue };
        let report = case.explain(scheme);
        let Verdict { state, code, detail, fix, .. } = &report.verdict;
        assert_eq!(*state == Ruling::Genuine, report.ok, "{}", case.title());
        assert_eq!((*code == "genuine", fix.is_none()), (report.ok, report.ok), "{}", case.title());
        assert!(!detail.is_empty(), "{}", case.title());
    }
    let then = NOW - 1000;
    let key = HmacKey::from_bytes(&key()).unwrap();
    let signature = sign(&[key], b"msg_1", Timestamp::from_unix(then), "{}", &Portable).unwrap();
    let sent = Sent { id: "msg_1".into(), timestamp: then.to_string(), signature, body: b"{}".to_vec() };
    let report = sent.report(&[Secret::Text(SECRET)]);
    assert_eq!((report.code, report.verdict.code), (Some("timestamp_too_old"), "age_alone"));
}

/// What the JavaScript side is written against.
#[test]
fn the_shape_of_a_report() {
    let sent = Sent::signed(&key(), BODY.as_bytes());
    let report = serde_json::to_value(sent.report(&[Secret::Text(SECRET)])).unwrap();
    let text = sent.signature.strip_prefix("v1,").unwrap();
    let steps: Vec<_> =
        report["steps"].as_array().unwrap().iter().map(|step| json!([step["name"], step["state"]])).collect();
    let pass = |name| json!([name, "pass"]);
    let names = ["headers", "id", "timestamp", "age", "signatures", "keys", "match", "json", "type"];
    assert_eq!(steps, names.map(pass));
    let mut rest = report.as_object().unwrap().clone();
    rest.remove("steps");
    assert_eq!(
        Value::Object(rest),
        json!({
            "ok": true,
            "verdict": {"state": "genuine", "code": "genuine", "detail": "a `v1` signature matches"},
            "form": "v1", "key": 0, "id": "msg_1",
            "now": NOW, "tolerance": 300, "timestamp": NOW, "age": 0,
            "body": {"bytes": BODY.len(), "utf8": true, "bom": false, "crlf": 0, "lf": 0, "finalNewline": false},
            "signedPrefix": format!("msg_1.{NOW}."),
            "secrets": [{"index": 0, "kind": "hmac", "bytes": 24}],
            "keys": [],
            "signatures": [{"index": 0, "version": "v1", "text": text, "accepted": true}],
            "comparisons": [{"secret": 0, "signature": 0, "expected": text, "received": text, "matches": true}],
            "nearMisses": [],
        })
    );
}

#[test]
fn a_key_that_the_token_does_not_name_is_shown_as_the_one_that_matches() {
    let tokens: Vec<_> =
        cases().into_iter().filter(|case| case.title() == "kid-of-other-key" || case.title().contains("kid")).collect();
    let reports = tokens.iter().filter_map(|case| Some(case.explain(case.scheme()?)));
    assert!(reports.flat_map(|report| report.near_misses).any(|near| near.code == "other_key"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever comes in, a report is `ok` exactly where the verifier accepts, and has its code where it does not.
    #[test]
    fn a_report_never_says_ok_where_the_verifier_says_no(
        id in "(msg_1|msg_[a-z.0-9]{0,20}|\\PC{0,5})", shift in -400_i64..400, signature in "(v1,)?[A-Za-z0-9+/]{43}=|.{0,20}", genuine in any::<bool>(),
        body in proptest::collection::vec(any::<u8>(), 0..80), secret in prop_oneof![Just(SECRET.to_owned()), "\\PC{0,40}"], at in 0_usize..4
    ) {
        let timestamp = NOW.saturating_add_signed(shift).to_string();
        let real = sign(&[HmacKey::from_bytes(&key()).unwrap()], id.as_bytes(), Timestamp::parse(timestamp.as_bytes()).unwrap(), body.as_slice(), &Portable)
            .unwrap_or_default();
        let signature = if genuine { real } else { signature };
        let lines = [("webhook-id", id.as_bytes()), ("webhook-timestamp", timestamp.as_bytes()), ("webhook-signature", signature.as_bytes())];
        let mut policy = Policy::of(scheme::ALL[at]);
        policy.forms.retain(|form| *form != Form::Jwt);
        let now = Timestamp::from_unix(NOW);
        let receiver = Receiver { policy: &policy, secrets: &[Secret::Text(&secret)], jwks: None, now };
        let delivery = Delivery::new(Headers::from_iter(lines), body);
        let report = explain::report(&receiver, &delivery);
        let verified = SecretKey::parse(&secret).and_then(|key| {
            let keys = [key];
            policy.verify(Keys { secrets: &keys, jwks: None }, &delivery, now, &Portable).map(drop)
        });
        prop_assert_eq!(report.ok, verified.is_ok());
        prop_assert_eq!(report.code, verified.err().map(|error| error.code()));
        prop_assert!(serde_json::to_string(&report).is_ok());
    }
}
