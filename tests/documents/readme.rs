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

/// Each guarantee, by its bold words, and the test that holds it.
const GUARANTEES: [(&str, &str, &str); 5] = [
    ("Only genuine events.", "tests/e2e/answers.test.mjs", "what was not signed with the secret matches nothing"),
    ("No lost events, with `durable`.", "tests/e2e/kill.test.mjs", "events are sent lose none"),
    (
        "No false acknowledgements.",
        "tests/e2e/delivery.test.mjs",
        "an event is marked as seen only once the origin has said 2xx",
    ),
    ("Unchanged bodies, private logs.", "tests/e2e/bytes.test.mjs", "large bodies arrive as they were sent"),
    (
        "Isolated faults.",
        "tests/e2e/config.test.mjs",
        "no value is repeated, wherever it stands, in a response or in the log",
    ),
];

#[test]
fn each_guarantee_is_held_by_a_test() {
    let readme = Page::read("README.md").text;
    let section = readme.split_once("## Guarantees\n").and_then(|(_, rest)| rest.split_once("\n## ")).unwrap().0;
    let given: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("- **")?.split("**").next()).collect();
    assert_eq!(given, GUARANTEES.map(|(words, ..)| words));
    for (_, file, name) in GUARANTEES {
        assert!(Page::read(file).text.contains(name), "{file} has no test `{name}`");
    }
}
