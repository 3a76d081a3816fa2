//! Finds the event that a log record is about, and says what a code means.

use countersign::error::CODES;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::homes;
use serde_json::{Value, json};

use super::shards::call;
use crate::inbox::stub;
use crate::state::State;

/// The source and the id of the event with a hash: each source is asked at the shards where such an event would be.
///
/// # Errors
/// `invalid_query`; `not_found` if no event that is kept has it.
pub(super) async fn lookup(state: &State, hash: Option<&str>) -> Result<Value, Refusal> {
    let hash = hash.ok_or(Refusal::InvalidQuery)?;
    let key = EventKey::from_hex(hash).ok_or(Refusal::InvalidQuery)?;
    for (place, name, _) in state.config.iter() {
        let Some(source) = state.config.source(place) else { continue };
        for shard in homes(key, source.storage().shards) {
            let asked = stub(&state.bindings, name, shard).and_then(|object| object.lookup(hash).ok());
            let Some(asked) = asked else { continue };
            let found = call(Ok(asked)).await.ok().and_then(|found| found.as_string());
            // The hash is of the source's name too; an object that was asked by a wrong name does not count.
            if let Some(id) = found.filter(|id| EventKey::new(name, id.as_bytes()) == key) {
                return Ok(json!({ "source": name, "id": id }));
            }
        }
    }
    Err(Refusal::NotFound)
}

/// What a code means.
///
/// # Errors
/// `not_found`.
pub(super) fn code(code: &str) -> Result<Value, Refusal> {
    let row = CODES.iter().find(|row| row.code == code).ok_or(Refusal::NotFound)?;
    Ok(json!({ "code": row.code, "title": row.title, "fix": row.remedy, "status": row.status }))
}
