//! What a delivery waits for, and how it goes on.
//!
//! The future of a delivery is polled by `entry.js`: where it waits for a promise, JavaScript awaits that promise and hands over
//! what it came to. `wasm-bindgen-futures` would make two closures, two more promises and a microtask of it, which on this
//! platform cost several times what verifying does. It stays where several futures wait at once: in an alarm's pass.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use slab::Slab;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::clock::at_time;

/// What becomes of a delivery: the number of a ready-made answer, or a text of its own.
pub(crate) enum Answer {
    Ready(usize),
    Text(String),
}

/// As [`receive`](crate::receive()) and [`resume`] return it: [`text`] has the answer.
pub const TEXT: i32 = -1;

/// As [`receive`](crate::receive()) and [`resume`] return it: this, minus the number of a task that waits for a promise.
pub const PENDING: i32 = -2;

/// A delivery that waits.
struct Task {
    /// Not there while it is polled.
    future: Option<Pin<Box<dyn Future<Output = Answer>>>>,
    awaited: Option<Promise>,
}

thread_local! {
    /// What JavaScript knows by number: an object of it would cost a small delivery 3 µs, and several times that until the engine has
    /// optimised its making and letting go.
    static TASKS: RefCell<Slab<Task>> = const { RefCell::new(Slab::new()) };
    /// The text of the last answer, to be fetched at once: numbers cross the boundary for less, and most answers are numbers.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
    /// There while JavaScript polls; where nothing is, somebody else does.
    static POLL: RefCell<Option<Exchange>> = const { RefCell::new(None) };
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
    LAST.take()
}

/// What a task waits for, after [`PENDING`].
#[wasm_bindgen]
pub fn awaited(task: usize) -> Option<Promise> {
    TASKS.with_borrow_mut(|tasks| tasks.get_mut(task)?.awaited.take())
}

/// Goes on with what that came to, at a time in milliseconds: the number of an answer, [`TEXT`] or [`PENDING`], after which alone a
/// task is still there.
#[wasm_bindgen]
pub fn resume(task: usize, fulfilled: bool, value: JsValue, now: f64) -> i32 {
    let Some(mut future) = TASKS.with_borrow_mut(|tasks| tasks.get_mut(task)?.future.take()) else { return PENDING };
    let given = Exchange::Settled(if fulfilled { Ok(value) } else { Err(value) });
    match at_time(now, || poll(&mut future, given)) {
        Ok(answer) => {
            TASKS.with_borrow_mut(|tasks| tasks.try_remove(task));
            answer
        }
        Err(awaited) => {
            TASKS.with_borrow_mut(|tasks| {
                if let Some(task) = tasks.get_mut(task) {
                    *task = Task { future: Some(future), awaited };
                }
            });
            pending(task)
        }
    }
}

/// Lets go of a task that nobody will go on with.
#[wasm_bindgen]
pub fn abandon(task: usize) {
    // Dropped when nothing is borrowed any more: what it held may look here.
    let task = TASKS.with_borrow_mut(|tasks| tasks.try_remove(task));
    drop(task);
}

/// Begins a delivery, at a time in milliseconds. What awaits nothing is answered at once.
pub(crate) fn start(now: f64, future: impl Future<Output = Answer> + 'static) -> i32 {
    let mut future: Pin<Box<dyn Future<Output = Answer>>> = Box::pin(future);
    match at_time(now, || poll(&mut future, Exchange::Nothing)) {
        Ok(answer) => answer,
        Err(awaited) => pending(TASKS.with_borrow_mut(|tasks| tasks.insert(Task { future: Some(future), awaited }))),
    }
}

/// An answer, or else what is waited for.
fn poll(future: &mut Pin<Box<dyn Future<Output = Answer>>>, given: Exchange) -> Result<i32, Option<Promise>> {
    POLL.set(Some(given));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match (polled, POLL.take()) {
        (Poll::Ready(Answer::Ready(number)), _) => Ok(i32::try_from(number).unwrap_or_default()),
        (Poll::Ready(Answer::Text(text)), _) => {
            LAST.set(text);
            Ok(TEXT)
        }
        (Poll::Pending, Some(Exchange::Awaited(promise))) => Err(Some(promise)),
        (Poll::Pending, _) => Err(None),
    }
}

fn pending(task: usize) -> i32 {
    PENDING.saturating_sub_unsigned(u32::try_from(task).unwrap_or(u32::MAX))
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
