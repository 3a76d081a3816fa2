//! `cargo xtask page`: builds the page that explains a delivery. `build/www` is a folder that any static server can serve, and
//! `build/www/countersign.html` the same page in one file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::reach::reached;
use crate::term::bold;
use crate::{gzip, node_test, package, page_file, paths, process, replace, tools};

/// The scripts of the package that the page imports, with what those import.
const ENTRIES: [&str; 3] = ["slim-explain.js", "full-verifiers.js", "jwt-senders.js"];

/// The Wasm of the package that the page loads, and its name in `build/www`. It is compressed there, because not every server compresses.
const WASM: (&str, &str) = ("full.wasm", "engine.wasm.gz");

/// What the page's service worker keeps. `./` is the page itself.
const KEPT: [&str; 5] = ["./", "theme.js", "page.css", "page.js", WASM.1];

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    if let Some(arg) = args.next()? {
        return Err(arg.unexpected().into());
    }
    package::assemble_for_page()?;
    assemble()?;
    println!("{} build/www, for any static server under any path; countersign.html in it works alone", bold("page:"));
    Ok(())
}

/// The step `page` of `cargo xtask test`: the page in headless Chromium.
pub(crate) fn test() -> Result<()> {
    tools::need(&[("chromium", "chromium"), ("python3", "python3")])?;
    package::assemble_for_page()?;
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

/// Builds the page from the package that was built last, and replaces what is in `build/www`.
pub(crate) fn assemble() -> Result<()> {
    let (stage, www) = (stage()?, paths::build_dir("stage/www")?);
    fs::remove_dir_all(&www).with_context(|| format!("{} cannot be emptied", www.display()))?;
    fs::create_dir_all(&www)?;
    bundle(&stage, &www)?;
    for name in ["index.html", "_headers"] {
        copy(&stage.join(name), &www.join(name))?;
    }
    let wasm = paths::build_dir("npm/package/dist")?.join(WASM.0);
    ensure!(wasm.is_file(), "build/npm/package has no {}; run `cargo xtask package`", WASM.0);
    fs::write(www.join(WASM.1), gzip::compressed(&fs::read(wasm)?)?)?;
    page_file::write(&www, WASM.1)?;
    page_file::service_worker(&www, &KEPT)?;
    replace::contents(&www, &paths::build_dir("www")?)
}

/// Copies the sources, and in `engine/` the scripts of the package, so that the page's imports find them.
fn stage() -> Result<PathBuf> {
    let (stage, dist) = (paths::build_dir("stage/page")?, paths::build_dir("npm/package/dist")?);
    fs::remove_dir_all(&stage).with_context(|| format!("{} cannot be emptied", stage.display()))?;
    copy_tree(&paths::root().join("www"), &stage)?;
    let engine = stage.join("engine");
    fs::create_dir_all(&engine)?;
    for name in reached(&dist, &ENTRIES)? {
        copy(&dist.join(&name), &engine.join(&name))?;
    }
    fs::write(engine.join("about.js"), about()).context("engine/about.js cannot be written")?;
    Ok(stage)
}

fn bundle(stage: &Path, www: &Path) -> Result<()> {
    let entries =
        [("page", "src/main.js"), ("page", "style/page.css"), ("theme", "src/theme.js"), ("offline", "offline.js")];
    process::run(
        "bundle the page",
        tools::npm_bin("esbuild")?
            .args(entries.map(|(name, file)| format!("{name}={}", stage.join(file).display())))
            .args(["--bundle", "--format=esm", "--minify", "--charset=utf8", "--log-level=warning"])
            .args(["--target=es2022,chrome123,firefox125,safari17.5"])
            .arg(format!("--outdir={}", www.display())),
    )
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
