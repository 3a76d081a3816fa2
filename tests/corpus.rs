//! The fuzz targets over the inputs in `fuzz/corpus` and over mutations of them, on stable Rust. What fuzzing finds goes there.

#[path = "../fuzz/src/lib.rs"]
#[allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the fuzzer's library, in a package of its own; a panic is what it reports"
)]
mod fuzz;

use std::panic::catch_unwind;
use std::{env, fs, io};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// Mutations for each target, without `COUNTERSIGN_MUTATIONS`. `cargo xtask test fuzz` tries more.
const MUTATIONS: u32 = 100;

/// Runs one target over its corpus, then over mutations of it.
fn run(target: &str, check: fn(&[u8])) -> io::Result<()> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(&folder)?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    assert!(files.len() >= 20, "{folder} has {} inputs", files.len());
    let mut inputs = Vec::new();
    for file in files {
        let input = fs::read(&file)?;
        assert!(catch_unwind(|| check(&input)).is_ok(), "{} breaks the target `{target}`", file.display());
        inputs.push(input);
    }
    mutate(target, inputs, check)
}

/// Fails with the smallest mutation that breaks the target.
fn mutate(target: &str, inputs: Vec<Vec<u8>>, check: fn(&[u8])) -> io::Result<()> {
    let cases = env::var("COUNTERSIGN_MUTATIONS").map_or(Ok(MUTATIONS), |text| text.parse());
    let cases = cases.map_err(|error| io::Error::other(format!("COUNTERSIGN_MUTATIONS: {error}")))?;
    let mutations = (select(inputs), proptest::collection::vec(edit(&words()?), 1..5));
    let mutations = mutations.prop_map(|(input, edits)| edits.iter().fold(input, apply));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&mutations, |input| {
        check(&input);
        Ok(())
    });
    assert!(outcome.is_ok(), "a mutation breaks the target `{target}`: {outcome:?}");
    Ok(())
}

/// One change to an input.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Replace(Index, u8),
}

fn edit(words: &[Vec<u8>]) -> impl Strategy<Value = Edit> + use<> {
    let place = any::<Index>;
    prop_oneof![
        (place(), select(words.to_vec())).prop_map(|(at, word)| Edit::Insert(at, word)),
        (place(), 1..40_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (place(), 1..40_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
    ]
}

fn apply(mut input: Vec<u8>, edit: &Edit) -> Vec<u8> {
    let (Edit::Insert(at, _) | Edit::Remove(at, _) | Edit::Repeat(at, _) | Edit::Replace(at, _)) = edit;
    let at = at.index(input.len().saturating_add(1));
    let end = |length: &usize| at.saturating_add(*length).min(input.len());
    match edit {
        Edit::Insert(_, word) => drop(input.splice(at..at, word.iter().copied())),
        Edit::Remove(_, length) => drop(input.drain(at..end(length))),
        Edit::Repeat(_, length) => input.extend_from_within(at..end(length)),
        Edit::Replace(_, byte) => input.get_mut(at).into_iter().for_each(|known| *known = *byte),
    }
    input
}

/// The words of the fuzzer's dictionary.
fn words() -> io::Result<Vec<Vec<u8>>> {
    let dictionary = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/dictionary.txt"))?;
    let quoted = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    Ok(quoted.map(|word| word.replace("\\\"", "\"").into_bytes()).collect())
}

#[test]
fn config() -> io::Result<()> {
    run("config", fuzz::config::check)
}

#[test]
fn jwks() -> io::Result<()> {
    run("jwks", fuzz::jwks::check)
}

#[test]
fn jwt() -> io::Result<()> {
    run("jwt", fuzz::jwt::check)
}

#[test]
fn verify() -> io::Result<()> {
    run("verify", fuzz::verify::check)
}
