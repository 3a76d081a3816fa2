//! `cargo xtask api`: the public API of the core and of the package, as committed in `tests/api`.

mod declaration;
mod rust;
mod typescript;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::paths;
use crate::term::{bold, green, red};

/// Where the API is kept, a line for each public name.
const FOLDER: &str = "tests/api";

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    match args.next()? {
        None => check(),
        Some(lexopt::Arg::Long("bless")) => bless(),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// The step of `cargo xtask test`: fails with what was added and removed.
///
/// # Errors
/// If the API is another than the committed one.
pub(crate) fn check() -> Result<()> {
    let root = paths::root();
    let mut changed = Vec::new();
    for (file, text) in listings(&root)? {
        let kept = fs::read_to_string(root.join(&file)).unwrap_or_default();
        if kept != text {
            println!("{}", bold(&file));
            only(&kept, &text).iter().for_each(|line| println!("{}", red(format!("-{line}"))));
            only(&text, &kept).iter().for_each(|line| println!("{}", green(format!("+{line}"))));
            changed.push(file);
        }
    }
    ensure!(
        changed.is_empty(),
        "the public API changed: look at the difference, then `cargo xtask api --bless` ({})",
        changed.join(", ")
    );
    Ok(())
}

fn bless() -> Result<()> {
    let root = paths::root();
    fs::create_dir_all(root.join(FOLDER))?;
    for (file, text) in listings(&root)? {
        fs::write(root.join(&file), text).with_context(|| format!("{file} cannot be written"))?;
        println!("{} {file}", bold("written:"));
    }
    Ok(())
}

/// Both files with what they should say.
fn listings(root: &Path) -> Result<[(String, String); 2]> {
    let core = rust::listing(root, "countersign", &root.join("src/lib.rs"))?;
    let package = typescript::listing(&root.join("crates/npm/js"))?;
    Ok([(format!("{FOLDER}/core.txt"), core), (format!("{FOLDER}/package.txt"), package)])
}

/// The lines of a text that another does not have.
fn only<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
    text.lines().filter(|line| !other.lines().any(|known| known == *line)).collect()
}
