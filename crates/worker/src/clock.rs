//! What time it is, and waiting for a time.

use std::cell::Cell;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use crate::executor::settled;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout, catch)]
    fn clear_timeout(id: &JsValue) -> Result<(), JsValue>;
}

thread_local! {
    /// The time that came with the call that runs, if it brought one.
    static CLOCK: Cell<Option<f64>> = const { Cell::new(None) };
}

/// Milliseconds since 1970. The platform's clock stands still while code runs and moves with I/O.
pub(crate) fn now_ms() -> u64 {
    CLOCK.get().unwrap_or_else(js_sys::Date::now) as u64
}

/// Runs at a time in milliseconds that JavaScript brought along, so that nobody has to ask for it.
pub(crate) fn at_time<T>(now: f64, run: impl FnOnce() -> T) -> T {
    CLOCK.set(Some(now));
    let result = run();
    CLOCK.set(None);
    result
}

/// Unix seconds.
pub(crate) fn now() -> u64 {
    now_ms().div_euclid(1000)
}

/// Waits for a promise of another request, but not for ever.
pub(crate) async fn within(promise: &Promise, milliseconds: f64) {
    // A failure is seen in what the promise left behind.
    let _ = outcome_within(promise, milliseconds).await;
}

/// What a promise comes to in time; undefined if it does not.
///
/// # Errors
/// What it was rejected with.
pub(crate) async fn outcome_within(promise: &Promise, milliseconds: f64) -> Result<JsValue, JsValue> {
    let timer = Timer::new(milliseconds);
    settled(Promise::race(&Array::of2(promise, &timer.promise))).await
}

/// A time to wait for. It ends when it is dropped: a timer that nobody needs would keep a Durable Object in memory.
pub(crate) struct Timer {
    promise: Promise,
    _call: Call,
}

impl Timer {
    pub(crate) fn new(milliseconds: f64) -> Self {
        let mut call = Call(JsValue::UNDEFINED);
        let promise = Promise::new(&mut |resolve, _| call = Call(set_timeout(&resolve, milliseconds)));
        Self { promise, _call: call }
    }

    pub(crate) async fn wait(self) {
        // A timer does not fail.
        let _ = settled(self.promise.clone()).await;
    }
}

/// A call that is due at some time, unless this is dropped before.
struct Call(JsValue);

impl Drop for Call {
    fn drop(&mut self) {
        // A request that is over has no timers; nor may another end those of one.
        let _ = clear_timeout(&self.0);
    }
}
