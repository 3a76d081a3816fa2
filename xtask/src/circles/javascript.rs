//! What a JavaScript or TypeScript file imports from files beside it.
//!
//! Not a parser: it finds `from "./…"`, `import "./…"` and `import("./…")` outside comments. Modules are named by relative
//! paths that exist, so text that only looks like an import does not get in.

use std::path::{Component, Path, PathBuf};

/// The relative imports of a text: the path as written, and the names before `from`.
pub(super) fn imports(text: &str) -> Vec<(String, String)> {
    let code = without_comments(text);
    let mut imports = Vec::new();
    for (at, _) in code.match_indices(['"', '\'']) {
        let (before, quoted) = code.split_at(at);
        let Some(path) = quoted_path(quoted) else { continue };
        let before = before.trim_end();
        let before_call = before.strip_suffix('(').map(str::trim_end);
        if let Some(clause) = before.strip_suffix("from") {
            imports.push((path.to_owned(), names(clause)));
        } else if before.ends_with("import") || before_call.is_some_and(|before| before.ends_with("import")) {
            imports.push((path.to_owned(), "import".to_owned()));
        }
    }
    imports
}

/// The file that an import names, without `.` and `..`.
pub(super) fn resolve(importer: &Path, import: &str) -> PathBuf {
    let mut path = importer.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(import).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

fn quoted_path(quoted: &str) -> Option<&str> {
    let quote = quoted.chars().next()?;
    let (path, _) = quoted.get(1..)?.split_once(quote)?;
    (path.starts_with("./") || path.starts_with("../")).then_some(path)
}

/// `a, b` of `import { a, b }`, or what else stands between the keyword and `from`.
fn names(clause: &str) -> String {
    let start = ["import", "export"].iter().filter_map(|keyword| clause.rfind(keyword)).max();
    let names = start.and_then(|start| clause.get(start..)).unwrap_or_default();
    let names = names.trim_start_matches("import").trim_start_matches("export");
    names
        .split(|c: char| c.is_whitespace() || "{},".contains(c))
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text without lines that are comments, of either kind.
fn without_comments(text: &str) -> String {
    let mut inside = false;
    let mut is_code = |line: &&str| {
        let line = line.trim_start();
        let comment = inside || line.starts_with("//") || line.starts_with("/*");
        inside = (inside || line.starts_with("/*")) && !line.contains("*/");
        !comment
    };
    text.lines().filter(|line| is_code(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        imports(text).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn every_form_of_import_is_found() {
        let text = "import { a,\n  b } from \"./one.js\";\nimport './two.js';\nexport * from \"../three.js\";\nawait import(\"./four.js\")";
        assert_eq!(paths(text), ["./one.js", "./two.js", "../three.js", "./four.js"]);
        assert_eq!(imports(text)[0].1, "a b");
    }

    #[test]
    fn packages_comments_and_other_text_are_no_imports() {
        assert_eq!(
            paths("import x from \"jose\";\n// import \"./a.js\"\n/*\n * import './b.js'\n */\nread(\"./c.js\")"),
            [""; 0]
        );
    }

    #[test]
    fn a_path_is_resolved_beside_its_importer() {
        assert_eq!(resolve(Path::new("www/src/a/b.js"), "../c.js"), Path::new("www/src/c.js"));
        assert_eq!(resolve(Path::new("www/b.js"), "./c.js"), Path::new("www/c.js"));
    }
}
