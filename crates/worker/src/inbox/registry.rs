//! The registry of objects: a namespace cannot be listed, and an object whose source was removed may hold events.
//!
//! One object, whose name no source can have, keeps a row for each of the others, and how each source spread its events over shards. An
//! object asks for that before it stores its first event, and when it changes.

use countersign::inbox::{Layout, Layouts};
use countersign::json::printed;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::database::Database;
use super::meta::About;
use super::object::Object;
use super::stub::InboxStub;
use super::{Inbox, or_failed};
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

#[wasm_bindgen]
impl Inbox {
    /// Adds an object to the registry, which is one object that knows the others, and how its source spreads events over shards: the
    /// layouts it had, as text, or `failed`.
    pub fn enter(&self, source: &str, shard: u32, shards: u32, order: Option<f64>) -> String {
        let layout = Layout { shards, order: order.map(|hash| hash as u64) };
        or_failed(self.0.database.enter(source, shard, layout, clock::now_ms()))
    }

    /// Adds an object to the registry; whether it did.
    pub fn register(&self, source: &str, shard: u32) -> bool {
        self.0.database.set_meta(&registered(source, shard), &1.into()).is_ok()
    }

    /// The names of all objects in the registry, as a JSON array.
    pub fn registered(&self) -> String {
        or_failed(self.0.database.registered())
    }
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
    /// Notes an object, and the layout of its source; the layouts it had, as text.
    pub(super) fn enter(&self, source: &str, shard: u32, layout: Layout, now: u64) -> Result<String, ()> {
        let name = ["shards:", source].concat();
        let stored = self.meta(&name)?.and_then(|text| text.as_string());
        let mut layouts = stored.as_deref().and_then(Layouts::parse).unwrap_or_default();
        if layouts.current().is_none() {
            // Versions before this one noted no number, but their objects are known.
            // When they came, nobody knows: an id may be where it was under any number before.
            for count in 1..=self.most_known(source)? {
                layouts.note(Layout::new(count, None), now);
            }
        }
        if layouts.note(layout, now) || stored.is_none() {
            self.set_meta(&name, &layouts.to_text().into())?;
        }
        self.set_meta(&registered(source, shard), &1.into())?;
        Ok(layouts.to_text())
    }

    /// How many shards of a source are known, counted by the last.
    fn most_known(&self, source: &str) -> Result<u32, ()> {
        let prefix = ["known:", source, "/"].concat();
        let sql = "SELECT max(CAST(substr(name, length(?1) + 1) AS INTEGER)) + 1 FROM meta WHERE substr(name, 1, length(?1)) = ?1";
        let most = self.number(sql, &[prefix.into()])?;
        Ok(most.and_then(|most| u32::try_from(most).ok()).unwrap_or_default())
    }

    /// The names of all objects, as a JSON array.
    pub(super) fn registered(&self) -> Result<String, ()> {
        let rows = self.rows("SELECT substr(name, 7) FROM meta WHERE name >= 'known:' AND name < 'known;'", &[])?;
        let names = rows.iter().filter_map(|row| row.get(0).as_string()).map(Value::String);
        Ok(printed(&names.collect()))
    }
}

/// The milliseconds that an object's first pass waits for the registry.
const WAIT_MS: f64 = 5_000.0;
