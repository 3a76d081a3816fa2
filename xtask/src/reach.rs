//! Which scripts of a folder a script needs: what it imports, and what those import.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The names of the scripts in a folder that are reached from some of them, those included.
///
/// # Errors
/// If one cannot be read.
pub(crate) fn reached(folder: &Path, entries: &[&str]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = entries.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = open.pop() {
        let text = fs::read_to_string(folder.join(&name)).with_context(|| format!("{name} cannot be read"))?;
        if found.insert(name) {
            open.extend(imports(&text).map(str::to_owned));
        }
    }
    Ok(found)
}

/// What a script imports or passes on: `from "./given.js"`, in either kind of quotes.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let named = |quote: char, before: &'static str| {
        text.split(before).skip(1).filter_map(move |rest| rest.split_once(quote).map(|(name, _)| name))
    };
    named('"', "from \"./").chain(named('\'', "from './"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_exports_of_the_folder_count() {
        let text = "import a from \"./a.js\";\nimport { b } from \"b\";\nexport * from \"./c.js\";\nimport { d } from './d.js';\n";
        assert_eq!(imports(text).collect::<Vec<_>>(), ["a.js", "c.js", "d.js"]);
    }
}
