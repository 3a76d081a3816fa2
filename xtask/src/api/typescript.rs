//! The declarations of the package's `.d.ts` files, without their comments.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The declarations of all `.d.ts` files of a folder, file by file.
pub(super) fn listing(folder: &Path) -> Result<String> {
    let files = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".d.ts"));
    files.sort();
    let mut listing = String::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(listing, "# {name}\n\n{}", declarations(&text));
    }
    Ok(listing)
}

/// The text without comments and empty lines. Comments begin a line or stand after code on it, and no string holds their marks.
fn declarations(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let lines = code.lines().map(|line| line.split(" //").next().unwrap_or(line).trim_end());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_declarations_stay() {
        let text = "// header\n/** doc\n * more */\nexport type A = \"a\" | \"b\"; // why\n\nexport const url: \"https://x\";\n";
        assert_eq!(declarations(text), "export type A = \"a\" | \"b\";\nexport const url: \"https://x\";\n");
    }
}
