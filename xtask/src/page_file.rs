//! The page without a network: `countersign.html`, which has everything inside, and the list of files for the service worker.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The elements of `index.html` that load a file, and the tags around the file's text that replace them.
const INLINED: [(&str, &str, &str, &str); 3] = [
    ("<link rel=\"stylesheet\" href=\"page.css\" />", "page.css", "<style>", "</style>"),
    ("<script src=\"theme.js\"></script>", "theme.js", "<script>", "</script>"),
    ("<script src=\"page.js\" type=\"module\"></script>", "page.js", "<script type=\"module\">", "</script>"),
];

/// Writes `countersign.html`. Its policy names the hash of each script and of the style, and allows no connection at all.
///
/// # Errors
/// If `index.html` does not load what is inlined.
pub(crate) fn write(www: &Path, wasm: &str) -> Result<()> {
    let mut html = fs::read_to_string(www.join("index.html")).context("build/www/index.html cannot be read")?;
    let mut hashes = Vec::new();
    for (element, file, open, close) in INLINED {
        let text = fs::read_to_string(www.join(file)).with_context(|| format!("build/www/{file} cannot be read"))?;
        ensure!(html.contains(element), "www/index.html has no {element}");
        ensure!(!text.contains(close), "build/www/{file} contains {close}");
        hashes.push(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes()))));
        html = html.replace(element, &[open, &text, close].concat());
    }
    let engine = STANDARD.encode(fs::read(www.join(wasm)).with_context(|| format!("build/www/{wasm} cannot be read"))?);
    let inside = format!("<script id=\"engine\" type=\"application/gzip\">{engine}</script>\n  </body>");
    let html = with_policy(&html, &hashes)?.replace("</body>", &inside);
    fs::write(www.join("countersign.html"), html).context("build/www/countersign.html cannot be written")
}

/// Puts the list of files and a name for this build in front of the service worker's script.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn service_worker(www: &Path, kept: &[&str]) -> Result<()> {
    let mut hash = Sha256::new();
    for file in kept {
        let name = if *file == "./" { "index.html" } else { file };
        hash.update(fs::read(www.join(name)).with_context(|| format!("build/www/{name} cannot be read"))?);
    }
    let build: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let script = www.join("offline.js");
    let text = fs::read_to_string(&script).context("build/www/offline.js cannot be read")?;
    let before =
        format!("const BUILD = {}, FILES = {};\n", serde_json::to_string(&build)?, serde_json::to_string(kept)?);
    fs::write(&script, before + &text).context("build/www/offline.js cannot be written")
}

/// Replaces the origin in the page's policy by hashes.
fn with_policy(html: &str, hashes: &[String]) -> Result<String> {
    let [style, theme, page] = hashes else { anyhow::bail!("{} hashes, not three", hashes.len()) };
    let mut html = html.to_owned();
    for (from, to) in [
        ("script-src 'self'", format!("script-src {theme} {page}")),
        ("style-src 'self'", format!("style-src {style}")),
        ("img-src 'self' data:", "img-src data:".to_owned()),
        ("connect-src 'self'; ", String::new()),
        ("trusted-types offline", "trusted-types 'none'".to_owned()),
    ] {
        ensure!(html.contains(from), "the policy of www/index.html has no `{from}`");
        html = html.replacen(from, &to, 1);
    }
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_what_is_inside_and_nothing_outside() {
        let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; trusted-types offline";
        let hashes = ["'a'", "'b'", "'c'"].map(str::to_owned);
        let expected = "default-src 'none'; script-src 'b' 'c' 'wasm-unsafe-eval'; style-src 'a'; img-src data:; trusted-types 'none'";
        assert_eq!(with_policy(policy, &hashes).unwrap(), expected);
        assert!(with_policy("default-src 'none'", &hashes).is_err());
    }
}
