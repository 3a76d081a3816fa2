//! The fuzz targets over the inputs in `fuzz/corpus`, on stable Rust. What fuzzing finds goes there.

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
use std::{fs, io};

fn run(target: &str, check: fn(&[u8])) -> io::Result<()> {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(&folder)?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<_>>>()?;
    assert!(files.len() >= 20, "{folder} has {} inputs", files.len());
    for file in files {
        let input = fs::read(&file)?;
        assert!(catch_unwind(|| check(&input)).is_ok(), "{} breaks the target `{target}`", file.display());
    }
    Ok(())
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
