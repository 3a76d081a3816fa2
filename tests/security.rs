//! Each row of the table in SECURITY.md names tests, and each of these tests exists.

use std::path::Path;
use std::{fs, io};

/// The rows of the table: the attack, and its tests as file and name.
fn rows(document: &str) -> Vec<(String, Vec<(String, String)>)> {
    let table = document.lines().skip_while(|line| !line.starts_with("| attacker")).skip(2);
    let cells = table
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").collect::<Vec<_>>());
    cells
        .map(|cells| {
            let held = cells.get(3).copied().unwrap_or_default().split("<br>").filter_map(|test| {
                let (file, name) = test.trim().strip_prefix('`')?.split_once("` ")?;
                Some((file.to_owned(), name.trim().to_owned()))
            });
            (cells.get(1).copied().unwrap_or_default().trim().to_owned(), held.collect())
        })
        .collect()
}

/// Whether a file in Rust or JavaScript has a test of that name, or with it in its title.
fn has_test(text: &str, name: &str) -> bool {
    let (function, titled) = (format!("fn {name}("), |line: &str| line.contains("test(") && line.contains(name));
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"))
        .any(|line| line.contains(&function) || titled(line))
}

#[test]
fn every_promise_of_security_md_is_held_by_a_test() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rows = rows(&fs::read_to_string(root.join("SECURITY.md"))?);
    assert!(rows.len() >= 12, "the table has {} rows", rows.len());
    for (attack, tests) in rows {
        assert!(!tests.is_empty(), "no test is named for: {attack}");
        for (file, name) in tests {
            let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
            assert!(has_test(&text, &name), "{file} has no test `{name}`, which SECURITY.md names for: {attack}");
        }
    }
    Ok(())
}
