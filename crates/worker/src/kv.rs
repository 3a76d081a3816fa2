//! Workers KV, by methods that return their promises.
//!
//! `worker::KvStore` awaits its promises itself, which the [executor](crate::executor) cannot follow, and makes each option a call of
//! its own through `serde-wasm-bindgen`; `worker_sys` has no KV.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::executor::{self, settled, settled_in_time};

#[wasm_bindgen]
extern "C" {
    /// A KV namespace.
    #[derive(Clone)]
    pub(crate) type KvNamespace;
    /// A promise of the text under a key; null if there is none.
    #[wasm_bindgen(method, js_name = get, catch)]
    pub(crate) fn request(this: &KvNamespace, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = put, catch)]
    fn request_put(this: &KvNamespace, key: &str, value: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = delete, catch)]
    fn request_delete(this: &KvNamespace, key: &str) -> Result<Promise, JsValue>;
}

impl KvNamespace {
    /// The text under a key.
    ///
    /// # Errors
    /// What KV threw, or in a request that it did not answer in time, here and below.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<String>, JsValue> {
        Ok(answer(self.request(key)?).await?.as_string())
    }

    /// Stores text for a number of seconds, at least 60.
    pub(crate) async fn put(&self, key: &str, value: &str, seconds: u64) -> Result<(), JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"expirationTtl".into(), &(seconds as f64).into())?;
        answer(self.request_put(key, value, &options)?).await.map(drop)
    }

    /// Removes what is stored under a key, if anything is.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), JsValue> {
        answer(self.request_delete(key)?).await.map(drop)
    }
}

/// What KV answers. A request does not wait for longer than for its destination: by the same timer, as one more would cost more than the check
/// of a small delivery.
async fn answer(promise: Promise) -> Result<JsValue, JsValue> {
    if executor::is_driven() { settled_in_time(promise).await } else { settled(promise).await }
}
