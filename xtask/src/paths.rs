//! Where things are: the root of the work tree, and folders under `build/`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the work tree, from cargo at run time, so that a clone can be moved.
pub fn root() -> PathBuf {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().map(Path::to_owned).unwrap_or_default()
}

/// The folder `build/<name>`, created if it does not exist.
pub fn build_dir(name: &str) -> Result<PathBuf> {
    let dir = root().join("build").join(name);
    fs::create_dir_all(&dir).with_context(|| format!("{} cannot be created", dir.display()))?;
    Ok(dir)
}
