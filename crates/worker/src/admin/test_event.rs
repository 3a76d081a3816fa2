//! Delivers a test event: what the sender would send, signed with the source's own key, by the way that its deliveries take.

use std::rc::Rc;

use countersign::config::Source;
use countersign::gateway::response::Refusal;
use countersign::json::printed;
use countersign::{SecretKey, SigningKey, Target, Timestamp, Unsigned, sign_as};
use js_sys::Uint8Array;
use serde_json::{Value, json};
use worker::worker_sys::Context;

use crate::arrival::Arrival;
use crate::body::Body;
use crate::clock;
use crate::crypto::Platform;
use crate::receive;
use crate::state::{State, header_names};

/// Delivers a test event of a source, as if it had come to `url`.
///
/// # Errors
/// `test_unavailable` if only the sender has a key, or nothing can be signed for the scheme; or why the delivery was refused.
pub(super) async fn deliver(
    state: &State,
    (index, source): (usize, &Source),
    url: &str,
    context: &Rc<Context>,
) -> Result<Value, Refusal> {
    let now = clock::now_ms();
    let id = format!("countersign_test_{now:x}");
    let body = body(&id, now);
    let headers = signed(source, (&id, url), now, &body).ok_or(Refusal::TestUnavailable)?;
    let arrival = Arrival {
        headers: headers.into_bytes(),
        context: Rc::clone(context),
        body: Body::new(Uint8Array::from(body.as_bytes()), Some(body.into_bytes())),
        now_ms: now,
        is_test: true,
    };
    let (answer, _) = receive::answer(state, (index, source), &arrival).await;
    let (code, event_id) = answer?;
    // Not every sender's event is known by what we called it.
    let id = event_id.map_or(id, |id| String::from_utf8_lossy(&id).into_owned());
    Ok(json!({ "status": code, "id": id }))
}

/// Whether a test event of a source can be signed: not if only its sender has the key, and not for alerts, which nobody sends here.
pub(super) fn is_possible(source: &Source) -> bool {
    signed(source, ("countersign_test", ""), clock::now_ms(), "{}").is_some()
}

/// An event with the members by which senders name an event, its type and its time.
fn body(id: &str, now: u64) -> String {
    let seconds = now.div_euclid(1000);
    printed(&json!({
        "id": id, "event_id": id, "type": TYPE, "event": TYPE, "created": seconds, "timestamp": seconds,
        "data": { "id": id, "message": "This is a test event. Nothing happened." },
    }))
}

/// The values of the headers that the source reads, as [`Arrival`] has them; `None` if they cannot be signed.
fn signed(source: &Source, (id, url): (&str, &str), now: u64, body: &str) -> Option<String> {
    let mut keys = source.secrets.iter().filter(|_| !source.is_internal);
    let key = keys.find_map(|key| match key {
        SecretKey::Hmac(key) => Some(SigningKey::Hmac(key.clone())),
        _ => None,
    })?;
    let scheme = source.policy.scheme;
    let url = source.signed_url(url);
    let unsigned = Unsigned {
        id,
        timestamp: Timestamp::from_unix(now.div_euclid(1000)),
        target: scheme.signs_target().then_some(Target { method: "POST", url: &url }),
        body: body.as_bytes(),
    };
    let headers = sign_as(scheme, &[key], &unsigned, &Platform).ok()?;
    let value = |name: &str| match name {
        "content-type" => "application/json",
        _ => headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value),
    };
    let mut values: Vec<_> = header_names(source).map(value).collect();
    if scheme.signs_target() {
        values.push(&url);
    }
    Some(values.join("\n"))
}

const TYPE: &str = "countersign.test";
