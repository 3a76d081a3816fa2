//! README: a stranger has five minutes.

use crate::page::Page;

#[test]
fn readme_has_at_most_150_lines_and_its_paths_at_most_twelve() {
    let readme = Page::read("README.md");
    let lines = readme.text.lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
    for block in readme.blocks() {
        let lines = block.code.lines().count();
        assert!(lines <= 12, "README.md:{}: a block of {lines} lines", block.line);
    }
}
