//! Finds the event that a log record is about, and says what a code means.

use countersign::error::CODES;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::homes;
use serde_json::{Value, json};

use super::shards::{AT_A_TIME, WAIT_MS};
use crate::clock;
use crate::inbox::stub;
use crate::state::State;

/// The source and the id of the event with a hash.
///
/// # Errors
/// `invalid_query`; `not_found` if no event that is kept has it, `storage_unavailable` if a shard that may have it does not answer.
pub(super) async fn lookup(state: &State, hash: Option<&str>) -> Result<Value, Refusal> {
    let hash = hash.ok_or(Refusal::InvalidQuery)?;
    let key = EventKey::from_hex(hash).ok_or(Refusal::InvalidQuery)?;
    let mut refusal = Refusal::NotFound;
    for some in places(state, key).chunks(AT_A_TIME) {
        let asked: Vec<_> =
            some.iter().map(|(name, shard)| stub(&state.bindings, name, *shard)?.lookup(hash).ok()).collect();
        let answers = clock::outcomes_within(&asked, WAIT_MS).await;
        for ((name, _), answer) in some.iter().zip(answers) {
            match answer.as_string() {
                // The hash is of the source's name too; an object that was asked by a wrong name does not count.
                Some(id) if EventKey::new(name, id.as_bytes()) == key => {
                    return Ok(json!({ "source": name, "id": id }));
                }
                Some(_) => {}
                None => refusal = Refusal::StorageUnavailable,
            }
        }
    }
    Err(refusal)
}

/// The shards that may have an event, those where its id belongs first. One that is or was ordered may be in any of its source's.
fn places(state: &State, key: EventKey) -> Vec<(&str, u32)> {
    let (mut places, mut others) = (Vec::new(), Vec::new());
    for (place, name, _) in state.config.iter().filter(|_| state.bindings.inbox.is_some()) {
        let Some(source) = state.config.source(place) else { continue };
        let count = source.storage().shards;
        let homes = homes(key, count);
        others.extend((0..count).filter(|shard| !homes.contains(shard)).map(|shard| (name, shard)));
        places.extend(homes.into_iter().map(|shard| (name, shard)));
    }
    places.append(&mut others);
    places
}

/// What a code means.
///
/// # Errors
/// `not_found`.
pub(super) fn code(code: &str) -> Result<Value, Refusal> {
    let row = CODES.iter().find(|row| row.code == code).ok_or(Refusal::NotFound)?;
    Ok(json!({ "code": row.code, "title": row.title, "fix": row.remedy, "status": row.status }))
}
