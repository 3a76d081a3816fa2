//! Takes what nothing calls out of a Wasm: the classes and the start function that the `worker` crate and its dependencies export.
//!
//! An export is a root for wasm-opt, so it keeps all that an unused class needs. `worker`'s start function sets a panic hook, which
//! brings the standard library's formatting and output, and a handler that replaces the instance after a trap as `instance.js` does.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use crate::{process, tools};

/// Classes that only dependencies use.
const CLASSES: [&str; 6] = [
    "ContainerStartupOptions",
    "IntoUnderlyingByteSource",
    "IntoUnderlyingSink",
    "IntoUnderlyingSource",
    "MinifyConfig",
    "R2Range",
];

/// A function that only `worker-build` calls.
const FUNCTION: &str = "__worker_init_state";

/// Removes them from `glue_bg.wasm` of a folder. Its `glue.js` still names them, and never calls them.
pub(crate) fn remove(stage: &Path, features: &[&str]) -> Result<()> {
    let glue = fs::read_to_string(stage.join("glue.js"))?;
    let used: Vec<_> = exports(&glue).into_iter().filter(|name| !is_unused(name)).collect();
    let node = |name: &str| json!({ "name": format!("export {name}"), "export": name });
    let mut graph: Vec<_> = used.iter().copied().map(node).collect();
    let reached: Vec<_> = used.iter().map(|name| format!("export {name}")).collect();
    graph.push(json!({ "name": "glue.js", "root": true, "reaches": reached }));
    let (wasm, described) = (stage.join("glue_bg.wasm"), stage.join("exports.json"));
    fs::write(&described, serde_json::to_vec(&graph)?)?;
    let mut metadce = tools::npm_bin("wasm-metadce")?;
    // `-g` keeps the names, by which wasm-opt sorts.
    metadce.arg("-g").args(features).arg(&wasm).arg("--graph-file").arg(&described).arg("--output").arg(&wasm);
    process::output("remove unused exports", &mut metadce).map(drop)
}

/// The names behind each `wasm.` of the glue.
fn exports(glue: &str) -> Vec<&str> {
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let mut names: Vec<_> = glue
        .match_indices("wasm.")
        .filter_map(|(at, found)| glue.get(at.saturating_add(found.len())..)?.split(|char| !is_name(char)).next())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A class's methods are `class_method`, its accessors `__wbg_get_class_field`, its destructor `__wbg_class_free`.
fn is_unused(export: &str) -> bool {
    let of_class = |class: &str| {
        let class = class.to_ascii_lowercase();
        ["", "__wbg_", "__wbg_get_", "__wbg_set_"].iter().any(|prefix| export.starts_with(&format!("{prefix}{class}_")))
    };
    export == FUNCTION || CLASSES.iter().any(|class| of_class(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_glue_names_is_kept_but_for_the_unused() {
        let glue = "wasm.memory; wasm.inbox_new(); wasm.__wbg_inbox_free(1); wasm.r2range_x(); wasm.__wbg_r2range_free(2); \
                    wasm.__wbg_get_minifyconfig_css(); wasm.__worker_init_state(); wasm.memory";
        let kept: Vec<_> = exports(glue).into_iter().filter(|name| !is_unused(name)).collect();
        assert_eq!(kept, ["__wbg_inbox_free", "inbox_new", "memory"]);
    }
}
