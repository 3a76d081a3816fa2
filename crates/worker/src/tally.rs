//! Counts what deliveries come to, in memory: `counting.js` takes the counts every few seconds, for the ledger.

use std::cell::RefCell;

use countersign::json::printed;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::state::state;

thread_local! {
    /// By the source's place and the code; a request that names no source has the place [`NOWHERE`]. There are few codes, and few
    /// sources, so the list is short, and its last entry is the likeliest.
    static COUNTS: RefCell<Vec<(usize, &'static str, u32)>> = const { RefCell::new(Vec::new()) };
}

/// The place of a request that names no source.
pub(crate) const NOWHERE: usize = usize::MAX;

/// Counts one delivery.
pub(crate) fn count(source: usize, code: &'static str) {
    COUNTS.with_borrow_mut(|counts| {
        match counts.iter_mut().find(|(place, known, _)| *place == source && *known == code) {
            Some((_, _, count)) => *count = count.saturating_add(1),
            None => counts.push((source, code, 1)),
        }
    });
}

/// Takes the counts, as a JSON array of `[source, code, count]`; a request without a source has `null`. Nothing if there are none.
#[wasm_bindgen]
pub fn take_counts() -> Option<String> {
    let counts = COUNTS.take();
    let state = state().filter(|_| !counts.is_empty())?;
    let rows: Vec<Value> =
        counts.iter().map(|(place, code, count)| json!([state.config.name(*place), code, count])).collect();
    Some(printed(&rows.into()))
}
