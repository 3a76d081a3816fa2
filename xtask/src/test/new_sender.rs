//! The step `new-sender`: adds a made-up sender to a copy of the repository, and looks at what that changed.
//!
//! A sender is a file in `src/scheme`, two lines in its registry, and a file of vectors. Everything else is generated from the registry or
//! reads it: this step fails if a sender needs one line more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{paths, process, tools};

/// What a sender is, as `git diff --numstat` has it.
const WRITTEN: [&str; 3] =
    ["*\t0\tsrc/scheme/made_up.rs", "2\t0\tsrc/scheme/mod.rs", "*\t0\ttests/vectors/made-up.json"];

/// What is generated of it.
const GENERATED: [&str; 11] = [
    "README.md",
    "crates/emulator/src/send/events.json",
    "crates/npm/js/hmac-senders.d.ts",
    "crates/npm/js/hmac-senders.js",
    "crates/npm/js/schemes.d.ts",
    "crates/npm/js/senders.d.ts",
    "crates/npm/js/senders.js",
    "docs/configuration.md",
    "docs/senders.md",
    "www/src/sample-events.js",
    "www/src/scheme-list.js",
];

/// Adds the sender to the copy, generates what follows, and runs the tests that concern senders.
pub(super) fn new_sender() -> Result<()> {
    let copy = paths::build_dir("new-sender")?;
    copy_repository(&copy)?;
    add_sender(&copy)?;
    process::run("generate what follows from the registry", test(&copy, &["senders"], &[]).env("UPDATE", "1"))?;
    let tests = ["senders", "vectors", "properties"];
    // Of the properties, those of senders: the others do not depend on the registry.
    let names = ["sender", "generated", "places::", "every_scheme", "v1_alone"];
    process::run("test the made-up sender", &mut test(&copy, &tests, &names))?;
    judge(&changes(&copy)?)
}

/// Every file of the repository as it stands, but for the fuzz corpus, and a commit to compare with.
fn copy_repository(copy: &Path) -> Result<()> {
    fs::remove_dir_all(copy)?;
    let mut list = git(&paths::root());
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".", ":!fuzz/corpus"]);
    for file in output(&mut list)?.split('\0').filter(|file| !file.is_empty()) {
        let (from, to) = (paths::root().join(file), copy.join(file));
        // A file that was deleted and not yet committed is listed too.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(copy))?;
            fs::copy(&from, &to).with_context(|| format!("{file} cannot be copied"))?;
        }
    }
    output(git(copy).args(["init", "--quiet"]))?;
    output(git(copy).args(["add", "--all"]))?;
    let author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    output(git(copy).args(author).args(["commit", "--quiet", "--no-verify", "--message", "before"]))?;
    Ok(())
}

/// The two files, and the two lines.
fn add_sender(copy: &Path) -> Result<()> {
    let made_up = paths::root().join("tests/new-sender");
    fs::copy(made_up.join("made_up.rs"), copy.join("src/scheme/made_up.rs"))?;
    fs::copy(made_up.join("made-up.json"), copy.join("tests/vectors/made-up.json"))?;
    let registry = copy.join("src/scheme/mod.rs");
    let text = fs::read_to_string(&registry)?;
    let added = register(&text).context("src/scheme/mod.rs has no `mod linear;`, or no list `ALL`")?;
    Ok(fs::write(registry, added)?)
}

/// The registry with a `mod` line and an entry at the end of `ALL`.
fn register(text: &str) -> Option<String> {
    let (before, after) = text.split_once("\nmod linear;\n")?;
    let (list, rest) = after.split_once("\npub static ALL")?;
    let (entries, end) = rest.split_once("\n];\n")?;
    Some(format!(
        "{before}\nmod linear;\nmod made_up;\n{list}\npub static ALL{entries}\n    &made_up::SCHEME,\n];\n{end}"
    ))
}

/// What changed, one file a line: lines added, lines removed, path.
fn changes(copy: &Path) -> Result<String> {
    output(git(copy).args(["add", "--all"]))?;
    output(git(copy).args(["diff", "--cached", "--numstat", "--no-renames"]))
}

/// Compares the changes with what a sender may touch, which it must touch as well.
fn judge(changes: &str) -> Result<()> {
    let is = |change: &str, expected: &str| match expected.strip_prefix('*') {
        Some(rest) => change.trim_start_matches(|digit: char| digit.is_ascii_digit()) == rest,
        None => change == expected,
    };
    let is_generated = |change: &str, file: &str| change.split('\t').nth(2) == Some(file);
    let is_known = |change: &&str| {
        WRITTEN.iter().any(|expected| is(change, expected)) || GENERATED.iter().any(|file| is_generated(change, file))
    };
    let unknown: Vec<_> = changes.lines().filter(|change| !is_known(change)).collect();
    ensure!(unknown.is_empty(), "a new sender touches more than its files and its two lines:\n{}", unknown.join("\n"));
    let written = WRITTEN.iter().filter(|expected| !changes.lines().any(|change| is(change, expected)));
    let generated = GENERATED.iter().filter(|file| !changes.lines().any(|change| is_generated(change, file)));
    let missing: Vec<_> = written.chain(generated).copied().collect();
    ensure!(missing.is_empty(), "a new sender is missing from: {}", missing.join(", "));
    Ok(())
}

/// These tests take a second. Optimised, as the model of the inbox needs it, they would take twice as long to compile.
const UNOPTIMISED: &str = "profile.test.package.countersign.opt-level=0";

/// Tests of the copy. It shares the compiled dependencies.
fn test(copy: &Path, tests: &[&str], names: &[&str]) -> Command {
    let mut cargo = tools::cargo();
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", target()).args(["test", "--package", "countersign"]);
    cargo.args(["--config", UNOPTIMISED]);
    cargo.args(tests.iter().flat_map(|test| ["--test", test])).arg("--").args(names);
    cargo
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| paths::root().join("target"), PathBuf::from)
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} cannot be started"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_two_lines_in_the_registry() {
        let registry = "mod linear;\nmod loops;\n\npub static ALL: &[&Scheme] = &[\n    &loops::SCHEME,\n];\n\nrest";
        let added = register(&format!("//! Doc\n{registry}")).expect("a registry");
        assert!(added.contains("\nmod made_up;\nmod loops;\n"));
        assert!(added.contains("    &loops::SCHEME,\n    &made_up::SCHEME,\n];\n\nrest"));
        assert_eq!(register("//! Doc\nmod linear;\n"), None);
    }

    #[test]
    fn a_line_too_many_or_a_list_without_it_is_named() {
        let all = || {
            let written = WRITTEN.iter().map(|line| line.replace('*', "30"));
            written.chain(GENERATED.iter().map(|file| format!("3\t1\t{file}"))).collect::<Vec<_>>()
        };
        assert!(judge(&all().join("\n")).is_ok());
        for more in ["1\t0\tsrc/verify/template.rs", "3\t0\tsrc/scheme/mod.rs", "30\t1\tsrc/scheme/made_up.rs"] {
            let error = judge(&[all(), vec![more.to_owned()]].concat().join("\n")).expect_err(more);
            assert!(error.to_string().contains(more), "{error}");
        }
        for at in 0..all().len() {
            let mut changes = all();
            changes.remove(at);
            assert!(judge(&changes.join("\n")).is_err(), "without {}", all()[at]);
        }
    }
}
