//! `docs/SUMMARY.md` names every page, so that each is in the book that `cargo xtask book` builds.

use std::collections::BTreeSet;
use std::path::Path;

use crate::page::Page;

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = Page::read("docs/SUMMARY.md");
    let named: Vec<_> = summary.links().into_iter().map(|(_, target)| target).collect();
    let distinct: BTreeSet<_> = named.iter().cloned().collect();
    assert_eq!(distinct.len(), named.len(), "a page is in docs/SUMMARY.md twice");
    let docs = Path::new("docs");
    let pages = Page::all().into_iter().filter_map(|page| {
        let name = page.path.strip_prefix(docs).ok()?.to_str()?.to_owned();
        (name != "SUMMARY.md").then_some(name)
    });
    let missing: Vec<_> = pages.filter(|name| !distinct.contains(name)).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md lacks {missing:?}");
}

/// mdbook draws no Mermaid, and GitHub draws any picture.
#[test]
fn pictures_show_on_github_and_in_the_book() {
    for page in Page::all() {
        let drawn = page.blocks().into_iter().find(|block| block.language == "mermaid");
        assert!(drawn.is_none(), "{}: draw an SVG: the book shows Mermaid as text", page.path.display());
    }
}
