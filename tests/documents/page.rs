//! A page of Markdown: its headings, links and fenced blocks.

use std::path::{Path, PathBuf};
use std::{fs, iter};

/// Where a package of the repository has its own pages. `fuzz` and `tests` have notes for contributors.
const FOLDERS: [&str; 5] = ["docs", "examples", "crates", "tests", "fuzz"];
/// What is installed or built.
const NOT_OURS: [&str; 4] = ["node_modules", "target", "build", "api"];

/// One file.
pub(crate) struct Page {
    /// Relative to the repository.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A fenced block.
pub(crate) struct Block {
    /// The language after the fence.
    pub(crate) language: String,
    pub(crate) code: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    /// What the comment before it says of how it is tested: `run: NAME`, or `excerpt of FILE`.
    pub(crate) marker: Option<String>,
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.into(), text }
    }

    /// Every page of the repository.
    pub(crate) fn all() -> Vec<Self> {
        let mut paths = files(root()).filter(|path| path.is_file()).collect::<Vec<_>>();
        FOLDERS.iter().for_each(|folder| walk(&root().join(folder), &mut paths));
        let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
        let paths = paths.into_iter().filter(is_page);
        let mut pages: Vec<_> = paths
            .map(|path| Self {
                text: fs::read_to_string(&path).unwrap(),
                path: path.strip_prefix(root()).unwrap().to_owned(),
            })
            .collect();
        pages.sort_by(|one, other| one.path.cmp(&other.path));
        pages
    }

    /// The fenced blocks, those within a list too.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut open, mut marker) = (Vec::new(), None::<(Block, usize, String)>, None);
        for (index, line) in self.text.lines().enumerate() {
            let trimmed = line.trim_start();
            let fence = trimmed.chars().take_while(|char| *char == '`').collect::<String>();
            match &mut open {
                Some((_, _, closing)) if trimmed == closing.as_str() => blocks.extend(open.take().map(|open| open.0)),
                Some((block, indent, _)) => {
                    block.code.push_str(line.get(*indent..).unwrap_or_else(|| line.trim_start()));
                    block.code.push('\n');
                }
                None if fence.len() >= 3 => {
                    let language = trimmed.trim_start_matches('`').trim().to_owned();
                    let block = Block { language, code: String::new(), line: index + 1, marker: marker.take() };
                    open = Some((block, line.len() - trimmed.len(), fence));
                }
                None if trimmed.is_empty() => {}
                None => {
                    marker =
                        trimmed.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")).map(str::to_owned);
                }
            }
        }
        assert!(open.is_none(), "{}: a fenced block does not end", self.path.display());
        blocks
    }

    /// The lines outside of fenced blocks, with their numbers from 1.
    pub(crate) fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut fence = None;
        self.text.lines().enumerate().filter_map(move |(index, line)| {
            let trimmed = line.trim_start();
            let ticks = trimmed.chars().take_while(|char| *char == '`').collect::<String>();
            if let Some(closing) = &fence {
                if trimmed == closing {
                    fence = None;
                }
                return None;
            }
            if ticks.len() >= 3 {
                fence = Some(ticks);
                return None;
            }
            Some((index + 1, line))
        })
    }

    /// The anchors that links can name: those of headings, as GitHub makes them, and those written as `<a id="…">`.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for (_, line) in self.prose() {
            if let Some(title) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()) {
                let slug = slug(title);
                let name = iter::once(slug.clone()).chain((1..).map(|number| format!("{slug}-{number}")));
                anchors.extend(name.into_iter().find(|name| !anchors.contains(name)));
            }
            let written = line.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next());
            anchors.extend(written.map(str::to_owned).collect::<Vec<_>>());
        }
        anchors
    }

    /// The targets of links and pictures, with their lines.
    pub(crate) fn links(&self) -> Vec<(usize, String)> {
        let mut links = Vec::new();
        for (number, line) in self.prose() {
            // Code between backticks has no links.
            let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            let targets = plain.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            links.extend(targets.map(|target| (number, target.to_owned())));
        }
        links
    }
}

/// The anchor that GitHub and mdbook make of a heading.
fn slug(title: &str) -> String {
    let kept = title.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|char| if char == ' ' { '-' } else { char }).collect()
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in files(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !path.is_symlink() && !NOT_OURS.contains(&name.as_str()) {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
