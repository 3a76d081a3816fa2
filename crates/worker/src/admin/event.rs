//! Shows one event. Its body is downloaded by itself: see `body.rs`.

use countersign::admin::redacted;
use countersign::config::Source;
use countersign::gateway::copies::Copies;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::scheme::Form;
use countersign::{Headers, Timestamp};
use serde_json::{Value, json};

use super::shards::{Shards, read};

/// One event: as its shard describes it, and as its source's configuration explains it.
///
/// # Errors
/// `not_found`, `storage_unavailable`.
pub(super) async fn event(shards: &Shards<'_>, id: &str) -> Result<Value, Refusal> {
    let source = shards.source;
    let mut event = read(shards.find(id, &|stub| stub.event(&source.name, id)).await?)?;
    if let Some(members) = event.as_object_mut() {
        let stored = members.remove("stored_headers");
        let received = members.get("received_at").and_then(Value::as_u64);
        let form = members.get("form").and_then(Value::as_str).and_then(Form::parse);
        let (headers, skew) = explained(source, stored.as_ref().and_then(Value::as_str), form, received);
        let key = members.get("key").cloned().unwrap_or_default();
        for (name, value) in [
            ("id_hash", json!(EventKey::new(&source.name, id.as_bytes()).to_hex())),
            ("key_index", key),
            ("headers", headers),
            ("skew_s", json!(skew)),
        ] {
            members.insert(name.to_owned(), value);
        }
    }
    Ok(event)
}

/// The headers of an event, redacted, and how many seconds after the time that its sender signed it was received.
fn explained(source: &Source, stored: Option<&str>, form: Option<Form>, received: Option<u64>) -> (Value, Option<i64>) {
    let Some(list) = stored.and_then(Copies::parse).map(|copies| copies.of_attempt(1)) else {
        return (Value::Array(Vec::new()), None);
    };
    let headers: Headers<'_> = list.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    let claimed = source.policy.read(&headers).ok().and_then(|presented| presented.metadata().timestamp());
    let seconds = |at: Timestamp| i64::try_from(at.as_unix()).unwrap_or(i64::MAX);
    let received = received.map(|at| Timestamp::from_unix(at.div_euclid(1000)));
    let skew = received.zip(claimed).map(|(received, claimed)| seconds(received).saturating_sub(seconds(claimed)));
    let shown = list.iter().map(|(name, value)| json!([name, redacted((name, value), source.policy.scheme, form)]));
    (shown.collect(), skew)
}
