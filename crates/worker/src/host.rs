//! What JavaScript offers, declared as it is used here. Nothing is decided in this file.

use countersign::gateway::forward::USER_AGENT;
use js_sys::{Array, JsString, Promise, Uint8Array};
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

    /// The storage of a Durable Object.
    pub type Storage;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn sql(this: &Storage) -> Sql;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn sync(this: &Storage) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = transactionSync, catch)]
    pub(crate) fn transaction_sync(this: &Storage, work: &mut dyn FnMut()) -> Result<(), JsValue>;

    /// Its SQLite database.
    pub type Sql;
    #[wasm_bindgen(method, variadic, catch)]
    pub(crate) fn exec(this: &Sql, statement: &str, values: &Array) -> Result<Cursor, JsValue>;
    /// [`Sql::exec`] of what every accepted event executes, without a list made for it.
    #[wasm_bindgen(method, js_name = exec, catch)]
    pub(crate) fn insert(
        this: &Sql,
        statement: &str,
        key: &JsValue,
        id: &JsString,
        form: &JsString,
        headers: &JsString,
        body: &Uint8Array,
        bytes: f64,
        received_at: f64,
        since: f64,
        due: f64,
    ) -> Result<Cursor, JsValue>;
    #[wasm_bindgen(method, getter, js_name = databaseSize)]
    fn database_size(this: &Sql) -> f64;
    /// Rows as objects, and the same as arrays.
    pub(crate) type Cursor;
    #[wasm_bindgen(method, js_name = toArray, catch)]
    pub(crate) fn to_array(this: &Cursor) -> Result<Array, JsValue>;
    #[wasm_bindgen(method)]
    pub(crate) fn raw(this: &Cursor) -> RawCursor;
    pub(crate) type RawCursor;
    #[wasm_bindgen(method, js_name = toArray, catch)]
    pub(crate) fn to_array(this: &RawCursor) -> Result<Array, JsValue>;

    /// A service binding, or the stub of a Durable Object.
    #[derive(Clone)]
    pub(crate) type Fetcher;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn accept(
        this: &Fetcher,
        source: &str,
        shard: u32,
        id: &str,
        form: &str,
        headers: &str,
        received_at: f64,
        body: &Uint8Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn claim(this: &Fetcher, source: &str, shard: u32, id: &str, headers: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn health(this: &Fetcher) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn register(this: &Fetcher, source: &str, shard: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn registered(this: &Fetcher) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn stats(this: &Fetcher) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn list(this: &Fetcher, state: u8, due: f64, number: f64, limit: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn event(this: &Fetcher, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn replay(this: &Fetcher, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn forget(this: &Fetcher, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = replayAll, catch)]
    pub(crate) fn replay_all(this: &Fetcher, state: u8) -> Result<Promise, JsValue>;
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
    /// Sets the alarm, in place of any other. What it writes is on disk before any answer leaves.
    #[wasm_bindgen(catch)]
    pub(crate) fn arm(storage: &Storage, at: f64) -> Result<(), JsValue>;

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

/// One POST; the response, or why there is none. `headers` are a JSON array of pairs.
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

impl Sql {
    /// Bytes of the database.
    pub(crate) fn size(&self) -> u64 {
        self.database_size() as u64
    }
}
