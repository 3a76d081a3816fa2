//! Events as lines of objects in an R2 bucket.

use countersign::Timestamp;
use countersign::gateway::forward::{Event, Recipient};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::clock;
use crate::crypto::Platform;
use crate::env::Bindings;
use crate::executor::settled;
use crate::http::{Reply, array, unsent};
use crate::queue::reply;

#[wasm_bindgen(raw_module = "./queue.js")]
extern "C" {
    fn archive(
        bucket: &JsValue,
        folder: &str,
        at: f64,
        name: &str,
        headers: &str,
        bodies: &Array,
        milliseconds: f64,
    ) -> Promise;
}

/// Writes events into the object `name` of the bucket of that binding, and waits until it is there.
pub(crate) async fn write<'e>(
    events: impl Iterator<Item = &'e Event<Body>>,
    to: Recipient<'_>,
    binding: &str,
    name: &str,
    bindings: &Bindings,
) -> Reply {
    let started = clock::now_ms();
    let Some(bucket) = bindings.other(binding) else { return unsent(started) };
    let now = Timestamp::from_unix(started.div_euclid(1000));
    let (bodies, mut all) = (Array::new(), Vec::new());
    for event in events {
        all.push(event.request_headers(to, now, &Platform).to_object());
        bodies.push(&array(event.payload()));
    }
    let headers = ["[", &all.join(","), "]"].concat();
    let folder = [to.source.name.as_str(), "/", &to.destination.name].concat();
    let written = archive(bucket, &folder, started as f64, name, &headers, &bodies, to.destination.timeout_ms as f64);
    reply(settled(written).await.err().as_ref(), started)
}
