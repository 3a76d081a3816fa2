//! Each link within the repository leads to a file that exists, and to an anchor of it.

use std::path::{Path, PathBuf};

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
    let Ok(path) = real(&if file.is_empty() { page.path.clone() } else { folder.join(file) }) else {
        return Some("there is no such file");
    };
    let (anchor, page) = (anchor?, pages.iter().find(|page| real(&page.path).is_ok_and(|real| real == path)));
    match page {
        Some(page) if page.anchors().iter().any(|one| one == anchor) => None,
        Some(_) => Some("the page has no such heading"),
        None => Some("only a page of Markdown has anchors"),
    }
}

/// Where a file of the repository is, without `..`.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    root().join(path).canonicalize()
}
