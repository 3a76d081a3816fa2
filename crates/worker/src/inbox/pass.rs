//! The work of one alarm: couriers are started for what is to be attempted, until nothing is.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::log::log_event;
use super::object::{LATER, Object};
use super::stub::source;
use crate::clock::{self, Timer};
use crate::courier::SLOTS;
use crate::env::property;
use crate::executor::settled;

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
        self.look();
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

    /// Brings over what an older schema holds, lets go of what is over, and has couriers deliver what is due.
    async fn run(self: &Rc<Self>) -> Result<(), ()> {
        let started = clock::now_ms();
        if !self.careful.get() {
            self.bring_over()?;
            self.tidy();
        }
        let mut couriers: FuturesUnordered<LocalBoxFuture<'static, End>> = FuturesUnordered::new();
        let (mut calls, mut timer_at) = (0_usize, u64::MAX);
        loop {
            let now = self.look();
            let is_last = calls >= MOST_CALLS || now > started.saturating_add(MOST_MS) || !self.is_usable();
            let (wanted, next_at) = if is_last { (0, None) } else { self.wanted(now)? };
            if wanted > 0 && calls == 0 {
                // In case this alarm's object ends before it sets the next.
                self.arm(now.saturating_add(self.durable().lifecycle.lease()));
            }
            for _ in 0..wanted.min(MOST_CALLS.saturating_sub(calls)) {
                calls = calls.saturating_add(1);
                match self.courier() {
                    Ok(courier) => couriers.push(Box::pin(courier)),
                    // That says nothing of what is stored.
                    Err(error) => return self.go_on_later(&error),
                }
            }
            if couriers.iter().next().is_none() || couriers.len() == usize::from(timer_at != u64::MAX) {
                return if self.is_usable() { Ok(()) } else { Err(()) };
            }
            if let Some(at) = next_at.filter(|at| *at < timer_at && *at > now) {
                timer_at = at;
                let timer = Timer::new(at.saturating_sub(now) as f64);
                couriers.push(Box::pin(async move {
                    timer.wait().await;
                    End::Timer
                }));
            }
            if let Some(End::Timer) = self.next(&mut couriers).await {
                timer_at = u64::MAX;
            }
        }
    }

    /// How many couriers to start now, and when the next may be needed.
    fn wanted(&self, now: u64) -> Result<(usize, Option<u64>), ()> {
        let rules = self.rules(now);
        self.with(|machine| {
            let at = machine.attempts_at(now, &rules);
            let is_due = at.is_some_and(|at| at <= now);
            let room = machine.outlet().room(now, &rules);
            // Waiting events are not counted: one courier finds out how many there are.
            let log = usize::try_from(machine.backlog()).unwrap_or(usize::MAX).max(1).min(room);
            let couriers = log.div_ceil(SLOTS).saturating_sub(self.work.starting());
            Ok((if is_due { couriers } else { 0 }, at))
        })
    }

    /// Starts a courier.
    ///
    /// # Errors
    /// What the platform says if it starts none.
    fn courier(self: &Rc<Self>) -> Result<impl Future<Output = End> + 'static, JsValue> {
        let name = self.source.borrow().clone().unwrap_or_default();
        let token = self.token();
        let started = self.start_courier.call3(&JsValue::NULL, &name.into(), &self.shard.get().into(), &token.into());
        let promise: Promise = started?.unchecked_into();
        self.work.start();
        let object = Rc::clone(self);
        Ok(async move {
            // One that died leaves leases, which lapse.
            let _ = settled(promise).await;
            object.work.started();
            End::Courier
        })
    }

    /// Has another alarm try to start couriers.
    fn go_on_later(&self, error: &JsValue) -> Result<(), ()> {
        let said = property(error, "message").and_then(|message| message.as_string()).unwrap_or_default();
        let detail = ["no invocation to deliver with could be started: ", &said].concat();
        log_event("courier_unavailable", self.source.borrow().as_deref(), &detail);
        self.late.set(true);
        Ok(())
    }

    /// What ends next, or `None` if something happened before.
    async fn next(&self, work: &mut FuturesUnordered<LocalBoxFuture<'static, End>>) -> Option<End> {
        let next = poll_fn(|context| {
            if self.work.news.take() {
                return Poll::Ready(None);
            }
            self.work.waker.replace(Some(context.waker().clone()));
            work.poll_next_unpin(context)
        });
        next.await
    }

    /// Lets go of a batch of what is over, if the clock can be trusted.
    fn tidy(&self) {
        let now = self.look();
        if now < self.tidy_after.get() {
            return;
        }
        let rules = self.rules(now);
        match self.with(|machine| machine.tidy(&self.database, now, &rules)) {
            Ok(tidied) => self.tidy_soon.set(tidied.has_more),
            Err(()) => self.tidy_after.set(now.saturating_add(LATER)),
        }
    }
}

/// What ended.
enum End {
    Courier,
    Timer,
}

/// The invocations that one alarm may start: one event may make 32 on the platform.
const MOST_CALLS: usize = 30;

/// The milliseconds after which an alarm starts no courier. The platform ends an alarm after 15 minutes.
const MOST_MS: u64 = 5 * 60_000;
