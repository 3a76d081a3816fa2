//! The signature of a delivery, with the keys at hand or fetched for it: steps 5 to 7.

use countersign::config::Source;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::verify::Presented;
use countersign::{Keys, Verified};

use crate::alerts::notify_of_keys;
use crate::arrival::Arrival;
use crate::body::Body;
use crate::crypto::Platform;
use crate::executor::boxed;
use crate::jwks::Access;
use crate::state::State;

/// Steps 5 to 7. Keys are fetched only for what could be verified with them, and once more where a newer set might match.
pub(crate) async fn verify<'d>(
    state: &State,
    source: &Source,
    arrival: &'d Arrival,
    presented: &Presented<'d>,
    record: &mut LogRecord<'_>,
) -> Result<Verified<'d, Body>, Refusal> {
    source.policy.check_age(presented.metadata(), arrival.now()).map_err(|error| {
        record.signature = Some(apart_from_age(state, source, arrival, presented));
        Refusal::Check(error)
    })?;
    let own = Keys { secrets: &source.secrets, ..Keys::default() };
    let check =
        |keys: Keys<'_>| source.policy.verify_presented(presented, &arrival.body, keys, arrival.now(), &Platform);
    let set = source.jwks.as_ref().filter(|_| source.policy.is_for_key_set(presented));
    let Some(url) = set else { return check(own).map_err(Refusal::Check) };
    if !source.secrets.is_empty()
        && let Ok(verified) = check(own)
    {
        return Ok(verified);
    }
    let access = Access { kv: state.bindings.events.as_ref(), context: &arrival.context, notify: notify_of_keys };
    let by_set = async {
        let set = state.sets.get(url, access).await.ok_or_else(|| {
            record.detail = Some(NO_SET);
            Refusal::KeysUnavailable
        })?;
        let recent = state.sets.recent(url);
        let (verdict, looked_at) = match check(Keys { jwks: Some(&set), recent, ..own }) {
            Err(error) if error.may_be_rotation() => match state.sets.newer(url, access).await {
                Some(newer) => (check(Keys { jwks: Some(&newer), recent, ..own }), newer),
                None => (Err(error), set),
            },
            verdict => (verdict, set),
        };
        verdict.inspect(|verified| state.sets.note_match(url, verified.key_in_set())).map_err(|error| {
            record.unusable = looked_at.unusable_for(&source.policy.forms);
            Refusal::Check(error)
        })
    };
    boxed(by_set).await
}

/// It names every limit: which one it was is not kept.
const NO_SET: &str = "no readable key set: check that `jwks` answers 200 within 5 s, without a redirect, with {\"keys\":[…]} of at most \
                      64 KiB and 32 usable keys";

/// A delivery refused for its age alone is worth knowing apart; nothing is fetched for it.
fn apart_from_age(state: &State, source: &Source, arrival: &Arrival, presented: &Presented<'_>) -> &'static str {
    let set = source.jwks.as_ref().and_then(|url| state.sets.in_memory(url));
    let keys = Keys { secrets: &source.secrets, jwks: set.as_deref(), recent: None };
    match source.policy.matches_apart_from_age(presented, &arrival.body, keys, arrival.now(), &Platform) {
        true => "match",
        false if source.jwks.is_some() && set.is_none() => "unknown",
        false => "no_match",
    }
}
