//! The package `create-countersign`: a script, and examples/deploy as the project that it writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{paths, process, replace};

/// What the project consists of. Whatever else lies in the folder, such as `.dev.vars`, is not for others.
const TEMPLATE: [&str; 6] = [".dev.vars.example", "README.md", "index.js", "package.json", "try.js", "wrangler.toml"];

/// Packs the package; returns the tarball, in `build/npm`.
pub(crate) fn pack() -> Result<PathBuf> {
    let (stage, package) = (paths::build_dir("stage/create")?, paths::build_dir("create/package")?);
    let root = paths::root();
    fs::remove_dir_all(&stage).with_context(|| format!("{} cannot be emptied", stage.display()))?;
    let from = root.join("crates/npm/create");
    copy(&["create.js", "package.json", "README.md"], &from, &stage)?;
    copy(&["LICENSE"], &root, &stage)?;
    copy(&TEMPLATE, &root.join("examples/deploy"), &stage.join("template"))?;
    replace::contents(&stage, &package)?;
    let packed = paths::build_dir("npm")?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--ignore-scripts", "--pack-destination"]).arg(&packed).current_dir(&package);
    let name = process::output("npm pack create-countersign", &mut npm)?;
    Ok(packed.join(name.trim()))
}

fn copy(files: &[&str], from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    files.iter().try_for_each(|file| {
        fs::copy(from.join(file), to.join(file)).map(drop).with_context(|| format!("{file} cannot be copied"))
    })
}
