//! Rows, as the values of the state machine.

use countersign::inbox::{EventState, Kind, Progress, Table};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::database::{integer, optional, signed, unsigned};

/// The columns of an event, in a table of events and in `kept`.
pub(super) const EVENT: &str = "number, key, id, form, headers, received_at, type, matched, bytes, body";

/// The columns that [`progress`] reads.
pub(super) const PROGRESS: &str = "number, state, attempts, tries, since, due, finished, lane";

/// The number of a waiting event, and its progress: see [`values`].
pub(super) fn progress(row: &Array) -> (u64, Progress) {
    let count = |at| u32::try_from(unsigned(&row.get(at))).unwrap_or(u32::MAX);
    let state = EventState::from_number(u8::try_from(count(1)).unwrap_or_default());
    let progress = Progress {
        state,
        attempts: count(2),
        tries: count(3),
        since: unsigned(&row.get(4)),
        due: unsigned(&row.get(5)),
        finished: if state.is_pending() { 0 } else { unsigned(&row.get(6)) },
        lane: optional(&row.get(7)),
        replayed_after: if state.is_pending() { count(6) } else { 0 },
    };
    (unsigned(&row.get(0)), progress)
}

/// The values of a waiting event's columns from `state` to `finished`. A pending event is not finished: there, the last one holds
/// `replayed_after`.
pub(super) fn values(progress: &Progress) -> [JsValue; 6] {
    [
        progress.state.number().into(),
        progress.attempts.into(),
        progress.tries.into(),
        integer(progress.since),
        integer(progress.due),
        if progress.state.is_pending() { progress.replayed_after.into() } else { integer(progress.finished) },
    ]
}

/// The path of a destination in the column `filtered` of a table of events, which has the condition that an event did not meet.
pub(super) fn path_to(destination: &str) -> JsValue {
    ["$.\"", destination, "\""].concat().into()
}

pub(super) fn table(row: &Array) -> Table {
    Table {
        number: u32::try_from(unsigned(&row.get(0))).unwrap_or_default(),
        first: unsigned(&row.get(1)),
        opened_at: unsigned(&row.get(2)),
        last: optional(&row.get(3)),
        youngest_at: unsigned(&row.get(4)),
        finished_at: optional(&row.get(5)),
        has_marks: signed(&row.get(6)) > 0,
    }
}

pub(super) fn code(kind: Kind) -> JsValue {
    match kind {
        Kind::Log => 0.into(),
        Kind::Ids => 1.into(),
    }
}
