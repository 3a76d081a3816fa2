//! Dedupe markers: one key in KV for each delivered event, written after the destination's 2xx.

use countersign::gateway::dedupe::{EventKey, Seen};

use crate::kv::KvNamespace;

/// Looks for an event's marker.
///
/// # Errors
/// If KV did not respond. The event must then pass all the same.
pub(crate) async fn seen(kv: &KvNamespace, event: EventKey) -> Result<Seen, ()> {
    let marker = kv.get(&name(event)).await.map_err(drop)?;
    Ok(if marker.is_some() { Seen::Yes } else { Seen::No })
}

/// Stores a marker for a number of seconds.
///
/// # Errors
/// If KV did not store it. The event may then be delivered twice.
pub(crate) async fn put(kv: &KvNamespace, event: EventKey, seconds: u64) -> Result<(), ()> {
    kv.put(&name(event), "1", seconds).await.map_err(drop)
}

/// Removes an event's marker; whether one was seen. KV takes up to a minute to remove it everywhere.
///
/// # Errors
/// If KV did not respond.
pub(crate) async fn forget(kv: &KvNamespace, event: EventKey) -> Result<bool, ()> {
    let seen = seen(kv, event).await? == Seen::Yes;
    // Also one that KV does not show here yet.
    kv.delete(&name(event)).await.map_err(drop)?;
    Ok(seen)
}

/// The log record has the same hash: an operator finds an event's marker by it.
fn name(event: EventKey) -> String {
    format!("seen:{}", event.to_hex())
}
