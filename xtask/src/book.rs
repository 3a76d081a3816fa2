//! `cargo xtask book`: the documentation as a book, in build/book.
//!
//! mdbook wants all pages below one folder, and ours are where a reader of the repository looks for them. So the pages of
//! `docs/SUMMARY.md` are staged with their paths, and links to other files lead to the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::term::bold;
use crate::{paths, process, reference, replace, tools};

/// Where files that are not in the book can be read.
const REPOSITORY: &str = "https://github.com/countersign/countersign/blob/main/";
/// The page that leads to the npm package's reference, and the folder of the reference.
const REFERENCE: &str = "docs/api";
const REFERENCE_PAGE: &str = "# Reference of the npm package\n\nEvery export of each entry, with its types and an example: [open the reference](api/index.html).\n";
/// What pages show besides text.
const PICTURES: [&str; 3] = ["svg", "png", "gif"];

/// Builds the book; installs mdbook if it is missing.
pub(crate) fn build() -> Result<()> {
    let (root, staged) = (paths::root(), paths::build_dir("book-src")?);
    fs::remove_dir_all(&staged).with_context(|| format!("{} cannot be emptied", staged.display()))?;
    let summary = fs::read_to_string(root.join("docs/SUMMARY.md")).context("docs/SUMMARY.md cannot be read")?;
    let mut pages = BTreeSet::new();
    let summary = with_links(&summary, |target| {
        let path = normal(&Path::new("docs").join(target));
        pages.insert(path.clone());
        path.display().to_string()
    });
    fs::create_dir_all(&staged)?;
    fs::write(staged.join("SUMMARY.md"), format!("{summary}\n- [Reference of the npm package]({REFERENCE}.md)\n"))?;
    write(&staged.join(format!("{REFERENCE}.md")), REFERENCE_PAGE.as_bytes())?;
    for page in &pages {
        let text = fs::read_to_string(root.join(page)).with_context(|| format!("{} cannot be read", page.display()))?;
        let text = with_links(&text, |target| link(page, target, &pages));
        write(&staged.join(page), text.as_bytes())?;
    }
    for entry in fs::read_dir(root.join("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| PICTURES.iter().any(|known| kind == *known)) {
            write(&staged.join(path.strip_prefix(&root)?), &fs::read(&path)?)?;
        }
    }
    tools::mdbook()?;
    process::run("mdbook", Command::new("mdbook").arg("build").current_dir(&root))?;
    ensure!(root.join("build/book/docs/inbox.html").exists(), "mdbook left out docs/inbox.md");
    replace::contents(&reference::build()?, &root.join("build/book").join(REFERENCE))?;
    println!("{} build/book/index.html, {} pages", bold("written:"), pages.len());
    Ok(())
}

/// Where a link of a page leads in the book.
fn link(page: &Path, target: &str, pages: &BTreeSet<PathBuf>) -> String {
    let (file, anchor) =
        target.split_once('#').map_or((target, String::new()), |(file, anchor)| (file, format!("#{anchor}")));
    // A page that is also published elsewhere names other pages by their addresses in the repository.
    if let Some(file) = file.strip_prefix(REPOSITORY).filter(|file| pages.contains(Path::new(file))) {
        let up = "../".repeat(page.components().count() - 1);
        return link(page, &format!("{up}{file}{anchor}"), pages);
    }
    let path = normal(&page.parent().unwrap_or(Path::new("")).join(file));
    let is_picture = path.extension().is_some_and(|kind| PICTURES.iter().any(|known| kind == *known));
    if pages.contains(&path)
        && let Some(folder) = file.strip_suffix("README.md")
    {
        // mdbook calls it so, and does not change the links.
        return format!("{folder}index.html{anchor}");
    }
    if file.is_empty() || file.contains("://") || is_picture || pages.contains(&path) {
        return target.to_owned();
    }
    format!("{REPOSITORY}{}{anchor}", path.display())
}

/// A page whose links are replaced by what `change` makes of their targets.
fn with_links(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let mut parts = text.split("](");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str("](");
        match part.split_once(')') {
            Some((target, rest)) if !target.contains(char::is_whitespace) => {
                whole.push_str(&change(target));
                whole.push(')');
                whole.push_str(rest);
            }
            _ => whole.push_str(part),
        }
    }
    whole
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

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leaves_the_book_leads_to_the_repository() {
        let pages = BTreeSet::from(["docs/inbox.md", "docs/README.md", "SECURITY.md"].map(PathBuf::from));
        let of = |target| link(Path::new("docs/admin.md"), target, &pages);
        assert_eq!(
            [of("inbox.md#alerts"), of("../SECURITY.md"), of("#top")],
            ["inbox.md#alerts", "../SECURITY.md", "#top"]
        );
        assert_eq!(of("README.md#a"), "index.html#a");
        assert_eq!(of("../examples/README.md#run"), format!("{REPOSITORY}examples/README.md#run"));
        assert_eq!([of("console.png"), of("https://a.example/b.md")], ["console.png", "https://a.example/b.md"]);
    }

    #[test]
    fn an_address_of_a_page_leads_to_it_in_the_book() {
        let pages = BTreeSet::from(["README.md", "docs/codes.md", "docs/crate.md"].map(PathBuf::from));
        let of = |page, path: &str| link(Path::new(page), &format!("{REPOSITORY}{path}"), &pages);
        assert_eq!(of("docs/crate.md", "docs/codes.md#accepted"), "../docs/codes.md#accepted");
        assert_eq!(of("README.md", "docs/codes.md"), "docs/codes.md");
        assert_eq!(of("docs/crate.md", "README.md"), "../index.html");
        assert_eq!(of("docs/crate.md", "crates/npm/README.md"), format!("{REPOSITORY}crates/npm/README.md"));
    }

    #[test]
    fn only_targets_change() {
        assert_eq!(
            with_links("a [b](c.md) [d](e.md#f), `g](h i)`", |target| target.to_uppercase()),
            "a [b](C.MD) [d](E.MD#F), `g](h i)`"
        );
    }
}
