//! The registry of objects: a namespace cannot be listed, and an object whose source was removed may hold events.
//!
//! One object, whose name no source can have, keeps a row for each of the others. An object registers at its first delivery, so that
//! accepting an event does not wait for it.

use countersign::json::printed;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::database::Database;
use super::meta::About;
use super::object::Object;
use super::stub::InboxStub;
use crate::clock;
use crate::env::Bindings;

/// The stub of the registry.
pub(crate) fn registry(bindings: &Bindings) -> Option<InboxStub> {
    Some(bindings.inbox.as_ref()?.get_by_name("registry").ok()?.unchecked_into())
}

/// The name of the row for an object.
pub(super) fn registered(source: &str, shard: u32) -> String {
    format!("known:{source}/{shard}")
}

impl Object {
    /// Registers this object, once. If that fails, the next instance tries again.
    pub(super) async fn register(&self) {
        if self.registered.replace(true) {
            return;
        }
        let Ok(About { source: Some(source), shard: Some(shard), .. }) = self.database.about() else { return };
        let asked = self.bindings().and_then(registry).and_then(|registry| registry.register(&source, shard).ok());
        let Some(asked) = asked else { return };
        if clock::outcome_within(&asked, WAIT_MS).await.is_ok_and(|noted| noted.is_truthy()) {
            let _ = self.database.set_meta("registered", &1.into());
        }
    }
}

impl Database {
    /// The names of all objects, as a JSON array.
    pub(super) fn registered(&self) -> Result<String, ()> {
        let rows = self.rows("SELECT substr(name, 7) FROM meta WHERE name >= 'known:' AND name < 'known;'", &[])?;
        let names = rows.iter().filter_map(|row| row.get(0).as_string()).map(Value::String);
        Ok(printed(&names.collect()))
    }
}

/// The milliseconds that an object's first pass waits for the registry.
const WAIT_MS: f64 = 5_000.0;
