//! The notices that an object sends to the one that alerts operators, on transitions alone.
//!
//! The object compares what is wrong with it now to the notices that it last sent, which it keeps in its database. So what changed shortly
//! before it ended is sent by its next instance. Whenever the two differ an alarm is set, in the same turn as the change was written.

use std::rc::Rc;

use countersign::config::ALERT_SOURCE;
use countersign::inbox::alerts::{DEAD, DESTINATION, FULL, Notice, PENDING};
use countersign::inbox::{Machine, noted_parts};
use wasm_bindgen::prelude::*;

use super::capacity::Capacity;
use super::log::log_event;
use super::notices::SENT;
use super::object::Object;
use crate::alerts::send;
use crate::clock;
use crate::executor::spawn;

impl Object {
    /// Whether its events are alerts.
    pub(super) fn is_for_alerts(&self) -> bool {
        self.source.borrow().as_deref() == Some(ALERT_SOURCE)
    }

    /// The seconds after which a pending event is old, if there is anybody to say anything to.
    fn alerts(&self) -> Option<u64> {
        let alerts = self.shared.as_ref()?.config.alerts()?;
        // Of itself it would say it to itself.
        (self.source.borrow().as_deref()? != ALERT_SOURCE).then_some(alerts.oldest_pending)
    }

    /// Counts events that were given up, in the turn in which that was written.
    pub(super) fn note_dead(&self, destination: &str, count: u64) {
        if self.alerts().is_none() {
            return;
        }
        let mut dead = self.notices.dead.borrow_mut();
        match dead.iter_mut().find(|(known, _)| known == destination) {
            Some((_, all)) => *all = all.saturating_add(count),
            None => dead.push((destination.to_owned(), count)),
        }
        let all: Vec<_> =
            dead.iter().map(|(destination, count)| [destination, "=", &count.to_string()].concat()).collect();
        let _ = self.database.set_meta("dead", &all.join(",").into());
    }

    /// Sends notices of what changed, if anything did. Costs no read if all is well, and was.
    pub(super) fn notify(self: &Rc<Self>) {
        // Reading the clock leaves the Wasm, and every report comes through here.
        if self.alerts().is_none() {
            return self.log_own();
        }
        let now = clock::now_ms();
        if self.notices.is_busy.get() || now < self.notices.not_before.get() || self.unsent(now).is_empty() {
            return;
        }
        self.notices.is_busy.set(true);
        // In case this instance ends before it was taken.
        self.arm_by(now.saturating_add(AGAIN), now);
        let object = Rc::clone(self);
        let _ = spawn(async move {
            object.notify_all().await;
            JsValue::UNDEFINED
        });
    }

    /// Sends notices until nothing changes any more, or one is not taken.
    async fn notify_all(&self) {
        while let Some(state) = &self.shared {
            let notices = self.unsent(clock::now_ms());
            if notices.is_empty() {
                break;
            }
            if !send(state, &notices).await {
                self.notices.not_before.set(clock::now_ms().saturating_add(AGAIN));
                break;
            }
            let mut sent = self.notices.sent.borrow_mut();
            let subjects: Vec<_> = notices.iter().map(Notice::subject).collect();
            sent.retain(|known| !subjects.contains(&known.subject()));
            sent.extend(notices.into_iter().filter(|notice| notice.value > 0));
            let text: String = sent.iter().map(Notice::to_text).collect();
            drop(sent);
            if self.database.set_meta(SENT, &text.into()).is_err() {
                break;
            }
        }
        self.notices.is_busy.set(false);
    }

    /// When there is a notice to send, or may be.
    pub(super) fn notify_at(&self, now: u64) -> Option<u64> {
        let unsent = (!self.unsent(now).is_empty()).then(|| now.saturating_add(AGAIN));
        unsent.into_iter().chain(self.notices.old_at.get()).min()
    }

    /// Caps the time of an alarm that events wait for, so that their age is seen.
    pub(super) fn before_old(&self, at: u64, now: u64) -> u64 {
        let old = self.alerts().map(|seconds| now.saturating_add(seconds.saturating_mul(1000)).saturating_add(1000));
        old.map_or(at, |old| at.min(old))
    }

    /// Looks for what no report shows: how old the oldest pending event of each destination is, and how much is stored.
    pub(super) fn look_for_troubles(&self, now: u64) {
        let Some(seconds) = self.alerts() else { return };
        let limit = seconds.saturating_mul(1000);
        let (mut found, mut old_at) = (Vec::new(), None);
        let most = Capacity::limit(self.durable().max_stored);
        if self.database.size() >= most.div_euclid(10).saturating_mul(8) {
            found.push(self.notice(FULL, "", 1, now));
        }
        let plan = self.plan(now);
        let machine = self.machine.borrow();
        for outlet in machine.iter().flat_map(Machine::outlets) {
            // What an operator paused is meant to wait.
            if plan.rules(outlet.name()).is_none() || outlet.pauses().since().is_some() {
                continue;
            }
            let oldest = machine.as_ref().and_then(|machine| self.database.oldest_pending(machine, outlet).ok()?);
            let Some(oldest) = oldest.map(|seconds| seconds.saturating_mul(1000)) else { continue };
            let due = oldest.saturating_add(limit);
            if due <= now {
                found.push(self.notice(PENDING, outlet.name(), 1, oldest));
            } else {
                old_at = old_at.into_iter().chain([due]).min();
            }
        }
        self.notices.found.replace(Some(found));
        self.notices.old_at.set(old_at);
    }

    /// The notices of what is not as it was sent last.
    fn unsent(&self, now: u64) -> Vec<Notice> {
        if self.alerts().is_none() {
            return Vec::new();
        }
        let plan = self.plan(now);
        let sent = self.notices.sent.borrow();
        // Before the first look, that is as it was.
        let as_sent = || sent.iter().filter(|sent| [FULL, PENDING].contains(&sent.kind.as_str())).cloned().collect();
        let mut current = self.notices.found.borrow().clone().unwrap_or_else(as_sent);
        let machine = self.machine.borrow();
        let Some(machine) = machine.as_ref().filter(|_| !plan.destinations.is_empty()) else { return Vec::new() };
        for outlet in machine.outlets().iter().filter(|outlet| plan.rules(outlet.name()).is_some()) {
            if let Some(since) = outlet.breaker().broken_since() {
                current.push(self.notice(DESTINATION, outlet.name(), 1, since));
            }
        }
        for (destination, count) in self.notices.dead.borrow().iter() {
            current.push(self.notice(DEAD, destination, *count, now));
        }
        let last = |notice: &Notice| sent.iter().find(|sent| sent.subject() == notice.subject());
        let ended = sent.iter().filter(|sent| !current.iter().any(|notice| notice.subject() == sent.subject()));
        let ended: Vec<_> =
            ended.map(|sent| Notice { value: 0, since: now, cause: String::new(), ..sent.clone() }).collect();
        current.retain(|notice| last(notice).is_none_or(|sent| sent.value != notice.value));
        for notice in current.iter_mut().filter(|notice| notice.kind == DESTINATION) {
            let why = self.database.why(&notice.destination).ok().flatten().unwrap_or_default();
            let (code, cause) = noted_parts(&why);
            notice.cause = cause.unwrap_or(code).to_owned();
        }
        current.into_iter().chain(ended).collect()
    }

    fn notice(&self, kind: &str, destination: &str, value: u64, since: u64) -> Notice {
        Notice {
            kind: kind.to_owned(),
            source: self.source.borrow().clone().unwrap_or_default(),
            destination: destination.to_owned(),
            shard: self.shard.get(),
            value,
            since,
            cause: String::new(),
        }
    }

    /// Logs that alerts themselves cannot be delivered, which nobody can be alerted to.
    fn log_own(&self) {
        if !self.is_for_alerts() {
            return;
        }
        let machine = self.machine.borrow();
        let is_broken =
            machine.iter().flat_map(Machine::outlets).any(|outlet| outlet.breaker().broken_since().is_some());
        if self.notices.is_logged.replace(is_broken) != is_broken && is_broken {
            log_event(
                "alert_delayed",
                Some(ALERT_SOURCE),
                "the URL of [vars.ALERTS] does not answer; alerts wait for it",
            );
        }
    }
}

/// The milliseconds after which a notice that was not taken is sent again.
const AGAIN: u64 = 10_000;
