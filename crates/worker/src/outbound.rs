//! Requests that leave the Worker, declared as `outbound.js` makes them: one crossing each.
//!
//! Made of `web_sys` calls, a POST takes some twenty crossings, two for each header, and its time limit a closure. What is read
//! of a key set is bounded while its bytes arrive.

use countersign::gateway::forward::USER_AGENT;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::web_sys::Response;
use worker::worker_sys::Fetcher;

use crate::env::property;
use crate::executor::{self, settled};

#[wasm_bindgen(raw_module = "./outbound.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn post(fetcher: Option<&Fetcher>, url: &str, headers: &str, body: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = postWithin, catch)]
    fn post_within(
        fetcher: Option<&Fetcher>,
        url: &str,
        headers: &str,
        body: &Uint8Array,
        milliseconds: f64,
        answers: bool,
    ) -> Result<Promise, JsValue>;
    /// The status of a response. Its body is cancelled, unless it is an answer to the sender.
    pub(crate) fn head(response: &Response, answers: bool) -> u16;
    #[wasm_bindgen(js_name = beginning)]
    fn read_beginning(response: &Response, bytes: u32) -> Promise;
    #[wasm_bindgen(js_name = connects)]
    fn try_connection(url: &str) -> Promise;
    #[wasm_bindgen(js_name = keySet)]
    fn fetch_key_set(url: &str, user_agent: &str) -> Promise;

    /// The document of a key set.
    pub(crate) type Document;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn bytes(this: &Document) -> Uint8Array;
    #[wasm_bindgen(method, getter, js_name = cacheControl)]
    pub(crate) fn cache_control(this: &Document) -> Option<String>;
}

/// Sends a POST, by a binding or to a URL. `headers` are a JSON object. If the destination `answers` the sender, a 2xx is returned as the
/// sender gets it, with its body.
///
/// # Errors
/// The platform's error if there is no response; see [`is_late`].
pub(crate) async fn send(
    fetcher: Option<&Fetcher>,
    url: &str,
    headers: &str,
    body: &Uint8Array,
    milliseconds: u64,
    answers: bool,
) -> Result<Response, JsValue> {
    // The request that brought the event has a timer already. A second one, with the signal that it aborts, costs 6 % of a delivery.
    let response = if executor::is_driven() && !answers {
        executor::settled_in_time(post(fetcher, url, headers, body)?).await
    } else {
        settled(post_within(fetcher, url, headers, body, milliseconds as f64, answers)?).await
    };
    response.map(JsCast::unchecked_into)
}

/// How the body of a response begins, as text; empty if it does not within a second.
pub(crate) async fn beginning(response: &Response, bytes: u32) -> String {
    settled(read_beginning(response, bytes)).await.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Whether a request had no response within its time limit.
pub(crate) fn is_late(error: &JsValue) -> bool {
    property(error, "name").and_then(|name| name.as_string()).is_some_and(|name| name == "TimeoutError")
}

/// Whether the origin of a URL takes a connection within a second.
pub(crate) async fn connects(url: &str) -> bool {
    settled(try_connection(url)).await.is_ok_and(|connects| connects.is_truthy())
}

/// The document of a key set: 5 s, no redirects, 64 KiB; `None` unless it is answered with 200.
pub(crate) async fn key_set(url: &str) -> Option<Document> {
    let document = settled(fetch_key_set(url, USER_AGENT)).await.ok()?;
    document.is_object().then(|| document.unchecked_into())
}
