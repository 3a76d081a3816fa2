//! The runbook has a row for each code, each alert and each status of `/healthz`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign::error::CODES;

use crate::files::files_in;
use crate::page::{Page, root};

#[test]
fn each_code_has_its_row() {
    let rows = rows("docs/runbook.md", "| code |");
    let mut codes: BTreeSet<_> = CODES.iter().map(|row| row.code.to_owned()).collect();
    codes.extend(logged());
    assert_eq!(rows, codes);
}

#[test]
fn each_status_of_healthz_has_its_row() {
    let mut statuses = quoted(&source("crates/worker/src/verdict.rs"), "const ");
    statuses.extend(["ok", "config_invalid"].map(str::to_owned));
    assert_eq!(rows("docs/runbook.md", "| status |"), statuses);
    let health = source("crates/worker/src/health.rs");
    assert!(["(200, \"ok\")", "(503, \"config_invalid\")"].iter().all(|status| health.contains(status)));
}

#[test]
fn each_alert_has_its_row_which_leads_to_the_runbook() {
    let mut types = quoted(&source("src/inbox/alerts/notice.rs"), "pub const ");
    types.extend(quoted(&source("src/inbox/alerts/notice.rs"), "    ("));
    assert_eq!(rows("docs/alerts.md", "| `type` |"), types);
    let page = Page::read("docs/alerts.md").text;
    let lost = table(&page, "| `type` |").find(|row| !row.contains("](runbook.md#"));
    assert_eq!(lost, None);
}

/// The names in the first cells of the page's one table with that head.
fn rows(page: &str, head: &str) -> BTreeSet<String> {
    let page = Page::read(page).text;
    let cells = table(&page, head).filter_map(|row| row.split(" | ").next());
    let names: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect();
    let distinct: BTreeSet<_> = names.iter().filter(|name| !name.starts_with('"')).cloned().collect();
    assert_eq!(distinct.len(), names.iter().filter(|name| !name.starts_with('"')).count(), "a row is there twice");
    distinct
}

fn table<'p>(page: &'p str, head: &str) -> impl Iterator<Item = &'p str> {
    let (_, rest) = page.split_once(&format!("\n{head}")).unwrap();
    rest.lines().skip(2).take_while(|line| line.starts_with('|'))
}

/// Codes of log records that no response has, as the Worker's source writes them.
fn logged() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files_in(&root().join("crates/worker/src")) {
        found.extend(text.split("\"code\": \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    found.extend(quoted(&source("crates/worker/src/verdict.rs"), "const "));
    found
}

/// The texts in quotes on the lines that begin so.
fn quoted(text: &str, begin: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.starts_with(begin));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn source(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}
