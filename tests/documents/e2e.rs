//! `tests/e2e/README.md` says of each file what it tests.

use std::collections::BTreeSet;
use std::fs;

use crate::page::{Page, root};

#[test]
fn each_end_to_end_test_is_in_their_readme_once() {
    let page = Page::read("tests/e2e/README.md").text;
    let cells = page.lines().filter(|line| line.starts_with("| `")).filter_map(|row| row.split(" | ").next());
    let named: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let files = fs::read_dir(root().join("tests/e2e")).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".test.mjs").map(str::to_owned)
    });
    let distinct: BTreeSet<_> = named.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(distinct, files.collect());
    assert_eq!(distinct.len(), named.len(), "a file is named twice");
}
