//! The couriers of an object: invocations of the Worker that deliver for it.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use super::token::random;

/// What is known of the couriers that this instance of the object started.
#[derive(Default)]
pub(super) struct Work {
    /// What the tokens of this instance end with. It is made when the first is needed.
    instance: RefCell<Option<String>>,
    /// Couriers that were started and have not asked for events yet.
    starting: Cell<usize>,
    /// Set while an alarm is at work, which then is what starts couriers.
    pub(super) passing: Cell<bool>,
    /// Whether something happened that the alarm at work has to look at.
    pub(super) news: Cell<bool>,
    pub(super) waker: RefCell<Option<Waker>>,
}

impl Work {
    /// What the tokens of this instance end with, if a random number could be had.
    pub(super) fn instance(&self) -> Option<String> {
        let mut known = self.instance.borrow_mut();
        *known = known.take().or_else(random);
        known.clone()
    }

    /// How many couriers were started and have not asked for events yet.
    pub(super) fn starting(&self) -> usize {
        self.starting.get()
    }

    /// Notes that a courier was started.
    pub(super) fn start(&self) {
        self.starting.set(self.starting.get().saturating_add(1));
    }

    /// Notes that a courier asked for events, or ended.
    pub(super) fn started(&self) {
        self.starting.set(self.starting.get().saturating_sub(1));
    }

    /// Makes the alarm at work look again.
    pub(super) fn wake(&self) {
        self.news.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
