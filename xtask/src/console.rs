//! The console: `www/console/` bundled into three files, which the Worker's own script contains as text. So it is wherever the Worker is:
//! under `wrangler deploy`, self-hosted, and in the npm package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gzip::gzipped;
use crate::{node_test, paths, process, tools};

/// The most that the three files may weigh together, each gzipped.
const BUDGET: usize = 40_000;

/// The files in the order of `CONSOLE_FILES` in src/gateway/route.rs, with their media types.
const FILES: [(&str, &str); 3] = [
    ("index.html", "text/html; charset=utf-8"),
    ("console.css", "text/css; charset=utf-8"),
    ("console.js", "text/javascript; charset=utf-8"),
];

/// Writes the module that contains the files, each with its media type and the hash of its bytes as its entity tag.
///
/// # Errors
/// If esbuild fails, or the files outgrow their budget.
pub(crate) fn write(module: &Path) -> Result<()> {
    let built = bundle()?;
    let (mut files, mut weight) = (Vec::new(), 0_usize);
    for (name, media) in FILES {
        let bytes = fs::read(built.join(name)).with_context(|| format!("build/console/{name} cannot be read"))?;
        weight = weight.saturating_add(gzipped(&bytes)?);
        files.push(embedded(media, &String::from_utf8(bytes)?));
    }
    ensure!(weight <= BUDGET, "the console weighs {weight} bytes gzipped, of {BUDGET} at most");
    fs::write(module, format!("export const FILES = {};\n", Value::Array(files)))
        .with_context(|| format!("{} cannot be written", module.display()))
}

/// The step `console` of `cargo xtask test`: every screen and action, over the Worker that was built last.
///
/// # Errors
/// If a browser is missing, or a test fails.
pub(crate) fn test() -> Result<()> {
    tools::need(&[("chromium", "chromium")])?;
    paths::build_dir("screenshots")?;
    process::stream(&mut node_test::folder("tests/console")?)
}

/// The step `console-long`: other browsers, and what takes its time.
///
/// # Errors
/// If a browser is missing, or a test fails.
pub(crate) fn long() -> Result<()> {
    tools::need(&[("chromium", "chromium"), ("firefox-esr", "firefox-esr"), ("surf", "surf"), ("Xvfb", "xvfb")])?;
    process::stream(&mut node_test::folder("tests/console/long")?)
}

/// Makes `build/console` from `www/console`.
fn bundle() -> Result<PathBuf> {
    let (from, to) = (paths::root().join("www/console"), paths::build_dir("console")?);
    process::run(
        "bundle the console",
        tools::npm_bin("esbuild")?
            .arg(format!("console={}", from.join("main.js").display()))
            .arg(format!("console={}", from.join("console.css").display()))
            // One classic script: the theme is chosen before anything is drawn.
            .args(["--bundle", "--format=iife", "--minify", "--charset=utf8", "--log-level=warning"])
            .args(["--target=es2022,chrome123,firefox125,safari17.5"])
            .arg(format!("--outdir={}", to.display())),
    )?;
    fs::copy(from.join("index.html"), to.join("index.html")).context("www/console/index.html cannot be copied")?;
    Ok(to)
}

fn embedded(media: &str, text: &str) -> Value {
    let hash = Sha256::digest(text.as_bytes());
    let tag: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    json!({ "type": media, "etag": format!("\"{tag}\""), "text": text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entity_tag_follows_the_text() {
        let tag = |text: &str| embedded("text/css", text)["etag"].as_str().map(str::to_owned);
        assert_eq!(tag("a"), tag("a"));
        assert_ne!(tag("a"), tag("b"));
        assert!(tag("a").is_some_and(|tag| tag.len() == 26 && tag.starts_with('"') && tag.ends_with('"')));
    }
}
