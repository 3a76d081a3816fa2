//! Downloads the body of an event.

use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::shards::{Shards, call};

#[wasm_bindgen(raw_module = "./attachment.js")]
extern "C" {
    fn attachment(bytes: &JsValue, name: &str) -> Promise;
}

/// Has the response that [`Outcome::Answer`](crate::executor::Outcome::Answer) passes on hold the body of an event.
///
/// # Errors
/// `not_found`, `body_gone`, `storage_unavailable`.
pub(super) async fn body(shards: &Shards<'_>, id: &str) -> Result<(), Refusal> {
    let source = &shards.source.name;
    let found = shards.find(id, &|stub| stub.body(source, id)).await?;
    if found.is_null() {
        return Err(Refusal::BodyGone);
    }
    let name = EventKey::new(source, id.as_bytes()).to_hex();
    call(Ok(attachment(&found, &name))).await.map(drop)
}
