//! Configurations in the documentation are read as the Worker reads them.

use std::collections::BTreeMap;

use countersign::config::{Binding, Config, Environment, Secret};
use serde_json::{Value, json};

/// What wrangler's files have besides variables.
const WRANGLER: [&str; 13] = [
    "name",
    "main",
    "compatibility_date",
    "build",
    "kv_namespaces",
    "observability",
    "durable_objects",
    "migrations",
    "services",
    "queues",
    "r2_buckets",
    "analytics_engine_datasets",
    "vars",
];

/// What is wrong with a configuration, if anything is. One that is a part of a source is read within one.
pub(crate) fn fault(text: &str) -> Option<String> {
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => return Some(error.to_string()),
    };
    let file = serde_json::to_value(&table).unwrap();
    let is_file = table.keys().any(|key| WRANGLER.contains(&key.as_str()));
    if let Some(key) = table.keys().find(|key| is_file && !WRANGLER.contains(&key.as_str())) {
        return Some(format!("`{key}` is no key of a wrangler.toml"));
    }
    let vars = if is_file {
        file.get("vars").cloned().unwrap_or_default()
    } else {
        json!({ "SOURCES": { "sample": within_a_source(&file) } })
    };
    let mut all: BTreeMap<String, Value> = serde_json::from_value(vars).unwrap_or_default();
    // A part that shows something else is read beside a source.
    all.entry("SOURCES".to_owned()).or_insert_with(|| json!({ "sample": within_a_source(&json!({})) }));
    let config = Config::parse(all.get("SOURCES").map(Value::to_string).as_deref(), &Reader(all));
    let faults = config.faults();
    faults.iter().find_map(|source| Some(format!("{}: {}", source.name, source.faults.first()?)))
}

/// A source with the keys of a destination.
fn within_a_source(keys: &Value) -> Value {
    let mut forward = json!({ "origin": "https://app.example.com/hooks" });
    forward.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    json!({ "scheme": "github", "secrets": ["GITHUB_SECRET"], "durable": true, "forward": forward })
}

/// Every binding is there, and secrets are stored elsewhere.
struct Reader(BTreeMap<String, Value>);

impl Environment for Reader {
    fn secret(&self, _: &str) -> Secret {
        Secret::Unseen
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(Value::to_string)
    }
}
