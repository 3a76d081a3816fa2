//! What a Worker says to the object that alerts operators: which sources are at fault, and which key sets cannot be had.

use std::rc::Rc;

use countersign::config::{ALERT_SOURCE, Entry};
use countersign::inbox::alerts::{KEYS, Notice, SOURCE};
use js_sys::Promise;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use crate::clock;
use crate::console;
use crate::executor::spawn;
use crate::inbox::stub;
use crate::state::{State, state};
use countersign::json::printed;

/// Sends notices; whether they were taken.
pub(crate) async fn send(state: &State, notices: &[Notice]) -> bool {
    let text: String = notices.iter().map(Notice::to_text).collect();
    let asked = stub(&state.bindings, ALERT_SOURCE, 0).and_then(|stub| stub.alert(&text).ok());
    let Some(asked) = asked else { return false };
    let outcome = clock::outcome_within(&asked, WAIT_MS).await;
    let is_taken = outcome.is_ok_and(|answer| answer.is_truthy());
    if !is_taken {
        for Notice { kind, source, .. } in notices {
            let record = json!({ "ev": "alert", "code": "alert_delayed", "type": kind, "source": source });
            console::log(&printed(&record));
        }
    }
    is_taken
}

/// Says which sources are at fault: a promise of whether that was taken. `entry.js` calls it once, if [`setup`](crate::setup()) says that
/// any is.
#[wasm_bindgen]
pub fn tell_faults() -> Promise {
    spawn(async move {
        let Some(state) = state() else { return JsValue::FALSE };
        let faults = state.config.faults();
        let notices: Vec<_> = faults.iter().map(|one| notice(SOURCE, &one.name, true)).collect();
        send(&state, &notices).await.into()
    })
}

/// Says that a key set could not be had, or was fetched, for the sources that use it. The request that caused the fetch pays for it.
pub(crate) fn notify_of_keys(url: &str, has_failed: bool, context: &Rc<Context>) {
    let Some(state) = state().filter(|state| state.config.alerts().is_some()) else { return };
    let is_of = |entry: &Entry| matches!(entry, Entry::Ready(source) if source.jwks.as_deref() == Some(url));
    let users = state.config.iter().filter(|(_, _, entry)| is_of(entry));
    let notices: Vec<_> = users.map(|(_, name, _)| notice(KEYS, name, has_failed)).collect();
    let sent = spawn(async move { send(&state, &notices).await.into() });
    // It throws only after the request's end; the next fetch sends it again.
    let _ = context.wait_until(&sent);
}

fn notice(kind: &str, source: &str, is_wrong: bool) -> Notice {
    let cause = match (kind, is_wrong) {
        (SOURCE, _) => "config_invalid",
        (_, true) => "keys_unavailable",
        (_, false) => "",
    };
    Notice {
        kind: kind.to_owned(),
        source: source.to_owned(),
        destination: String::new(),
        shard: 0,
        value: is_wrong.into(),
        since: clock::now_ms(),
        cause: cause.to_owned(),
    }
}

/// The milliseconds after which a notice counts as not taken.
const WAIT_MS: f64 = 5_000.0;
