//! The time, and timers.

use std::cell::Cell;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::executor::settled;

#[wasm_bindgen]
extern "C" {
    // Declared here because with `nodejs_compat` a timer is an object, where `web_sys` has a number.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout, catch)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;
}

/// Milliseconds since 1970. The platform's clock stands still while code runs, and moves with I/O.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Unix seconds.
pub(crate) fn now() -> u64 {
    now_ms().div_euclid(1000)
}

/// A time in milliseconds as in RFC 3339, in UTC, with milliseconds.
pub(crate) fn rfc3339(milliseconds: u64) -> String {
    // Beyond the year 275760 there is no date, and `toISOString` throws.
    let milliseconds = milliseconds.min(8_640_000_000_000_000);
    js_sys::Date::new(&JsValue::from_f64(milliseconds as f64)).to_iso_string().into()
}

/// Waits until a promise settles, or until the time limit. Whatever the promise comes to is dropped.
pub(crate) async fn within(promise: &Promise, milliseconds: f64) {
    let _ = outcome_within(promise, milliseconds).await;
}

/// What a promise comes to within a time limit; undefined once that is over.
///
/// # Errors
/// The value that the promise was rejected with.
pub(crate) async fn outcome_within(promise: &Promise, milliseconds: f64) -> Result<JsValue, JsValue> {
    let timer = Timer::new(milliseconds);
    settled(timer.race(promise)).await
}

/// What each of these promises comes to within a time limit that they share; undefined for one that is late or rejected.
pub(crate) async fn outcomes_within(promises: &[Option<Promise>], milliseconds: f64) -> Vec<JsValue> {
    let timer = Timer::new(milliseconds);
    let race = |promise: &Promise| JsValue::from(timer.race(promise));
    let raced: Array = promises.iter().map(|promise| promise.as_ref().map_or(JsValue::UNDEFINED, race)).collect();
    let Ok(outcomes) = settled(Promise::all_settled(&raced)).await else { return Vec::new() };
    // A rejected one has no `value`.
    Array::from(&outcomes).iter().map(|outcome| Reflect::get(&outcome, &"value".into()).unwrap_or_default()).collect()
}

/// A timer that is cleared when it is dropped: one that nobody needs would keep a Durable Object in memory.
pub(crate) struct Timer {
    promise: Promise,
    id: JsValue,
}

impl Timer {
    pub(crate) fn new(milliseconds: f64) -> Self {
        let id = Cell::new(JsValue::UNDEFINED);
        let promise = Promise::new(&mut |resolve, _| id.set(set_timeout(&resolve, milliseconds)));
        Self { promise, id: id.into_inner() }
    }

    pub(crate) async fn wait(self) {
        // A timer does not fail.
        let _ = settled(self.promise.clone()).await;
    }

    fn race(&self, promise: &Promise) -> Promise {
        Promise::race(&Array::of2(promise, &self.promise))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // It throws where the request is over: that has no timers, and no other may clear those of one.
        let _ = clear_timeout(&self.id);
    }
}
