//! What an object knows besides its events: whose shard it is, its clock, and which events it cannot read.

use countersign::inbox::Watch;
use countersign::inbox::alerts::Topic;
use wasm_bindgen::prelude::*;

use super::counts::COUNTED;
use super::database::{Database, integer, listed, maybe};
use super::notices::SENT;

/// What is known besides the events.
#[derive(Default)]
pub(super) struct About {
    pub(super) source: Option<String>,
    pub(super) born: Option<u64>,
    pub(super) secret: Option<String>,
    pub(super) watch: Option<Watch>,
    pub(super) shard: Option<u32>,
    /// The event that was being read when the object ended, and those with which that happened before.
    pub(super) reading: Option<u64>,
    pub(super) aside: Vec<u64>,
    /// Those that left rows: see `database.rs`.
    pub(super) lost: Vec<u64>,
    /// How many shards the source had, and since when.
    pub(super) shards: Option<String>,
    /// Whether the registry knows of this object.
    pub(super) registered: bool,
    /// Which destinations it told the registry of, as it named them.
    pub(super) introduced: Option<String>,
    /// The notices that it sent, and how many events were given up: see `notify.rs`.
    pub(super) sent: Option<String>,
    pub(super) dead: Option<String>,
    /// How many ids are known: see `counts.rs`.
    pub(super) counted: Option<String>,
    /// What alerts are about, by subject: see `alerts.rs`.
    pub(super) topics: Vec<(String, Topic)>,
}

impl Database {
    /// What is known besides the events.
    pub(super) fn about(&self) -> Result<About, ()> {
        let mut about = About::default();
        for row in self.rows("SELECT name, value FROM meta", &[])? {
            let value = row.get(1);
            match row.get(0).as_string().unwrap_or_default().as_str() {
                "source" => about.source = value.as_string(),
                "born" => about.born = value.as_f64().map(|born| born as u64),
                "secret" => about.secret = value.as_string(),
                "shard" => about.shard = value.as_f64().map(|shard| shard as u32),
                "registered" => about.registered = true,
                "reading" => about.reading = value.as_f64().map(|number| number as u64),
                "shards" => about.shards = value.as_string(),
                INTRODUCED => about.introduced = value.as_string(),
                SENT => about.sent = value.as_string(),
                "dead" => about.dead = value.as_string(),
                COUNTED => about.counted = value.as_string(),
                "aside" => about.aside = numbers(&value),
                LOST => about.lost = numbers(&value),
                "clock" => about.watch = value.as_string().and_then(|text| Watch::parse(&text)),
                name => {
                    let topic = value.as_string().filter(|_| name.contains('\t')).and_then(|text| Topic::read(&text));
                    about.topics.extend(topic.map(|topic| (name.to_owned(), topic)));
                }
            }
        }
        Ok(about)
    }

    /// Writes whose shard this is, and when its first event came.
    pub(super) fn begin(&self, source: &str, shard: u32, born: u64) -> Result<(), ()> {
        self.set_meta("source", &source.into())?;
        self.set_meta("shard", &shard.into())?;
        self.set_meta("born", &integer(born))
    }

    /// Writes which event is about to be read.
    pub(super) fn set_reading(&self, number: Option<u64>) -> Result<(), ()> {
        self.set_meta("reading", &maybe(number))
    }

    /// Writes which events are left aside, among them the one that was being read.
    pub(super) fn set_aside(&self, aside: &[u64]) -> Result<(), ()> {
        self.set_meta("aside", &listed(aside).into())?;
        self.set_reading(None)
    }

    /// Writes that rows are left of an event that nobody may touch.
    pub(super) fn lose(&self, number: u64) -> Result<(), ()> {
        let mut lost = self.lost.borrow_mut();
        if !lost.contains(&number) {
            lost.push(number);
        }
        self.set_meta(LOST, &listed(&lost).into())
    }

    /// A value by its name.
    pub(super) fn meta(&self, name: &str) -> Result<Option<JsValue>, ()> {
        let rows = self.rows("SELECT value FROM meta WHERE name = ?", &[name.into()])?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    /// Writes a value under its name.
    pub(super) fn set_meta(&self, name: &str, value: &JsValue) -> Result<(), ()> {
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", &[name.into(), value.clone()])
    }
}

/// Numbers of events, as [`listed`] wrote them.
fn numbers(value: &JsValue) -> Vec<u64> {
    value.as_string().unwrap_or_default().split(',').filter_map(|number| number.parse().ok()).collect()
}

/// The row with the events that left rows.
const LOST: &str = "lost";

/// The row with the names of the destinations of which the registry was told last.
pub(super) const INTRODUCED: &str = "introduced";
