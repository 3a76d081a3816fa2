//! `cargo xtask costs`: `docs/costs.md`, from what tests count, what was measured, and public prices.

mod modes;
mod names;
mod page;
mod prices;
mod usage;

use std::fs;

use anyhow::{Context, Result};

use self::usage::{COUNTED, Figures};
use xtask::term::{bold, green, red};
use xtask::{build, paths, process, tools};

const PAGE: &str = "docs/costs.md";
/// The tests that count, each a part of [`COUNTED`].
const COUNTING: [&str; 2] = ["tests/e2e/operations.test.mjs", "tests/e2e/alert-costs.test.mjs"];

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut update = false;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("update") => update = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if update {
        count()?;
    }
    let root = paths::root();
    let path = root.join(PAGE);
    fs::create_dir_all(path.parent().unwrap_or(&root))?;
    fs::write(&path, page::page(&Figures::read(&root)?)?).with_context(|| format!("{PAGE} cannot be written"))?;
    println!("{} {PAGE}", bold("written:"));
    Ok(())
}

/// Runs the test with leave to write what it counts, and shows which lines are others than before.
fn count() -> Result<()> {
    let file = paths::root().join(COUNTED);
    let before = fs::read_to_string(&file).unwrap_or_default();
    build::production()?;
    build::for_tests()?;
    let mut node = tools::npm_bin("node")?;
    // One after the other, because both write the file.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=dot"]).args(COUNTING).env("COUNTERSIGN_UPDATE", "1");
    process::run("count what operations cost", &mut node)?;
    let after = fs::read_to_string(&file).with_context(|| format!("{COUNTED} cannot be read"))?;
    let only = |text: &str, other: &str| -> Vec<String> {
        text.lines().filter(|line| !other.lines().any(|known| known == *line)).map(str::to_owned).collect()
    };
    only(&before, &after).iter().for_each(|line| println!("{}", red(format!("-{line}"))));
    only(&after, &before).iter().for_each(|line| println!("{}", green(format!("+{line}"))));
    if before == after {
        println!("{} {COUNTED}", bold("as before:"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_would_be_generated() {
        let root = paths::root();
        let page = page::page(&Figures::read(&root).unwrap()).unwrap();
        let committed = fs::read_to_string(root.join(PAGE)).unwrap();
        assert!(committed == page, "{PAGE} is not what its data says: run `cargo xtask costs`");
    }
}
