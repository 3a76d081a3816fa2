//! No fenced block of README, `docs/` or `examples/` goes untested. By its language or by the comment before it, a block is
//!
//! - run as it stands by a test: `<!-- run: NAME -->`, and one of [`RUNNERS`] has that name;
//! - a part of a file that tests run: `<!-- excerpt of FILE -->`;
//! - read by what reads it in earnest: configurations, JSON, commands (`sh`);
//! - compared with what writes it: queries (`sql`) and rules (`yaml`) name only what exists;
//! - a picture or output: `text`.

use std::fs;
use std::path::Path;
use std::process::Command;

use countersign::gateway::dedupe::EventKey;

use crate::page::{Block, Page, root};
use crate::{commands, configuration};

/// The tests that run blocks by their names.
const RUNNERS: [&str; 3] =
    ["tests/npm/documents.test.mjs", "tests/e2e/documents.test.mjs", "tests/documents/blocks.rs"];

#[test]
fn every_block_is_tested() {
    let runners = RUNNERS.map(|file| fs::read_to_string(root().join(file)).unwrap());
    let mut untested = Vec::new();
    for (page, block) in blocks() {
        let fault = match (block.marker.as_deref(), block.language.as_str()) {
            (Some(marker), language) if marker.starts_with("run: ") => {
                commands_of(&block, language).or_else(|| no_runner(marker, &runners))
            }
            (Some(marker), _) if marker.starts_with("excerpt of ") => not_in_file(marker, &block),
            (_, "toml") => configuration::fault(&block.code),
            (_, "json") => not_json(&block),
            (_, "sh") => commands_of(&block, "sh"),
            (_, "sql" | "yaml") => unknown_name(&block),
            (_, "text") => None,
            (_, language) => Some(format!("a block of `{language}` needs a comment before it: how is it tested?")),
        };
        untested.extend(fault.map(|fault| format!("{}:{}: {fault}", page.path.display(), block.line)));
    }
    assert!(untested.is_empty(), "\n{}", untested.join("\n"));
}

/// The hash in the documentation is the one in logs.
#[test]
fn id_hash() {
    let printed = shell(&named("id_hash"), None);
    assert_eq!(printed.split_whitespace().next(), Some(EventKey::new("stripe", b"evt_1").to_hex().as_str()));
}

/// The queries find what they say in the record that the page shows.
#[test]
fn queries() {
    let page = Page::read("docs/logs.md");
    let record = page.blocks().into_iter().find(|block| block.language == "json").unwrap().code;
    let refused = r#"{"ev":"delivery","code":"timestamp_too_old","status":401,"source":"stripe","signature":"match"}"#;
    let failed = r#"{"ev":"attempt","code":"destination_failed","source":"stripe","destination":"billing","dest_status":0,"dest_error":"dns","dest_ms":7}"#;
    let records = format!("{record}{refused}\n{failed}\n");
    let printed = shell(&named("queries"), Some(("records.ndjson", &records)));
    let lines: Vec<_> = printed.lines().map(str::trim).collect();
    let [by_code, by_cause, slow, slower, story, late] = lines.as_slice() else { panic!("{printed}") };
    assert_eq!((*by_code, *by_cause), ("1 stripe\ttimestamp_too_old", "stripe\tbilling\t0\tdns"));
    assert_eq!((*slow, *slower), ("38\tstripe", "7\tstripe"));
    assert_eq!((*story, *late), (record.trim(), refused));
}

/// An archive is read as the page says: the ids, and the bytes of a body however they are stored.
#[test]
fn archive() {
    let events = r#"{"headers":{"webhook-id":"evt_1"},"body":"{\"id\":\"evt_1\"}\n"}
{"headers":{"webhook-id":"evt_2"},"base64":"Iv8i"}
"#;
    let script = named("archive").replace("| base64 -d", "| base64 -d | od -An -tx1");
    let printed = shell(&script, Some(("events.ndjson", events)));
    assert_eq!(printed.lines().collect::<Vec<_>>(), ["evt_1", "evt_2", r#"{"id":"evt_1"}"#, " 22 ff 22"]);
}

fn blocks() -> impl Iterator<Item = (Page, Block)> {
    let is_read = |page: &Page| {
        page.path.starts_with("docs") || page.path.starts_with("examples") || page.path.to_str() == Some("README.md")
    };
    Page::all().into_iter().filter(is_read).flat_map(|page| {
        let blocks = page.blocks();
        blocks.into_iter().map(move |block| (Page { path: page.path.clone(), text: String::new() }, block))
    })
}

/// The code of the one block with that name.
fn named(name: &str) -> String {
    let marker = format!("run: {name}");
    let mut found = blocks().filter(|(_, block)| block.marker.as_deref() == Some(&marker));
    let (_, block) = found.next().unwrap_or_else(|| panic!("no block `{name}`"));
    assert!(found.next().is_none(), "two blocks `{name}`");
    block.code
}

/// What bash prints, in a folder with that file.
fn shell(script: &str, file: Option<(&str, &str)>) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    fs::create_dir_all(&folder).unwrap();
    if let Some((name, text)) = file {
        fs::write(folder.join(name), text).unwrap();
    }
    let ran = Command::new("bash").args(["-euc", script]).current_dir(&folder).output().unwrap();
    assert!(ran.status.success(), "{script}\n{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn no_runner(marker: &str, runners: &[String]) -> Option<String> {
    let name = marker.trim_start_matches("run: ");
    // A test in Rust has the name as its own.
    let quoted = [format!("\"{name}\""), format!("fn {name}()")];
    let is_run = runners.iter().any(|text| quoted.iter().any(|quoted| text.contains(quoted)));
    (!is_run).then(|| format!("no test of {RUNNERS:?} runs `{name}`"))
}

fn not_in_file(marker: &str, block: &Block) -> Option<String> {
    let file = marker.trim_start_matches("excerpt of ");
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    let plain =
        |text: &str| text.lines().map(|line| line.trim_start_matches("//!").trim()).collect::<Vec<_>>().join("\n");
    (!plain(&text).contains(plain(&block.code).trim())).then(|| format!("this is not in {file}"))
}

fn not_json(block: &Block) -> Option<String> {
    serde_json::from_str::<serde_json::Value>(&block.code).err().map(|error| error.to_string())
}

fn commands_of(block: &Block, language: &str) -> Option<String> {
    (language == "sh").then(|| commands::fault(&block.code)).flatten()
}

/// A column or a metric that the Worker does not write.
fn unknown_name(block: &Block) -> Option<String> {
    let columns = ["index1", "blob1", "blob2", "blob3", "double1", "double2", "double3"];
    let source = fs::read_to_string(root().join("crates/worker/src/admin/metrics.rs")).unwrap_or_default();
    let words = block.code.split(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
    let is_unknown = |word: &&str| {
        let is_column = ["index", "blob", "double"]
            .iter()
            .any(|kind| word.strip_prefix(kind).is_some_and(|number| number.parse::<u8>().is_ok()));
        (is_column && !columns.contains(word)) || (word.starts_with("countersign_") && !source.contains(*word))
    };
    words.into_iter().find(is_unknown).map(|word| format!("nothing writes `{word}`"))
}
