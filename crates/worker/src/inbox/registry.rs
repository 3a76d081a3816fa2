//! Which objects exist: a namespace cannot be listed, and one whose source was removed may hold events.
//!
//! One object, of a name that no source can have, keeps a row for each of the others. An object notes itself at its first delivery, so
//! that accepting does not wait for it.

use countersign::json::printed;
use js_sys::Array;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::object::Object;
use super::table::{About, Table};
use crate::clock;
use crate::env::Bindings;
use crate::host::Fetcher;

/// The object that knows the others.
pub(crate) fn registry(bindings: &Bindings) -> Option<Fetcher> {
    Some(bindings.inbox.as_ref()?.get_by_name("registry").ok()?.unchecked_into())
}

/// The name of the row for an object.
pub(super) fn registered(source: &str, shard: u32) -> String {
    format!("known:{source}/{shard}")
}

impl Object {
    /// Notes this object, once. Where that fails, the next instance tries again.
    pub(super) async fn register(&self) {
        if self.registered.replace(true) {
            return;
        }
        let Ok(About { source: Some(source), shard: Some(shard), .. }) = self.table.about() else { return };
        let asked = self.bindings().and_then(registry).and_then(|registry| registry.register(&source, shard).ok());
        let Some(asked) = asked else { return };
        if clock::outcome_within(&asked, WAIT_MS).await.is_ok_and(|noted| noted.is_truthy()) {
            let _ = self.table.set_meta("registered", &1.into());
        }
    }
}

impl Table {
    pub(super) fn registered(&self) -> Result<String, ()> {
        let rows = self.rows("SELECT substr(name, 7) FROM meta WHERE name >= 'known:' AND name < 'known;'", &[])?;
        let names = rows.iter().filter_map(|row| row.unchecked_into::<Array>().get(0).as_string()).map(Value::String);
        Ok(printed(&names.collect()))
    }
}

/// Milliseconds that an object's first pass waits for the registry.
const WAIT_MS: f64 = 5_000.0;
