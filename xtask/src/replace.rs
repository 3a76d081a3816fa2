//! Replaces the contents of a folder that a server may be reading.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Makes the files in `to` those in `from`: writes the ones that differ, and removes the others.
///
/// The folder itself stays, because a watcher would lose it, and an unchanged file stays untouched, because a watcher would reload it.
///
/// # Errors
/// If a file cannot be read, written or removed.
pub(crate) fn contents(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{} cannot be created", to.display()))?;
    let wanted = files(from)?;
    for file in &wanted {
        write(&from.join(file), &to.join(file))?;
    }
    for file in files(to)?.difference(&wanted) {
        fs::remove_file(to.join(file)).with_context(|| format!("{} cannot be removed", file.display()))?;
        // The folders that it leaves empty as well; one that is not empty refuses.
        file.ancestors().skip(1).filter(|folder| *folder != Path::new("")).for_each(|folder| {
            let _ = fs::remove_dir(to.join(folder));
        });
    }
    Ok(())
}

/// The paths of the files in a folder and the folders in it, relative to it.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("{} cannot be read", next.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(folder)?.to_owned());
            }
        }
    }
    Ok(found)
}

/// Copies a file, unless the target has the same bytes.
fn write(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    fs::write(to, bytes).with_context(|| format!("{} cannot be written", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn the_folder_has_the_new_files_and_no_others() {
        let dir = paths::build_dir("tests/replace").expect("a folder");
        let (from, to) = (dir.join("from"), dir.join("to"));
        for (folder, file, text) in [
            (&from, "a", "1"),
            (&from, "in/b", "2"),
            (&to, "a", "1"),
            (&to, "in/b", "old"),
            (&to, "in/c", "gone"),
            (&to, "no/more/d", "gone"),
        ] {
            fs::create_dir_all(folder.join(file).parent().expect("a parent")).expect("a folder");
            fs::write(folder.join(file), text).expect("written");
        }
        let before = fs::metadata(to.join("a")).and_then(|file| file.modified()).expect("a time");
        contents(&from, &to).expect("replaced");
        assert_eq!(files(&to).expect("files"), files(&from).expect("files"));
        assert!(!to.join("no").exists(), "empty folders");
        assert_eq!(fs::read_to_string(to.join("in/b")).expect("read"), "2");
        assert_eq!(fs::metadata(to.join("a")).and_then(|file| file.modified()).expect("a time"), before);
    }
}
