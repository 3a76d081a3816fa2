//! The source that a saved request is for, and its keys.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use countersign::config::{Config, Source};
use countersign::gateway::route::{Route, route};
use serde_json::Value as Json;

use crate::saved_request::SavedRequest;

/// The source that the path names, if it has no faults.
pub(crate) fn source_of<'c>(request: &SavedRequest, config: &'c Config, tables: &Json) -> Result<&'c Source> {
    let url = format!("https://saved.invalid{}", request.target);
    let missed = match route(config, &request.method, &url) {
        Ok(Route::Source(index)) => return config.source(index).context("there is no such source"),
        Ok(_) => bail!("its path does not name a source"),
        Err(missed) => missed,
    };
    let faults = config.faults();
    let of_source = missed.source.and_then(|at| faults.iter().find(|one| one.index == Some(at)));
    if let Some(fault) = of_source.and_then(|one| one.faults.first()) {
        bail!("the source that its path names has a fault: {fault}");
    }
    let name =
        missed.source.and_then(|at| config.iter().find(|(index, ..)| *index == at)).map_or("", |(_, name, _)| name);
    if let Some(token) = tables.get(name).and_then(|source| source.get("url_token")).and_then(Json::as_str)
        && missed.detail == Some("token_unexpected")
    {
        bail!("it cannot be judged: its `url_token` is not in .dev.vars, where this command reads it: {token}");
    }
    let known: Vec<_> = config.iter().map(|(_, name, _)| name).collect();
    let detail = missed.detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    let (code, known) = (missed.refusal.code(), known.join(", "));
    bail!("the Worker would answer `{code}`{detail}; write `POST /` and a source into its first line, one of: {known}")
}

/// The texts of a source's keys, as the Worker splits its secrets, and the names of the secrets that are not known here.
pub(crate) fn keys_of<'t>(
    source: &Source,
    tables: &'t Json,
    values: &BTreeMap<String, String>,
) -> (Vec<String>, Vec<&'t str>) {
    let names = tables.get(&source.name).and_then(|source| source.get("secrets")).and_then(Json::as_array);
    let (mut keys, mut unseen) = (Vec::new(), Vec::new());
    for name in names.into_iter().flatten().filter_map(Json::as_str) {
        match values.get(name) {
            Some(value) => keys.extend(source.policy.scheme.secrets.split(value).into_iter().map(str::to_owned)),
            None => unseen.push(name),
        }
    }
    (keys, unseen)
}
