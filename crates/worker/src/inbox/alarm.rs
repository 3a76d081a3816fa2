//! When an object is to be woken.

use countersign::inbox::{Agenda, StoreFault};
use js_sys::{Date, Object as Options};
use wasm_bindgen::prelude::*;

use super::object::Object;
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

    /// Sets the alarm for that time, unless one comes before that.
    pub(super) fn arm_by(&self, at: u64, now: u64) {
        // One that should have come long ago may have been lost.
        if !self.armed.get().is_some_and(|armed| armed <= at && now < armed.saturating_add(LATE)) {
            self.arm(at);
        }
    }

    /// Sets the alarm for an event whose first attempt is made by whoever brought it, in case that is never reported. An alarm within
    /// two minutes serves as well, so that events that come one by one share it.
    pub(super) fn arm_for_first(&self, lapses: u64, now: u64) {
        self.has_news.set(true);
        if !self
            .armed
            .get()
            .is_some_and(|armed| armed <= lapses.max(now.saturating_add(SHARED)) && now < armed.saturating_add(LATE))
        {
            self.arm(lapses);
        }
    }

    /// Reads when the alarm comes, unless this instance knows it.
    pub(super) async fn learn_alarm(&self) {
        let options: Options = JsValue::UNDEFINED.unchecked_into();
        let Ok(asked) = self.storage.get_alarm(options) else { return };
        let at = settled(asked).await.ok().and_then(|at| at.as_f64());
        // One that was set meanwhile is in its place.
        if self.armed.get().is_none() {
            self.armed.set(at.map(|at| at as u64));
        }
    }

    /// Has what is to be attempted now looked for: by the alarm at work, or by one.
    pub(super) fn look_for_work(&self, now: u64) {
        if self.work.passing.get() {
            self.work.wake();
        } else {
            self.arm_for_more(now);
        }
    }

    /// Sets the alarm for attempts, if it is not set for a time before. With an alarm at work, that does it at its end.
    pub(super) fn arm_for_more(&self, now: u64) {
        if self.work.passing.get() {
            return self.work.wake();
        }
        let plan = self.plan(now);
        let at = self.machine.borrow().as_ref().and_then(|machine| machine.attempts_at(now, &plan));
        if let Some(at) = at {
            self.arm_by(self.before_old(at, now), now);
        }
    }

    /// Sets the alarm for what comes next, whatever was set before. A database that cannot be used may hold events, so it is tried again.
    pub(super) fn rearm(&self) {
        let now = self.look();
        match self.agenda(now).map(|agenda| agenda.wake_at(now)) {
            // More may come soon, and shares this alarm.
            Ok(Some(at)) if self.has_news.take() => self.arm(at.min(now.saturating_add(SHARED))),
            Ok(Some(at)) => self.arm(at),
            Ok(None) => {}
            Err(()) => self.arm(now.saturating_add(self.patience())),
        }
    }

    /// The same, if something is to be attempted or the database cannot be used.
    pub(super) fn rearm_if_due(&self) {
        let now = self.look();
        let plan = self.plan(now);
        let machine = self.machine.borrow();
        let is_idle = machine.as_ref().is_some_and(|machine| machine.attempts_at(now, &plan).is_none());
        drop(machine);
        if !is_idle || self.job_at(now).is_some() || self.database.has_legacy.get() {
            self.rearm();
        }
    }

    /// Has what is due looked for: by the alarm at work, or by one.
    pub(super) fn look_again(&self) {
        if self.work.passing.get() { self.work.wake() } else { self.rearm() }
    }

    /// Has everything that may be dropped dropped soon, as an event found no room.
    pub(super) fn make_room(&self, now: u64) {
        self.expire_soon.set(true);
        if now.abs_diff(self.full_at.replace(now)) >= BURST {
            self.look_again();
        }
    }

    /// What is to be done, and when.
    fn agenda(&self, now: u64) -> Result<Agenda, ()> {
        let plan = self.plan(now);
        let has_legacy = self.database.has_legacy.get();
        let (attempts, expiry) = self.with(|machine| {
            for place in 0..machine.outlets().len() {
                let Some(outlet) = machine.outlets().get(place) else { continue };
                if self.database.mend_strays(outlet.name()).map_err(|()| StoreFault)? {
                    machine.replayed_waiting(place, now);
                }
            }
            let expiry = machine.expiry_at(&self.database, now, &plan)?;
            Ok((machine.attempts_at(now, &plan), expiry))
        })?;
        self.look_for_troubles(now);
        Ok(Agenda {
            alerts: self.notify_at(now).into_iter().chain(self.alert_at()).min(),
            attempts: if has_legacy { Some(now) } else { attempts.into_iter().chain(self.job_at(now)).min() },
            expiry,
            soon: self.expire_soon.get(),
            not_before: self.watch.get().holds_until().max(self.expire_after.get()),
        })
    }
}

/// Milliseconds within which events that find no room share one look.
const BURST: u64 = 1_000;

/// Milliseconds within which an alarm serves events that come one by one. Each costs as much as half an event, and an attempt that nobody
/// reports, as its invocation was lost, is found that much later at most.
const SHARED: u64 = 120_000;

/// How late an alarm may be before another is set.
const LATE: u64 = 10_000;
