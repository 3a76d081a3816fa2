//! Compiles every JSON file of this folder in, so that a new sender's vectors need no line here.

use std::path::Path;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = env::var("CARGO_MANIFEST_DIR")?;
    println!("cargo::rerun-if-changed={folder}");
    let mut rows = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let (Some(name), Some("json")) = (path.file_stem(), path.extension().and_then(|end| end.to_str())) {
            rows.push(format!("    ({name:?}, include_str!({path:?})),\n"));
        }
    }
    rows.sort();
    let rows = rows.concat();
    let list =
        format!("/// Every vector file by its name, as text.\npub const FILES: &[(&str, &str)] = &[\n{rows}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("files.rs"), list)?;
    Ok(())
}
