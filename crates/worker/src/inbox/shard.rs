//! The objects of a source, as those see them who call: which holds an event, and how it is asked.

use countersign::config::{Entry, Source};
use countersign::gateway::stored::{Columns, Insertable};
use countersign::inbox;

use super::table::log_event;
use wasm_bindgen::JsCast;

use crate::body::Body;
use crate::env::Bindings;
use crate::env::property;
use crate::executor::settled;
use crate::host::Fetcher;
use crate::http;
use crate::state::State as Shared;

/// Hands an event to its shard.
///
/// # Errors
/// Why nothing was stored, for the log; the sender has to come again.
pub(crate) async fn hand_over(
    bindings: &Bindings,
    source: &Source,
    shards: u32,
    event: &Insertable<Body>,
) -> Result<&'static str, &'static str> {
    let shard = inbox::homes(event.key(), shards).last().copied().unwrap_or_default();
    let stored = async {
        let stub = stub(bindings, &source.name, shard)?;
        let Columns { id, form, headers, received_at, .. } = event.columns();
        let body = http::array(event.payload());
        let answer = stub.accept(&source.name, shard, &id, &form, &headers, received_at as f64, &body);
        match settled(answer.ok()?).await {
            Ok(answer) => answer.as_string(),
            Err(error) => {
                // The object did not get to say it itself: the platform could not start it, for one.
                let said = property(&error, "message").and_then(|message| message.as_string());
                log_event("storage_unavailable", Some(&source.name), said.as_deref().unwrap_or("the object failed"));
                None
            }
        }
    };
    match stored.await.as_deref() {
        Some("accepted") => Ok("accepted"),
        Some("duplicate") => Ok("duplicate"),
        Some("full") => Err("the inbox is full: see /admin/{source}/stats for what waits, or raise `shards`"),
        _ => Err("the inbox could not store it: see lines with \"ev\":\"inbox\", and the binding `INBOX`"),
    }
}

/// The stub of a shard's object. It belongs to the request that gets it.
pub(crate) fn stub(bindings: &Bindings, source: &str, shard: u32) -> Option<Fetcher> {
    let namespace = bindings.inbox.as_ref()?;
    Some(namespace.get_by_name(&inbox::shard_name(source, shard)).ok()?.unchecked_into())
}

pub(crate) fn source<'a>(shared: &'a Shared, name: &str) -> Option<&'a Source> {
    match shared.config.find(name.as_bytes())? {
        (_, Entry::Ready(source)) => Some(source),
        (_, Entry::Faulty(_)) => None,
    }
}
