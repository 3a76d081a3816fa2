//! `GET /admin/health`: faults with their fixes, key sets and their age, capacity.

use countersign::config::Entry;
use serde_json::{Value, json};

use super::overview::{Survey, shown_fault};
use crate::clock;
use crate::state::State;

/// What an operator has to know about the Worker as a whole.
pub(super) async fn health(state: &State) -> Value {
    let mut faults = Vec::new();
    for one in state.config.faults() {
        for fault in one.faults {
            let mut shown = shown_fault(fault);
            if let Some(shown) = shown.as_object_mut() {
                let detail = shown.remove("detail").unwrap_or_default();
                shown.insert("fault".to_owned(), detail);
                shown.insert("source".to_owned(), (*one.name).into());
            }
            faults.push(shown);
        }
    }
    let survey = Survey::make(state).await;
    let (mut capacity, mut problems) = (Vec::new(), Vec::new());
    for seen in &survey.seen {
        problems.extend(seen.problem().map(|problem| [seen.name, ": ", &problem].concat()));
        let most = seen.source.map(|source| source.storage().max_stored);
        for (shard, bytes, ids) in &seen.sizes {
            capacity
                .push(json!({ "source": seen.name, "shard": shard, "bytes": bytes, "max_bytes": most, "ids": ids }));
        }
    }
    json!({
        "version": env!("CARGO_PKG_VERSION"), "schema": crate::inbox::SCHEMA, "faults": faults, "key_sets": key_sets(state),
        "capacity": capacity, "floor": state.config.warnings().map(|(name, _)| name).collect::<Vec<_>>(), "problems": problems,
    })
}

/// The key sets of sources as this isolate holds them.
fn key_sets(state: &State) -> Vec<Value> {
    let urls = state.config.iter().filter_map(|(_, name, entry)| match entry {
        Entry::Ready(source) => Some((name, source.jwks.as_deref()?)),
        Entry::Faulty(_) => None,
    });
    let shown = |(name, url): (&str, &str)| {
        let held = state.sets.held(url);
        let time = |seconds: u64| clock::rfc3339(seconds.saturating_mul(1000));
        json!({
            "source": name, "url": url, "state": held.state,
            "fetched_at": held.fetched_at.map(time), "until": held.until.map(time), "keys": held.keys,
        })
    };
    urls.map(shown).collect()
}
