//! A minimal executor: JavaScript drives each request's future.
//!
//! **Invariant.** A future that [`start`] polls waits for one JavaScript promise at a time, through [`settled`], and for nothing else.
//! Nothing wakes it: `entry.js` awaits the promise in the context of the request that owns the future, and hands the outcome to
//! [`resume`]. A future that waits in another way (`JsFuture`, a channel, an async method of `worker`) would never go on; [`resume`]
//! then returns a task without a promise, for which `entry.js` throws.
//!
//! Why not `wasm-bindgen-futures`: it makes two closures, two more promises and a microtask of each await, which on this platform
//! costs several times what verifying does. It runs what no request follows, through [`spawn`], and what waits for several things
//! at once: an alarm's pass. [`settled`] works in both.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use countersign::gateway::response::Refusal;
use countersign::handshake::Reply;
use countersign::scheme::Media;
use js_sys::Promise;
use slab::Slab;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::step::Step;

/// How a request ends: a refusal, whose response is prepared, a response of its own, or the destination's.
pub(crate) enum Outcome {
    Refused(Refusal),
    Text {
        status: u16,
        media: Media,
        text: String,
    },
    /// A text with headers of its own, as a JSON array of pairs.
    Page {
        status: u16,
        text: String,
        headers: String,
    },
    /// The destination's answer, which JavaScript has.
    Answer,
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        let Reply { status, media, text } = reply;
        Self::Text { status, media, text }
    }
}

/// A request that waits.
struct Task {
    /// `None` while it is polled.
    future: Option<Pin<Box<dyn Future<Output = Outcome>>>>,
    awaited: Option<Awaited>,
}

/// What a future waits for.
struct Awaited {
    promise: Promise,
    /// Whether `entry.js` ends the wait at the time limit of the source's destination.
    is_limited: bool,
}

impl Task {
    fn is_limited(&self) -> bool {
        self.awaited.as_ref().is_some_and(|awaited| awaited.is_limited)
    }
}

/// Between a future and whoever polls it: the promise that it waits for, or the outcome of that promise.
enum Exchange {
    Nothing,
    Awaited(Awaited),
    Settled(Result<JsValue, JsValue>),
}

thread_local! {
    /// JavaScript knows a task by its number: an object of it would cost a small delivery 3 µs, and several times that until the
    /// engine has optimised its construction and collection.
    static TASKS: RefCell<Slab<Task>> = const { RefCell::new(Slab::new()) };
    /// The text of the last response. A number crosses for less than a string, and most responses are a number.
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
    /// The headers of the last response, if it has any of its own.
    static HEADERS: RefCell<String> = const { RefCell::new(String::new()) };
    /// `Some` while this executor polls. In a future that something else polls, [`settled`] finds `None`.
    static POLL: RefCell<Option<Exchange>> = const { RefCell::new(None) };
}

/// Starts a request's future. One that awaits nothing has its response at once.
pub(crate) fn start(future: impl Future<Output = Outcome> + 'static) -> Step {
    let mut future: Pin<Box<dyn Future<Output = Outcome>>> = Box::pin(future);
    match poll(&mut future, Exchange::Nothing) {
        Ok(step) => step,
        Err(awaited) => {
            let task = Task { future: Some(future), awaited };
            let is_limited = task.is_limited();
            Step::wait(TASKS.with_borrow_mut(|tasks| tasks.insert(task)), is_limited)
        }
    }
}

/// The promise that a task waits for. It can be taken once.
#[wasm_bindgen]
pub fn awaited(task: usize) -> Option<Promise> {
    TASKS.with_borrow_mut(|tasks| tasks.get_mut(task)?.awaited.take()).map(|awaited| awaited.promise)
}

/// Resumes a task with what its promise came to, and returns the next step. A task that does not wait again is removed.
#[wasm_bindgen]
pub fn resume(task: usize, fulfilled: bool, value: JsValue) -> u32 {
    let Some(mut future) = TASKS.with_borrow_mut(|tasks| tasks.get_mut(task)?.future.take()) else {
        return Step::wait(task, false).encode();
    };
    let outcome = if fulfilled { Ok(value) } else { Err(value) };
    let polled = poll(&mut future, Exchange::Settled(outcome));
    TASKS
        .with_borrow_mut(|tasks| match polled {
            Ok(step) => {
                tasks.try_remove(task);
                step
            }
            Err(awaited) => {
                let waiting = Task { future: Some(future), awaited };
                let step = Step::wait(task, waiting.is_limited());
                if let Some(task) = tasks.get_mut(task) {
                    *task = waiting;
                }
                step
            }
        })
        .encode()
}

/// The text of the response that the last step was.
#[wasm_bindgen]
pub fn text() -> String {
    TEXT.take()
}

/// The headers of the response that the last step was, as a JSON array of pairs.
#[wasm_bindgen]
pub fn page_headers() -> String {
    HEADERS.take()
}

/// The step that ends a request.
pub(crate) fn last_step(outcome: Outcome) -> Step {
    match outcome {
        Outcome::Refused(refusal) => Step::refuse(refusal),
        Outcome::Text { status, media, text } => {
            TEXT.set(text);
            Step::respond(status, media)
        }
        Outcome::Page { status, text, headers } => {
            TEXT.set(text);
            HEADERS.set(headers);
            Step::page(status)
        }
        Outcome::Answer => Step::PASS_ON,
    }
}

/// The last step, or else the promise that is waited for.
fn poll(future: &mut Pin<Box<dyn Future<Output = Outcome>>>, given: Exchange) -> Result<Step, Option<Awaited>> {
    POLL.set(Some(given));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match (polled, POLL.take()) {
        (Poll::Ready(outcome), _) => Ok(last_step(outcome)),
        (Poll::Pending, Some(Exchange::Awaited(awaited))) => Err(Some(awaited)),
        (Poll::Pending, _) => Err(None),
    }
}

/// Waits for a promise, whoever polls.
///
/// # Errors
/// The value that it was rejected with.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    if !is_driven() {
        return JsFuture::from(promise).await;
    }
    exchanged(Awaited { promise, is_limited: false }).await
}

/// Waits for a promise, of the source's destination or of KV, until the destination's time limit, in a request that [`is_driven`].
///
/// # Errors
/// The value that it was rejected with, or a `TimeoutError`.
pub(crate) async fn settled_in_time(promise: Promise) -> Result<JsValue, JsValue> {
    exchanged(Awaited { promise, is_limited: true }).await
}

/// Whether `entry.js` drives the future that is polled. Otherwise something else does, in a Durable Object for example.
pub(crate) fn is_driven() -> bool {
    POLL.with_borrow(Option::is_some)
}

async fn exchanged(awaited: Awaited) -> Result<JsValue, JsValue> {
    POLL.set(Some(Exchange::Awaited(awaited)));
    poll_fn(|_| match POLL.replace(Some(Exchange::Nothing)) {
        Some(Exchange::Settled(outcome)) => Poll::Ready(outcome),
        exchange => {
            POLL.set(exchange);
            Poll::Pending
        }
    })
    .await
}

/// Runs a future that no request follows: work behind a response, or a call of a Durable Object. Takes one type of future, so that
/// `wasm-bindgen-futures` is compiled once.
pub(crate) fn spawn(future: impl Future<Output = JsValue> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(async move { Ok(future.await) });
    future_to_promise(future)
}

/// Boxes a future that only some sources need: the engine does not compile what does not run.
pub(crate) fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}
