//! The registry of objects: a namespace cannot be listed, and an object whose source was removed may hold events.
//!
//! One object, whose name no source can have, keeps a row for each of the others, and of each source how it spread its events over shards
//! and which destinations it had. An object asks for that before it stores its first event, and when it changes.

use countersign::inbox::{Layout, Layouts, Roster};
use countersign::json::printed;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::database::Database;
use super::meta::{About, INTRODUCED};
use super::object::Object;
use super::stub::InboxStub;
use super::{FAILED, Inbox, or_failed};
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
    /// layouts it had, as text, or `failed`. An object that says which destinations it has, by their names with spaces between them,
    /// gets the roster of all in further lines.
    pub fn enter(
        &self,
        source: &str,
        shard: u32,
        shards: u32,
        order: Option<f64>,
        destinations: Option<String>,
    ) -> String {
        let (layout, now) = (Layout { shards, order: order.map(|hash| hash as u64) }, clock::now_ms());
        let entered = self.0.database.enter(source, shard, layout, now);
        or_failed(entered.and_then(|layouts| match destinations {
            Some(names) => Ok([layouts, self.0.database.note_destinations(source, &names, now)?].join("\n")),
            None => Ok(layouts),
        }))
    }

    /// Notes that destinations of a source, names with spaces between them, are paused or resumed, for its objects to come; whether it did.
    pub fn announce(&self, source: &str, destinations: &str, paused: bool) -> bool {
        self.0.database.note_pause(source, destinations, paused, clock::now_ms()).is_ok()
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
    /// Tells the registry how the source spreads its events and which destinations it has, and learns what others told it.
    pub(super) async fn learn(&self, source: &str, shard: u32, layout: Layout) -> Result<(), ()> {
        let (registry, names) = (self.bindings().and_then(registry).ok_or(())?, self.destination_names());
        let order = layout.order.map(|hash| hash as f64);
        let asked = registry.enter(source, shard, layout.shards, order, &names).map_err(|_| ())?;
        let answer = clock::outcome_within(&asked, WAIT_MS).await.map_err(|_| ())?;
        let text = answer.as_string().filter(|text| text != FAILED).ok_or(())?;
        // A registry of an earlier version has no roster.
        let (layouts, roster) =
            text.split_once('\n').map_or((text.as_str(), None), |(first, rest)| (first, Some(rest)));
        if let Some(roster) = roster.and_then(Roster::parse) {
            let now = clock::now_ms();
            self.with(|machine| machine.meet(&self.database, &roster, &self.plan(now), now))?;
            self.database.set_meta(INTRODUCED, &names.into())?;
        }
        self.database.set_meta("shards", &layouts.into())?;
        self.shards.read(Some(layouts));
        self.registered.set(true);
        let _ = self.database.set_meta("registered", &1.into());
        Ok(())
    }

    /// The names of the destinations that the source has, with spaces between them.
    pub(super) fn destination_names(&self) -> String {
        let plan = self.plan(clock::now_ms());
        plan.destinations.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
    }

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

    /// Notes which destinations a source has; the roster of all that are known, as text.
    fn note_destinations(&self, source: &str, names: &str, now: u64) -> Result<String, ()> {
        let mut roster = self.roster(source)?;
        if roster.note(&names.split_ascii_whitespace().collect::<Vec<_>>(), now) {
            self.set_roster(source, &roster)?;
        }
        Ok(roster.to_text())
    }

    /// Notes that destinations of a source are paused, or are not any more.
    fn note_pause(&self, source: &str, names: &str, paused: bool, now: u64) -> Result<(), ()> {
        let mut roster = self.roster(source)?;
        roster.pause(&names.split_ascii_whitespace().collect::<Vec<_>>(), paused, now);
        self.set_roster(source, &roster)
    }

    /// What is known of a source's destinations. A roster that is damaged is begun again.
    fn roster(&self, source: &str) -> Result<Roster, ()> {
        let text = self.meta(&[ROSTER, source].concat())?.and_then(|text| text.as_string());
        Ok(text.as_deref().and_then(Roster::parse).unwrap_or_default())
    }

    fn set_roster(&self, source: &str, roster: &Roster) -> Result<(), ()> {
        self.set_meta(&[ROSTER, source].concat(), &roster.to_text().into())
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

/// The prefix of the rows of the registry that have rosters.
const ROSTER: &str = "destinations:";

/// The milliseconds that an object's first event, and its first pass, wait for the registry.
const WAIT_MS: f64 = 5_000.0;
