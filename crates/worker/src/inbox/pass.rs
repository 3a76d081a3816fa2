//! The work of one alarm: couriers are started for what is to be attempted, until nothing is.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::log::log_event;
use super::object::{LATER, Object};
use super::stub::source;
use crate::clock::{self, Timer};
use crate::courier::SLOTS;
use crate::env::property;
use crate::executor::{settled, spawn};

impl Object {
    /// Does the work of one alarm.
    pub(super) async fn pass(self: Rc<Self>) {
        self.armed.set(None);
        if !self.is_usable() {
            return self.fail();
        }
        if self.work.passing.replace(true) {
            return;
        }
        let now = self.look();
        self.alert_due(now);
        let name = self.source.borrow().clone();
        let is_ready =
            self.shared.as_deref().zip(name.as_deref()).is_some_and(|(state, name)| source(state, name).is_some());
        let done = if is_ready { self.run().await.map(|()| true) } else { Ok(false) };
        self.register().await;
        self.work.passing.set(false);
        match done {
            Ok(true) => {
                self.trust();
                self.succeed();
                if self.late.take() {
                    self.arm(clock::now_ms().saturating_add(LATER));
                } else {
                    self.rearm();
                }
                self.notify();
            }
            Ok(false) => self.wait_for_source(name.as_deref()),
            Err(()) => self.fail(),
        }
    }

    /// Waits for the source of the stored events to be configured.
    fn wait_for_source(&self, name: Option<&str>) {
        log_event("config_invalid", name, "stored events wait: their source is not in SOURCES, or has a fault");
        self.arm(clock::now_ms().saturating_add(LATER));
    }

    /// Brings over what an older schema holds, drops what has expired, and has couriers deliver what is due.
    async fn run(self: &Rc<Self>) -> Result<(), ()> {
        let started = clock::now_ms();
        if !self.careful.get() {
            self.bring_over()?;
            self.expire();
        }
        let mut timer: FuturesUnordered<LocalBoxFuture<'static, ()>> = FuturesUnordered::new();
        let (mut calls, mut timer_at) = (0_usize, u64::MAX);
        loop {
            let now = self.look();
            let is_last = calls >= MOST_CALLS || now > started.saturating_add(MOST_MS);
            if is_last || !self.is_usable() {
                // Couriers go on by themselves; the next alarm starts others.
                break;
            }
            if !self.careful.get() {
                // It reads events without noting which: see `look_at_events`.
                self.advance_job(now)?;
            }
            let Wanted { couriers: wanted, next_at } = self.wanted(now)?;
            let next_at = next_at.into_iter().chain(self.job_at(now)).min();
            if calls == 0 && wanted.iter().any(|(_, couriers)| *couriers > 0) {
                // In case this alarm's object ends before it sets the next.
                self.arm(now.saturating_add(self.plan(now).longest_lease()));
            }
            for (destination, couriers) in wanted {
                for _ in 0..couriers.min(MOST_CALLS.saturating_sub(calls)) {
                    calls = calls.saturating_add(1);
                    // That says nothing of what is stored.
                    if let Err(error) = self.start(&destination) {
                        return self.go_on_later(&error);
                    }
                }
            }
            if self.work.running.get() == 0 {
                break;
            }
            if let Some(at) = next_at.filter(|at| *at < timer_at && *at > now) {
                timer_at = at;
                let next = Timer::new(at.saturating_sub(now) as f64);
                timer.push(Box::pin(async move { next.wait().await }));
            }
            if self.next(&mut timer).await.is_some() {
                timer_at = u64::MAX;
            }
        }
        if self.is_usable() { Ok(()) } else { Err(()) }
    }

    /// The couriers to start now.
    fn wanted(&self, now: u64) -> Result<Wanted, ()> {
        let plan = self.plan(now);
        self.with(|machine| {
            let mut wanted = Wanted { couriers: Vec::new(), next_at: None };
            for (place, events) in machine.due(&self.database, now, &plan)? {
                let Some(outlet) = machine.outlets().get(place) else { continue };
                // What was gathered, one takes.
                let is_gathered = plan.rules(outlet.name()).is_some_and(|rules| rules.gather > 0);
                let couriers = if is_gathered { events.min(1) } else { events.div_ceil(SLOTS) };
                let couriers = couriers.saturating_sub(self.work.starting(outlet.name()));
                wanted.couriers.push((outlet.name().to_owned(), couriers));
            }
            wanted.next_at = machine.attempts_at(now, &plan);
            Ok(wanted)
        })
    }

    /// Starts a courier for a destination.
    ///
    /// # Errors
    /// What the platform says if it starts none.
    fn start(self: &Rc<Self>, destination: &str) -> Result<(), JsValue> {
        let name = self.source.borrow().clone().unwrap_or_default();
        let work = Array::of4(&name.into(), &self.shard.get().into(), &self.token().into(), &destination.into());
        let started: Promise = self.start_courier.apply(&JsValue::NULL, &work)?.unchecked_into();
        self.work.start(destination);
        let (object, destination) = (Rc::clone(self), destination.to_owned());
        // By itself: the alarm that started it may end before it does.
        let _ = spawn(async move {
            // One that died leaves leases, which lapse. It says whether it ever asked for events.
            let has_asked = settled(started).await.is_ok_and(|asked| asked.is_truthy());
            object.work.end(&destination, has_asked);
            JsValue::UNDEFINED
        });
        Ok(())
    }

    /// Has another alarm try to start couriers.
    fn go_on_later(&self, error: &JsValue) -> Result<(), ()> {
        let said = property(error, "message").and_then(|message| message.as_string()).unwrap_or_default();
        let detail = ["no invocation to deliver with could be started: ", &said].concat();
        log_event("courier_unavailable", self.source.borrow().as_deref(), &detail);
        self.late.set(true);
        Ok(())
    }

    /// Waits for the timer, or returns `None` if something happened before.
    async fn next(&self, timer: &mut FuturesUnordered<LocalBoxFuture<'static, ()>>) -> Option<()> {
        let next = poll_fn(|context| {
            if self.work.news.take() {
                return Poll::Ready(None);
            }
            self.work.waker.replace(Some(context.waker().clone()));
            match timer.poll_next_unpin(context) {
                Poll::Ready(Some(())) => Poll::Ready(Some(())),
                // Without one, news are waited for.
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            }
        });
        next.await
    }

    /// Drops a batch of what has expired, if the clock can be trusted.
    fn expire(&self) {
        let now = self.look();
        if now < self.expire_after.get() {
            return;
        }
        let plan = self.plan(now);
        let expired = self.with(|machine| {
            let expired = machine.expire(&self.database, now, &plan)?;
            let name = |place: usize| machine.outlets().get(place).map(|outlet| outlet.name().to_owned());
            let given_up: Vec<_> =
                expired.given_up.iter().filter_map(|(place, count)| Some((name(*place)?, *count))).collect();
            Ok((given_up, expired.has_more))
        });
        match expired {
            Ok((given_up, has_more)) => {
                self.forget_aside();
                self.expire_soon.set(has_more);
                given_up.iter().for_each(|(destination, count)| self.note_dead(destination, *count));
            }
            Err(()) => self.expire_after.set(now.saturating_add(LATER)),
        }
    }
}

/// How many couriers to start now for each destination, and when the next may be needed.
struct Wanted {
    couriers: Vec<(String, usize)>,
    next_at: Option<u64>,
}

/// The invocations that one alarm may start: one event may make 32 on the platform.
const MOST_CALLS: usize = 30;

/// The milliseconds after which an alarm starts no courier. The platform ends an alarm after 15 minutes.
const MOST_MS: u64 = 5 * 60_000;
