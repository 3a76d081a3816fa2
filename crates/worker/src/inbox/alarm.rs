//! When an object is to be woken.

use countersign::inbox::{self, Agenda};
use js_sys::{Date, Object as Options};
use wasm_bindgen::prelude::*;

use super::log::log_event;
use super::object::{LATER, Object, SET_ASIDE};
use crate::executor::{settled, spawn};

impl Object {
    /// Sets the alarm, in place of any other. It is on disk before any response leaves.
    pub(super) fn arm(&self, at: u64) {
        self.armed.set(Some(at));
        let options: Options = JsValue::UNDEFINED.unchecked_into();
        let Ok(set) = self.storage.set_alarm(Date::new(&JsValue::from_f64(at as f64)), options) else { return };
        // If this fails, the platform resets the object, and the next instance sets its own.
        let _ = spawn(async {
            let _ = settled(set).await;
            JsValue::UNDEFINED
        });
    }

    /// Sets the alarm at once, unless an event that arrived just now did.
    pub(super) fn arm_now(&self, now: u64) {
        if !self.armed.get().is_some_and(|at| at <= now && now < at.saturating_add(BURST)) {
            self.arm(now);
        }
    }

    /// Sets the alarm for what comes next, whatever was set before. A database that cannot be used may hold events, so it is tried again.
    pub(super) fn rearm(&self) {
        let now = self.look();
        let agenda = if self.is_usable() { self.bury_strays(now).and_then(|()| self.agenda()) } else { Err(()) };
        match agenda.map(|agenda| agenda.wake_at(now, &self.durable().lifecycle)) {
            Ok(Some(at)) => self.arm(at),
            Ok(None) => {}
            Err(()) => self.arm(now.saturating_add(self.patience())),
        }
    }

    /// Has what is due looked for: by the pass that runs, or by an alarm.
    pub(super) fn look_again(&self) {
        if self.passing.get() { self.attempts.wake() } else { self.rearm() }
    }

    /// Has everything that may be removed removed soon, as an event found no room.
    pub(super) fn make_room(&self, now: u64) {
        self.tidy_soon.set(true);
        if now.abs_diff(self.full_at.replace(now)) >= BURST {
            self.look_again();
        }
    }

    /// How long to wait until a database that cannot be used is tried again.
    pub(super) fn patience(&self) -> u64 {
        inbox::delay(self.failures.get().max(1), 0).min(LATER)
    }

    /// What is to be done, and when.
    pub(super) fn agenda(&self) -> Result<Agenda, ()> {
        let aside = self.aside.borrow();
        Ok(Agenda {
            attempts: self.database.pending_span(&aside)?,
            tidy: self.database.next_tidy(&aside)?,
            soon: self.tidy_soon.get(),
            not_before: self.watch.get().holds_until().max(self.tidy_after.get()),
        })
    }

    /// Sets events aside whose state does not exist: they would be neither delivered nor seen.
    fn bury_strays(&self, now: u64) -> Result<(), ()> {
        if self.database.bury_strays(now)? {
            log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
        }
        Ok(())
    }
}

/// Milliseconds within which events that arrive together share one alarm. After that, it may have been lost.
const BURST: u64 = 1_000;
