//! The couriers of an object: invocations of the Worker that deliver for it.

use std::cell::{Cell, RefCell};
use std::task::Waker;

/// What is known of the couriers that this instance of the object started.
#[derive(Default)]
pub(super) struct Work {
    /// Lets a courier ask for events. It is made when the first is needed, and told to nobody else.
    token: RefCell<Option<String>>,
    /// Couriers that were started and have not asked for events yet.
    starting: Cell<usize>,
    /// Set while an alarm is at work, which then is what starts couriers.
    pub(super) passing: Cell<bool>,
    /// Whether something happened that the alarm at work has to look at.
    pub(super) news: Cell<bool>,
    pub(super) waker: RefCell<Option<Waker>>,
}

impl Work {
    /// The token of this instance.
    pub(super) fn token(&self) -> String {
        self.token.borrow_mut().get_or_insert_with(random).clone()
    }

    /// Whether that is the token of this instance.
    pub(super) fn knows(&self, token: &str) -> bool {
        self.token.borrow().as_deref() == Some(token)
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

/// 128 random bits, in hex.
fn random() -> String {
    let mut bytes = [0_u8; 16];
    // Without them there is no token that somebody could know: nothing is handed out, and the next alarm tries again.
    match getrandom::getrandom(&mut bytes) {
        Ok(()) => countersign::crypto::hex(&bytes),
        Err(_) => String::new(),
    }
}
