//! A body that was changed, printed, wrapped or written again is recognised.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::explain::{Instead, Secret};
use serde_json::Value;

use crate::support::{BODY, SECRET, Sent, assert_near, key};

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

#[test]
fn bytes_that_several_changes_lead_to_are_named_once() {
    let signed = r#"{"type":"batch.succeeded","data":{"id":"Ã©/1"}}"#.as_bytes();
    let sent = Sent { body: [signed, b"\n"].concat(), ..Sent::signed(&key(), signed) };
    let report = sent.report(&[Secret::Text(SECRET)]);
    let codes: Vec<_> = report.near_misses.iter().map(|near| near.code).collect();
    assert_eq!(codes, ["final_newline_removed"]);
}

/// Every printed, encoded, wrapped or retyped form of [`BODY`], with the code of the near miss.
fn wrapped() -> Vec<(&'static str, Vec<u8>)> {
    let texts = [printed(), encoded(), enveloped(), retyped()].concat();
    let mut all: Vec<_> = texts.into_iter().map(|(code, text)| (code, text.into_bytes())).collect();
    all.extend(binary());
    all
}

/// What programs print for bytes, text or data.
fn printed() -> Vec<(&'static str, String)> {
    let bytes = BODY.as_bytes();
    let listed = |separator: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(separator);
    let numbered: Vec<_> = bytes.iter().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}")).collect();
    let signed: Vec<_> = bytes.iter().map(|byte| byte.cast_signed().to_string()).collect();
    let spaced: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let python = BODY.replace('é', "\\xc3\\xa9");
    vec![
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
    ]
}

/// What transports encode a body as.
fn encoded() -> Vec<(&'static str, String)> {
    let bytes = BODY.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = STANDARD.encode(bytes);
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    vec![
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
    ]
}

/// What gateways, queues and serialisers wrap around a body.
fn enveloped() -> Vec<(&'static str, String)> {
    let quoted = serde_json::to_string(BODY).unwrap();
    let base64 = STANDARD.encode(BODY);
    vec![
        ("envelope", format!("{{\"headers\":{{}},\"body\":{quoted}}}")),
        ("envelope", format!("{{\"body\": {BODY} }}")),
        ("envelope", format!("{{\"body\":\"{base64}\",\"isBase64Encoded\":true}}")),
        ("envelope", format!("[{{\"headers\":{{}},\"body\":{BODY}}}]")),
        ("envelope", format!("{{\"Records\":[{{\"body\":{quoted}}}]}}")),
        ("json_unquoted", quoted.clone()),
        ("json_unquoted", serde_json::to_string(&quoted).unwrap()),
    ]
}

/// What editors, terminals and copies make of a body.
fn retyped() -> Vec<(&'static str, String)> {
    vec![
        ("quotes_removed", format!("'{BODY}'")),
        ("backslashes_removed", BODY.replace('"', "\\\"")),
        ("latin1_undone", BODY.replace('é', "Ã\u{83}Â©")),
        ("typography_undone", BODY.replacen('"', "“", 3).replacen('"', "”", 3)),
        ("line_breaks_removed", BODY.replace("succ", "su\ncc")),
        ("text_around", format!("INFO body: {BODY} (200)")),
    ]
}

/// Compressed, and in UTF-16.
fn binary() -> Vec<(&'static str, Vec<u8>)> {
    let gzip = "H4sIAAAAAAACA6tWKqksSFWyUkpKLEnO0CsuTU5OTU1JTVHSUUpJLElUsqpWykwBSh9eqW+oVFsLALfxk2ovAAAA";
    let utf16: Vec<u16> = BODY.encode_utf16().collect();
    let little: Vec<_> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<_> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    vec![
        ("gzip_decompressed", STANDARD.decode(gzip).unwrap()),
        ("utf16_decoded", little.clone()),
        ("utf16_decoded", big),
        ("utf16_decoded", [b"\xff\xfe", little.as_slice()].concat()),
    ]
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

/// Printed data has no JSON spelling, so it is written in every style.
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

/// If reverting does not help, the verdict still blames the body.
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

/// One serialiser of each kind. The others include everything it must be distinguished from.
const AGAIN: [&str; 6] = [
    "JSON.stringify(d)",
    "json.dumps(d, indent=2)",
    "json_encode($d)",
    "json.Marshal(d)",
    "new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(d)",
    "new GsonBuilder().serializeNulls().create().toJson(d)",
];

/// The output of real serialisers: whichever signed and whichever wrote the body again, the report recognises it.
#[test]
fn json_that_any_serialiser_wrote_again_is_recognised() {
    let written: Value = serde_json::from_str(include_str!("../serialisers/written.json")).unwrap();
    let rows = written["written"].as_array().unwrap();
    let text = |row: &Value| row["text"].as_str().unwrap().to_owned();
    let sorts = |row: &Value| text(row).find("\"type\"") > text(row).find("\"data\"");
    for signed in rows {
        for received in rows.iter().filter(|row| AGAIN.contains(&row["expression"].as_str().unwrap())) {
            // Sorting loses the original order.
            if text(signed) == text(received) || sorts(received) && !sorts(signed) {
                continue;
            }
            let sent = Sent { body: text(received).into_bytes(), ..Sent::signed(&key(), text(signed).as_bytes()) };
            let report = sent.report(&[Secret::Text(SECRET)]);
            let expected = text(signed).into_bytes();
            let (signed, received) = (&signed["expression"], &received["expression"]);
            assert_eq!(report.verdict.code, "near_miss", "{signed} from {received}");
            let near = &report.near_misses[0];
            assert!(
                near.code.starts_with("json_") || near.code.starts_with("final_"),
                "{signed} from {received}: {near:?}"
            );
            assert_eq!(near.instead, Some(Instead::Body(expected)), "{signed} from {received}");
        }
    }
}
