//! What is wrong with storage, as `/healthz` and the log say it.

use std::cell::RefCell;
use std::rc::Rc;

use countersign::json::printed;
use js_sys::Promise;
use serde_json::{Map, Value, json};

use crate::console;

/// The last verdict of an isolate, and whether a check is under way.
#[derive(Default)]
pub(crate) struct Health(pub(crate) RefCell<Slot>);

#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) verdict: Rc<Verdict>,
    /// When the verdict was found, in milliseconds.
    pub(crate) found_at: Option<u64>,
    pub(crate) flight: Option<Promise>,
    /// How many objects were asked so far: if there are more than one check may ask, they take turns.
    pub(crate) turn: usize,
}

/// What is wrong, by source: the name, and why.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) storage: Vec<(String, String)>,
    pub(crate) orphans: Vec<(String, String)>,
}

impl Verdict {
    pub(crate) fn is_well(&self) -> bool {
        self.storage.is_empty() && self.orphans.is_empty()
    }

    /// `storage_unavailable` or `source_missing`, if anything is wrong.
    pub(crate) fn status(&self) -> &'static str {
        if self.storage.is_empty() { MISSING } else { UNAVAILABLE }
    }

    /// Adds what is wrong to a response. The public learns which sources, the operator also why.
    pub(crate) fn describe(&self, is_admin: bool, response: &mut Map<String, Value>) {
        for (part, code, found) in [("storage", UNAVAILABLE, &self.storage), ("orphans", MISSING, &self.orphans)] {
            let mut sources = Map::new();
            for (source, why) in found {
                sources.insert(source.clone(), json!(if is_admin { why } else { code }));
            }
            if !sources.is_empty() {
                response.insert(part.to_owned(), sources.into());
            }
        }
    }

    pub(crate) fn log(&self) {
        for (code, found) in [(UNAVAILABLE, &self.storage), (MISSING, &self.orphans)] {
            for (source, why) in found {
                console::log(&printed(&json!({ "ev": "health", "code": code, "source": source, "detail": why })));
            }
        }
    }
}

const UNAVAILABLE: &str = "storage_unavailable";
const MISSING: &str = "source_missing";
