//! Forgets an event, stored or passed through.

use countersign::config::Source;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use serde_json::{Value, json};

use super::shards::Shards;
use crate::dedupe_kv;
use crate::state::State;

/// Forgets an event and its id.
///
/// # Errors
/// `not_found` if neither the inbox nor a dedupe marker knows it.
pub(super) async fn forget(state: &State, shards: &Shards<'_>, id: &[u8]) -> Result<Value, Refusal> {
    let (text, event) = (String::from_utf8_lossy(id), EventKey::new(&shards.source.name, id));
    let stored = state.bindings.inbox.is_some() && shards.forget(&text).await?;
    let marked = forget_mark(state, shards.source, event).await?;
    if !stored && !marked {
        return Err(Refusal::NotFound);
    }
    Ok(json!({ "status": "forgotten", "id": text }))
}

/// Removes what holds back copies of an event that is passed through; whether anything did.
async fn forget_mark(state: &State, source: &Source, event: EventKey) -> Result<bool, Refusal> {
    let on_its_way = state.in_flight.borrow_mut().forget(event);
    let Some(kv) = state.bindings.events.as_ref().filter(|_| source.durable.is_none() && source.dedupe.is_some())
    else {
        return Ok(on_its_way);
    };
    let marked = dedupe_kv::forget(kv, event).await.map_err(|()| Refusal::StorageUnavailable)?;
    Ok(on_its_way || marked)
}
