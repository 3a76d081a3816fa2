//! What JavaScript offers, declared as it is used here. Nothing is decided in this file.

use countersign::gateway::forward::USER_AGENT;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::web_sys::Response;
use worker::worker_sys::Fetcher as Destination;

use crate::env::property;

use crate::executor::settled;

#[wasm_bindgen]
extern "C" {
    /// `console.log`.
    #[wasm_bindgen(js_namespace = console)]
    pub(crate) fn log(line: &str);
}

#[wasm_bindgen(raw_module = "./outbound.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn post(
        fetcher: &JsValue,
        url: &str,
        headers: &str,
        body: &Uint8Array,
        milliseconds: f64,
    ) -> Result<Promise, JsValue>;
    /// The status of an answer, the body of which is let go of.
    pub(crate) fn head(response: &Response) -> u16;
    /// What an answer says of `Retry-After`.
    #[wasm_bindgen(js_name = retryAfter)]
    pub(crate) fn retry_after(response: &Response) -> Option<String>;
    fn get(url: &str, milliseconds: f64, limit: u32, user_agent: &str) -> Promise;
    #[wasm_bindgen(js_name = cause)]
    fn cause_of(error: &JsValue, fetcher: &JsValue, url: &str) -> Promise;

    /// A document, as it was fetched.
    pub(crate) type Document;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn bytes(this: &Document) -> Uint8Array;
    #[wasm_bindgen(method, getter, js_name = cacheControl)]
    pub(crate) fn cache_control(this: &Document) -> Option<String>;
}

/// Whether there is no answer because time was up.
pub(crate) fn is_late(error: &JsValue) -> bool {
    property(error, "name").and_then(|name| name.as_string()).is_some_and(|name| name == "TimeoutError")
}

/// One POST; the response, or why there is none. `headers` are a JSON object.
pub(crate) async fn send(
    fetcher: Option<&Destination>,
    url: &str,
    headers: &str,
    body: &Uint8Array,
    milliseconds: u64,
) -> Result<Response, JsValue> {
    let none = JsValue::UNDEFINED;
    let fetcher = fetcher.map_or(&none, AsRef::as_ref);
    settled(post(fetcher, url, headers, body, milliseconds as f64)?).await.map(JsCast::unchecked_into)
}

/// Why a destination gave no answer, as `dest_error` in the log names it.
pub(crate) async fn cause(error: &JsValue, fetcher: Option<&Destination>, url: &str) -> Option<String> {
    let none = JsValue::UNDEFINED;
    settled(cause_of(error, fetcher.map_or(&none, AsRef::as_ref), url)).await.ok()?.as_string()
}

/// A document of at most `limit` bytes, if it is answered with 200 in time.
pub(crate) async fn document(url: &str, milliseconds: f64, limit: u32) -> Option<Document> {
    let document = settled(get(url, milliseconds, limit, USER_AGENT)).await.ok()?;
    document.is_object().then(|| document.unchecked_into())
}
