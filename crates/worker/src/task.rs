//! What a delivery waits for, and how it goes on.
//!
//! The future of a delivery is polled by `entry.js`: where it waits for a promise, JavaScript awaits that promise and hands over
//! what it came to. `wasm-bindgen-futures` would make two closures, two more promises and a microtask of it, which on this
//! platform cost several times what verifying does. It stays where several futures wait at once: in an alarm's pass.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// What becomes of a delivery: the number of a ready-made answer, or a text of its own.
pub(crate) enum Answer {
    Ready(usize),
    Text(String),
}

/// As [`receive`](crate::receive()) and [`Task::resume`] return it: [`text`] has the answer.
pub const TEXT: i32 = -1;

/// As [`receive`](crate::receive()) and [`Task::resume`] return it: there is a promise to wait for.
pub const PROMISE: i32 = -2;

/// A delivery that waits.
#[wasm_bindgen]
pub struct Task {
    future: Pin<Box<dyn Future<Output = Answer>>>,
    awaited: Option<Promise>,
}

thread_local! {
    static LAST: RefCell<Last> = const { RefCell::new(Last { task: None, text: String::new() }) };
    /// There while JavaScript polls; where nothing is, somebody else does.
    static POLL: RefCell<Option<Exchange>> = const { RefCell::new(None) };
}

/// What the last call left to be fetched at once: numbers cross the boundary for less than objects do, and most calls leave nothing.
struct Last {
    task: Option<Task>,
    text: String,
}

/// Between a future and who polls it: the promise that it waits for, or what that promise came to.
enum Exchange {
    Nothing,
    Awaited(Promise),
    Settled(Result<JsValue, JsValue>),
}

/// The text of an answer, after [`TEXT`].
#[wasm_bindgen]
pub fn text() -> String {
    LAST.with_borrow_mut(|last| mem::take(&mut last.text))
}

/// The delivery that waits, after [`PROMISE`] from [`receive`](crate::receive()).
#[wasm_bindgen]
pub fn suspended() -> Option<Task> {
    LAST.with_borrow_mut(|last| last.task.take())
}

#[wasm_bindgen]
impl Task {
    /// What it waits for.
    pub fn awaited(&mut self) -> Option<Promise> {
        self.awaited.take()
    }

    /// Goes on with what that came to: a number of an answer, [`TEXT`] or [`PROMISE`]. Not to be called after one of the former.
    pub fn resume(&mut self, fulfilled: bool, value: JsValue) -> i32 {
        self.poll(Exchange::Settled(if fulfilled { Ok(value) } else { Err(value) }))
    }

    fn poll(&mut self, given: Exchange) -> i32 {
        POLL.set(Some(given));
        let polled = self.future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match (polled, POLL.take()) {
            (Poll::Ready(Answer::Ready(number)), _) => i32::try_from(number).unwrap_or_default(),
            (Poll::Ready(Answer::Text(text)), _) => {
                LAST.with_borrow_mut(|last| last.text = text);
                TEXT
            }
            (Poll::Pending, exchange) => {
                self.awaited = match exchange {
                    Some(Exchange::Awaited(promise)) => Some(promise),
                    _ => None,
                };
                PROMISE
            }
        }
    }
}

/// Begins a delivery. What awaits nothing is answered at once.
pub(crate) fn start(future: impl Future<Output = Answer> + 'static) -> i32 {
    let mut task = Task { future: Box::pin(future), awaited: None };
    let answer = task.poll(Exchange::Nothing);
    if answer == PROMISE {
        LAST.with_borrow_mut(|last| last.task = Some(task));
    }
    answer
}

/// A future that is no part of the one that awaits it, for what only some sources need: what is not run, the engine does not compile.
pub(crate) fn apart<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// A promise of what JavaScript does not follow: what goes on behind an answer, or serves an object. One type of future, so that
/// `wasm-bindgen-futures` is compiled once.
pub(crate) fn promise(future: impl Future<Output = JsValue> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(async move { Ok(future.await) });
    future_to_promise(future)
}

/// Waits for a promise, whoever polls.
///
/// # Errors
/// What it was rejected with.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    if POLL.with_borrow(Option::is_none) {
        return JsFuture::from(promise).await;
    }
    POLL.set(Some(Exchange::Awaited(promise)));
    poll_fn(|_| match POLL.replace(Some(Exchange::Nothing)) {
        Some(Exchange::Settled(outcome)) => Poll::Ready(outcome),
        exchange => {
            POLL.set(exchange);
            Poll::Pending
        }
    })
    .await
}
