//! The couriers of an object: invocations of the Worker that deliver for it.

use std::cell::{Cell, RefCell};
use std::task::Waker;

/// What is known of the couriers that this instance of the object started.
#[derive(Default)]
pub(super) struct Work {
    /// What the tokens of this instance end with. It is made when the first is needed.
    instance: RefCell<Option<String>>,
    /// The destinations of couriers that were started and have not asked for events yet.
    starting: RefCell<Vec<String>>,
    /// Couriers that were started and have not ended.
    pub(super) running: Cell<usize>,
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

    /// How many couriers of a destination were started and have not asked for events yet.
    pub(super) fn starting(&self, destination: &str) -> usize {
        self.starting.borrow().iter().filter(|starting| *starting == destination).count()
    }

    /// Notes that a courier was started.
    pub(super) fn start(&self, destination: &str) {
        self.starting.borrow_mut().push(destination.to_owned());
        self.running.set(self.running.get().saturating_add(1));
    }

    /// Notes that a courier asked for events.
    pub(super) fn started(&self, destination: &str) {
        let mut starting = self.starting.borrow_mut();
        if let Some(place) = starting.iter().position(|starting| starting == destination) {
            starting.swap_remove(place);
        }
    }

    /// Notes that a courier ended. One that never asked for events did so, too.
    pub(super) fn end(&self, destination: &str, has_asked: bool) {
        self.running.set(self.running.get().saturating_sub(1));
        if !has_asked {
            self.started(destination);
        }
        self.wake();
    }

    /// Makes the alarm at work look again.
    pub(super) fn wake(&self) {
        self.news.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// 128 random bits, in hex.
pub(super) fn random() -> Option<String> {
    let mut bytes = [0_u8; 16];
    getrandom::getrandom(&mut bytes).is_ok().then(|| countersign::crypto::hex(&bytes))
}
