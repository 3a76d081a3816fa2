//! Which events were delivered: one mark each in KV, written after the destination's 2xx.

use countersign::gateway::dedupe::{EventKey, Seen};

use crate::host::Kv;

/// Looks for an event's mark.
///
/// # Errors
/// Where KV did not answer; the event must pass all the same.
pub(crate) async fn seen(kv: &Kv, event: EventKey) -> Result<Seen, ()> {
    let mark = kv.read(&name(event)).await.map_err(drop)?;
    Ok(if mark.is_some() { Seen::Yes } else { Seen::No })
}

/// Leaves a mark for a number of seconds.
///
/// # Errors
/// Where KV did not take it; the event may then arrive twice.
pub(crate) async fn put(kv: &Kv, event: EventKey, seconds: u64) -> Result<(), ()> {
    kv.write(&name(event), "1", seconds).await.map_err(drop)
}

/// Removes an event's mark; whether one was seen. KV takes up to a minute to forget everywhere.
///
/// # Errors
/// If KV did not respond.
pub(crate) async fn forget(kv: &Kv, event: EventKey) -> Result<bool, ()> {
    let seen = seen(kv, event).await? == Seen::Yes;
    // Also a mark that KV does not show here yet.
    kv.remove(&name(event)).await.map_err(drop)?;
    Ok(seen)
}

/// The line in the log has the same hash: an operator finds an event's mark by it.
fn name(event: EventKey) -> String {
    format!("seen:{}", event.to_hex())
}
