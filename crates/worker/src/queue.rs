//! Events as messages of a Queue.

use countersign::Timestamp;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::destination_error::NETWORK;
use countersign::gateway::forward::{Event, Recipient};
use countersign::gateway::queue::{LARGEST_MESSAGE, MESSAGE_TOO_LARGE, large_key, status_of};
use countersign::gateway::response::Refusal;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::clock;
use crate::crypto::Platform;
use crate::env::{Bindings, property};
use crate::executor::settled;
use crate::http::{Reply, array, unsent};
use crate::outbound::is_late;

#[wasm_bindgen(raw_module = "./queue.js")]
extern "C" {
    fn enqueue(
        queue: &JsValue,
        bucket: Option<&JsValue>,
        key: &str,
        headers: &str,
        body: &Uint8Array,
        largest: u32,
        milliseconds: f64,
    ) -> Promise;
}

/// Sends an event to the queue of that binding, and waits until the queue has it. `large` is the binding of the bucket for bodies that are
/// too large for a message.
pub(crate) async fn send(
    event: &Event<Body>,
    to: Recipient<'_>,
    queue: &str,
    large: Option<&str>,
    bindings: &Bindings,
) -> Reply {
    let started = clock::now_ms();
    let Some(queue) = bindings.other(queue) else { return unsent(started) };
    let bucket = large.and_then(|name| bindings.other(name));
    let now = Timestamp::from_unix(started.div_euclid(1000));
    let headers = event.request_headers(to, now, &Platform).to_object();
    let source = &to.source.name;
    let key = large_key(source, EventKey::new(source, event.id()));
    let body = array(event.payload());
    let sent =
        settled(enqueue(queue, bucket, &key, &headers, &body, LARGEST_MESSAGE, to.destination.timeout_ms as f64));
    reply(sent.await.err().as_ref(), started)
}

/// What came of an event that went to a queue or a bucket, by the error, if there was one.
pub(crate) fn reply(error: Option<&JsValue>, started: u64) -> Reply {
    let ms = clock::now_ms().saturating_sub(started);
    let message = error.map(|error| property(error, "message").and_then(|text| text.as_string()));
    let message = message.map(Option::unwrap_or_default);
    let (outcome, cause) = match error {
        None => (Ok(()), None),
        Some(error) if is_late(error) => (Err(Refusal::DestinationTimeout), None),
        Some(_) if message.as_deref() == Some(MESSAGE_TOO_LARGE) => {
            (Err(Refusal::DestinationFailed), Some(MESSAGE_TOO_LARGE))
        }
        Some(_) => (Err(Refusal::DestinationFailed), Some(NETWORK)),
    };
    Reply { outcome, status: status_of(message.as_deref()), ms, retry_after: None, cause, answer: None }
}
