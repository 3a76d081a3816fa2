//! Each link within the repository leads to a file that exists, and to an anchor of it.

use std::path::{Component, Path, PathBuf};

use crate::page::{Page, root};

/// How a page that is also published elsewhere names a file of the repository.
const REPOSITORY: &str = "https://github.com/countersign/countersign/blob/main/";

#[test]
fn links_lead_somewhere() {
    let pages = Page::all();
    assert!(pages.len() > 25, "{} pages", pages.len());
    let broken: Vec<_> = pages.iter().flat_map(|page| broken(page, &pages)).collect();
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

fn broken(page: &Page, pages: &[Page]) -> Vec<String> {
    let links = page.links().into_iter().filter_map(|(line, target)| {
        let why = fault(page, &target, pages)?;
        Some(format!("{}:{line}: {target}: {why}", page.path.display()))
    });
    links.collect()
}

/// What is wrong with a link, if anything is.
fn fault(page: &Page, target: &str, pages: &[Page]) -> Option<&'static str> {
    let (target, folder) = match target.strip_prefix(REPOSITORY) {
        Some(rest) => (rest, Path::new("")),
        None if target.contains("://") || target.starts_with("mailto:") => return None,
        None => (target, page.path.parent()?),
    };
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() { page.path.clone() } else { normal(&folder.join(file)) };
    if !root().join(&path).exists() {
        return Some("there is no such file");
    }
    let (anchor, page) = (anchor?, pages.iter().find(|page| page.path == path));
    match page {
        Some(page) if page.anchors().iter().any(|one| one == anchor) => None,
        Some(_) => Some("the page has no such heading"),
        None => Some("only a page of Markdown has anchors"),
    }
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}
