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

/// Each guarantee, by its bold words, and the tests that hold what it says, each by file and name.
const GUARANTEES: [(&str, &[(&str, &str)]); 5] = [
    ("Only genuine events.", &[("answers", "what was not signed with the secret matches nothing")]),
    ("No lost events, with `durable`.", &[("kill", "events are sent lose none")]),
    (
        "No false acknowledgements.",
        &[
            ("delivery", "an event is marked as seen only once the origin has said 2xx"),
            ("retries", "a 410, which must not reach the sender"),
        ],
    ),
    (
        "Unchanged bodies, private logs.",
        &[
            ("bytes", "large bodies arrive as they were sent"),
            ("config", "no value is repeated, wherever it stands, in a response or in the log"),
        ],
    ),
    (
        "Isolated faults.",
        &[
            ("config", "the other sources keep working"),
            ("config", "/healthz names the sources to everybody, and what is wrong to the operator"),
        ],
    ),
];

#[test]
fn each_guarantee_is_held_by_a_test() {
    let readme = Page::read("README.md").text;
    let section = readme.split_once("## Guarantees\n").and_then(|(_, rest)| rest.split_once("\n## ")).unwrap().0;
    let given: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("- **")?.split("**").next()).collect();
    assert_eq!(given, GUARANTEES.map(|(words, ..)| words));
    for (file, name) in GUARANTEES.iter().flat_map(|(_, tests)| *tests) {
        let file = format!("tests/e2e/{file}.test.mjs");
        assert!(Page::read(&file).text.contains(name), "{file} has no test `{name}`");
    }
}
