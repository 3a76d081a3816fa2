//! The attempts that are under way in this instance of an object, and the pass that takes up new ones.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// Attempts under way, by the numbers of their events.
#[derive(Default)]
pub(super) struct Attempts {
    events: RefCell<Vec<i64>>,
    /// Events that were forgotten during their attempt.
    forgotten: RefCell<Vec<i64>>,
    /// How many attempts a pass may have under way.
    slots: Cell<usize>,
    /// Whether something happened that a pass has to look at.
    news: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Attempts {
    /// Sets how many may be under way.
    pub(super) fn set_slots(&self, slots: usize) {
        self.slots.set(slots);
    }

    /// Whether another one may begin.
    pub(super) fn has_slot(&self) -> bool {
        self.events.borrow().len() < self.slots.get()
    }

    /// Whether none is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.events.borrow().is_empty()
    }

    /// Whether one at an event is under way.
    pub(super) fn has(&self, number: i64) -> bool {
        self.events.borrow().contains(&number)
    }

    /// Begins one.
    pub(super) fn begin(&self, number: i64) {
        self.events.borrow_mut().push(number);
    }

    /// Notes that an event was forgotten. Its number may be given to the next event that is stored.
    pub(super) fn forget(&self, number: i64) {
        if self.has(number) {
            self.forgotten.borrow_mut().push(number);
        }
    }

    /// Takes back that an event was forgotten; whether it was.
    pub(super) fn take_forgotten(&self, number: i64) -> bool {
        let mut forgotten = self.forgotten.borrow_mut();
        let found = forgotten.iter().position(|other| *other == number);
        found.map(|place| forgotten.swap_remove(place)).is_some()
    }

    /// Ends one.
    pub(super) fn end(&self, number: i64) {
        self.events.borrow_mut().retain(|other| *other != number);
    }

    /// Makes the pass look for what is due.
    pub(super) fn wake(&self) {
        self.news.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The outcome of the next of these futures, or `None` if the pass was woken before.
    pub(super) async fn next<F: Future + Unpin>(&self, work: &mut FuturesUnordered<F>) -> Option<F::Output> {
        let next = poll_fn(|context| {
            if self.news.take() {
                return Poll::Ready(None);
            }
            self.waker.replace(Some(context.waker().clone()));
            work.poll_next_unpin(context)
        });
        next.await
    }
}
