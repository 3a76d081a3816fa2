//! `cargo xtask page`: assembles the page that explains a delivery in `build/www`, from `www/` and, in `engine/`, the npm package's
//! files. Nothing is compiled or bundled; any static server can serve the folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::reach::reached;
use crate::term::bold;
use crate::{node_test, package, paths, process, replace, tools};

/// The scripts of the package that the page imports, with what those import.
const ENTRIES: [&str; 4] = ["slim.js", "slim-explain.js", "full-verifiers.js", "jwt-senders.js"];

/// The Wasm that the page loads.
const WASM: [&str; 2] = ["core.wasm", "full.wasm"];

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    if let Some(arg) = args.next()? {
        return Err(arg.unexpected().into());
    }
    package::pack()?;
    assemble()?;
    println!("{} build/www; any static server can serve it, under any path", bold("page:"));
    Ok(())
}

/// The step `page` of `cargo xtask test`: the page in headless Chromium.
pub(crate) fn test() -> Result<()> {
    tools::need(&[("chromium", "chromium")])?;
    package::pack()?;
    assemble()?;
    paths::build_dir("screenshots")?;
    process::stream(&mut node_test::folder("tests/page")?)
}

/// Holds the page's place until it is built: wrangler needs the folder when it starts.
pub(crate) fn hold_place() -> Result<()> {
    let index = paths::build_dir("www")?.join("index.html");
    if index.exists() { Ok(()) } else { fs::write(index, BEING_BUILT).context("build/www cannot be written") }
}

/// What a browser shows until the page is built. It reloads itself.
const BEING_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\">\
    <title>Countersign</title><p>The page is being built. This takes a minute.</p></html>\n";

/// Assembles the page from the package that was built last, and replaces what is in `build/www`.
pub(crate) fn assemble() -> Result<()> {
    let (www, dist) = (paths::build_dir("stage/www")?, paths::build_dir("npm/package/dist")?);
    fs::remove_dir_all(&www).with_context(|| format!("{} cannot be emptied", www.display()))?;
    copy_tree(&paths::root().join("www"), &www)?;
    // The Worker serves the console.
    fs::remove_dir_all(www.join("console")).context("the console cannot be left out")?;
    let engine = www.join("engine");
    fs::create_dir_all(&engine)?;
    ensure!(dist.join("full.wasm").is_file(), "build/npm/package has no full.wasm; run `cargo xtask package`");
    for name in reached(&dist, &ENTRIES)?.iter().map(String::as_str).chain(WASM) {
        copy(&dist.join(name), &engine.join(name))?;
    }
    fs::write(engine.join("about.js"), about()).context("engine/about.js cannot be written")?;
    replace::contents(&www, &paths::build_dir("www")?)
}

/// The page's version and, if there is git, its commit.
fn about() -> String {
    let git = Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(paths::root()).output();
    let commit = git.ok().filter(|git| git.status.success()).map(|git| git.stdout).unwrap_or_default();
    format!(
        "export const version = \"{}\";\nexport const commit = \"{}\";\n",
        env!("CARGO_PKG_VERSION"),
        String::from_utf8_lossy(&commit).trim()
    )
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", from.display()))
}
