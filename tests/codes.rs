//! The table of stable codes and what is generated from it: `docs/codes.md` and the page's `codes.js`.
//!
//! To update both after a change: `UPDATE=1 cargo test --test codes`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use countersign::error::{CODES, Code};
use countersign::gateway::response::RESPONSES;
use serde_json::json;

#[test]
fn the_generated_files_are_current() {
    for (file, text) in [("docs/codes.md", markdown()), ("www/src/codes.js", javascript())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let current = fs::read_to_string(&path).unwrap_or_default();
        assert!(current == text, "{file} differs from src/error/codes.rs; to fix: UPDATE=1 cargo test --test codes");
    }
}

/// Prose may say more about a code than the table does, but not about a code that does not exist.
#[test]
fn documentation_names_no_other_code_and_no_other_status() {
    for (file, text) in [
        ("docs/runbook.md", include_str!("../docs/runbook.md")),
        ("crates/npm/README.md", include_str!("../crates/npm/README.md")),
    ] {
        let tables = text.split("| code |").skip(1).flat_map(|rest| rest.lines().take_while(|line| !line.is_empty()));
        for row in tables.filter(|row| row.starts_with("| `")) {
            let mut cells = row.split(" | ");
            let (codes, status) = (cells.next().unwrap(), cells.next().and_then(|cell| cell.parse::<u16>().ok()));
            for code in codes.split('`').skip(1).step_by(2).filter(|code| is_code(code)) {
                let known = CODES.iter().find(|known| known.code == code);
                let known = known.unwrap_or_else(|| panic!("{file} explains `{code}`, which is no code"));
                // A key set that the receiver's own code passes is its fault, and no reason for the sender to retry.
                let expected = if code == "jwks_invalid" { 500 } else { known.status };
                assert!(status.is_none_or(|status| status == expected), "{file}: `{code}` is {expected}");
            }
        }
    }
}

/// Every route of the admin API responds with it, and each has parameters of its own.
#[test]
fn a_query_that_is_refused_is_told_no_other_routes_parameters() {
    let code = CODES.iter().find(|known| known.code == "invalid_query").unwrap();
    assert!(!code.title.contains('`'), "{}", code.title);
}

/// The `type` of each response leads to an anchor of the page.
#[test]
fn the_type_of_a_response_leads_to_its_code() {
    for response in &RESPONSES {
        let body: serde_json::Value = serde_json::from_str(&response.body()).unwrap();
        let anchor = body["type"].as_str().unwrap().strip_prefix(Code::TYPE).unwrap();
        assert!(markdown().contains(&format!("<a id=\"{anchor}\"></a>`{}`", response.code)), "{anchor}");
    }
    assert!(Code::TYPE.ends_with("/docs/codes.md#"));
}

fn is_code(text: &str) -> bool {
    let is_word = text.contains('_') && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
    // Log records have two more, which no response has.
    is_word && !["source_missing", "allow_short_keys"].contains(&text)
}

fn markdown() -> String {
    let mut text = "\
# Codes

Every response, log record, report and JavaScript error carries one of these codes. They are stable; titles and remedies may change. Codes without a
status occur only in log records.

Two codes have another status in one case. `in_flight` is 503 for a sender that makes no further attempt after a 4xx (AssemblyAI, ElevenLabs,
PagerDuty and Sanity). `jwks_invalid` is 500 in the npm package, where the receiver's own code passes the key set.

The `type` of a response is the address of its code here. The adapters of the npm package have one more:
<a id=\"handler_failed\"></a>`handler_failed` (500) means that your handler threw; the log has its error.

Generated from `src/error/codes.rs`; to update: `UPDATE=1 cargo test --test codes`.

| code | status | title | what to do |
|---|---|---|---|
"
    .to_owned();
    for row in CODES {
        let status = if row.status == 0 { String::new() } else { row.status.to_string() };
        let Code { code, title, remedy, .. } = row;
        writeln!(text, "| <a id=\"{code}\"></a>`{code}` | {status} | {title} | {remedy} |").unwrap();
    }
    text
}

fn javascript() -> String {
    let mut text = "\
// What each code means and what to do about it. Generated from src/error/codes.rs; to update: UPDATE=1 cargo test --test codes
export const CODES = {
"
    .to_owned();
    for row in CODES {
        writeln!(text, "  {}: {{ title: {}, remedy: {} }},", row.code, json!(row.title), json!(row.remedy)).unwrap();
    }
    text + "};\n"
}
