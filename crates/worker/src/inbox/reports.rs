//! What couriers report, and the events that they get in return.
//!
//! Attempts that end at about the same time are written down together: one row for all of them.

use std::rc::Rc;

use countersign::inbox::{Became, FILTERED, Handout, Machine, Outlet, Report, Sign, StoreFault, UNMADE, UNREADABLE};
use countersign::json::value;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::events::{Handed, Read};
use super::log::log_event;
use super::object::{Object, SET_ASIDE};
use crate::clock::Timer;
use crate::executor::{settled, spawn};

/// The bytes of bodies after which nothing more is handed out at once: a call returns 32 MiB at most. What an archive may take at once counts
/// on its source's `max_body`, which may have been larger when events were stored.
const MOST_BYTES: f64 = 12.0 * 1024.0 * 1024.0;

/// So many events are taken up before their bytes are counted. The largest have 14 MiB together.
const SHARE: usize = 8;

/// The place of an event's `bytes` among the columns that are handed out.
const BYTES: u32 = 5;

/// The milliseconds that a report waits for others, while other attempts are under way.
const TOGETHER_MS: f64 = 20.0;

impl Object {
    /// Takes a courier's reports, JSON of an array, if its token is of this database, and hands it up to `room` events, for one destination
    /// or for all in turn, if it is this instance's: an array of which events were given up, as text, and the events; or undefined if the
    /// reports could not be written. Then the courier reports again.
    pub(super) async fn report(
        self: Rc<Self>,
        token: String,
        reports: String,
        room: u32,
        destination: Option<String>,
    ) -> JsValue {
        if !self.is_usable() {
            return JsValue::UNDEFINED;
        }
        if !self.made(&token) {
            return Array::of1(&JsValue::from_str("")).into();
        }
        let mut reports = value(&reports).as_ref().map(Report::read_all).unwrap_or_default();
        // What was never handed out would be taken for delivered once an event has its number.
        let next = self.machine.borrow().as_ref().map_or(0, Machine::next);
        reports.retain(|report| (1..next).contains(&report.number));
        let names: Vec<_> = reports.iter().map(dead_name).collect();
        if !reports.is_empty() && self.write_with_others(reports).await.is_err() {
            return JsValue::UNDEFINED;
        }
        let (dead, others): (Vec<_>, Vec<_>) =
            self.reported.dead.take().into_iter().partition(|dead| names.contains(dead));
        self.reported.dead.replace(others);
        let handed = Array::of1(&dead.join(",").into());
        if self.knows(&token) {
            for event in self.hand_out(room as usize, destination.as_deref()).await {
                handed.push(&event);
            }
        }
        self.work.wake();
        handed.into()
    }

    /// Writes reports down, with those that come soon after.
    async fn write_with_others(self: &Rc<Self>, reports: Vec<Report>) -> Result<(), ()> {
        self.reported.waiting.borrow_mut().extend(reports);
        let under_way = |machine: &Machine| machine.outlets().iter().map(Outlet::under_way).sum::<usize>();
        let under_way = self.machine.borrow().as_ref().map_or(0, under_way);
        if under_way <= self.reported.waiting.borrow().len() {
            return self.write_reports();
        }
        let write = self.reported.write.borrow().clone();
        let write = write.unwrap_or_else(|| {
            let object = Rc::clone(self);
            let failures = self.reported.failures.get();
            let write = spawn(async move {
                Timer::new(TOGETHER_MS).wait().await;
                object.reported.write.take();
                let is_written = object.write_reports().is_ok();
                // Whoever had no need to wait may have tried to write these meanwhile.
                (is_written && object.reported.failures.get() == failures).into()
            });
            self.reported.write.replace(Some(write.clone()));
            write
        });
        settled(write).await.ok().filter(JsValue::is_truthy).map(drop).ok_or(())
    }

    /// Writes down what was reported so far.
    fn write_reports(self: &Rc<Self>) -> Result<(), ()> {
        let reports = self.reported.waiting.take();
        if reports.is_empty() {
            return Ok(());
        }
        let written = self.write_all(reports);
        if written.is_err() {
            self.reported.failures.set(self.reported.failures.get().wrapping_add(1));
        }
        written
    }

    fn write_all(self: &Rc<Self>, reports: Vec<Report>) -> Result<(), ()> {
        let now = self.look();
        let reports = self.take_back(reports, now)?;
        let (lost, ended): (Vec<_>, Vec<_>) =
            reports.into_iter().partition(|report| report.failure.as_deref() == Some(UNREADABLE));
        for report in lost {
            // What was forgotten or buried meanwhile is not under way any more.
            let machine = self.machine.borrow();
            let is_under_way = machine
                .as_ref()
                .is_some_and(|machine| machine.outlets().iter().any(|outlet| outlet.is_under_way(report.number)));
            drop(machine);
            if is_under_way {
                self.bury(report.number)?;
            }
        }
        let mut left = ended;
        while let Some(first) = left.first() {
            let destination = first.destination.clone();
            let (same, others) = left.into_iter().partition(|report| report.destination == destination);
            self.write_of(&destination, same, now)?;
            left = others;
        }
        self.arm_for_more(now);
        self.notify();
        Ok(())
    }

    /// Takes back the attempts that were not made; the other reports.
    fn take_back(&self, reports: Vec<Report>, now: u64) -> Result<Vec<Report>, ()> {
        let (unmade, others): (Vec<_>, _) =
            reports.into_iter().partition(|report| report.failure.as_deref() == Some(UNMADE));
        let plan = self.plan(now);
        self.with(|machine| {
            for Report { destination, number, attempt, .. } in unmade {
                machine.take_back(&destination, number, attempt, &plan);
            }
            Ok(())
        })?;
        Ok(others)
    }

    /// Writes down what was reported of one destination.
    fn write_of(&self, destination: &str, ended: Vec<Report>, now: u64) -> Result<(), ()> {
        let mut outcomes: Vec<_> = ended.iter().map(Report::outcome).collect();
        if self.is_for_alerts() {
            // Alerts are alike, and few: a receiver that refuses one three times in a row is down.
            outcomes
                .iter_mut()
                .filter(|outcome| outcome.sign != Sign::Busy)
                .for_each(|outcome| outcome.sign = Sign::Silent);
        }
        let plan = self.plan(now);
        let became = self.with(|machine| {
            let Some(place) = machine.place(destination) else { return Ok(Vec::new()) };
            // No attempt was made at what turned out not to be for the destination.
            let attempts = ended.iter().filter(|report| report.failure.as_deref() != Some(FILTERED));
            self.database.reports.replace(attempts.cloned().collect());
            let became = machine.report(&self.database, place, &outcomes, now, &plan)?;
            let is_broken =
                machine.outlets().get(place).is_some_and(|outlet| outlet.breaker().broken_since().is_some());
            let why = ended.iter().rev().find_map(|report| report.failure.as_deref()).filter(|_| is_broken);
            why.map_or(Ok(()), |why| self.database.set_why(destination, why)).map_err(|()| StoreFault)?;
            Ok(became)
        })?;
        let made = ended.iter().filter(|report| report.failure.as_deref() != Some(FILTERED));
        self.reported.note_latency(destination, made);
        let dead = became.iter().filter(|became| **became == Became::Dead).count() as u64;
        if dead > 0 {
            self.note_dead(destination, dead);
        }
        for (report, became) in ended.iter().zip(became) {
            match became {
                Became::Dead => self.reported.dead.borrow_mut().push(dead_name(report)),
                Became::Filtered => {
                    let condition = report.answer.as_deref().unwrap_or_default();
                    self.database.note_filtered(report.number, destination, condition)?;
                }
                Became::Delivered | Became::Pending | Became::Nothing => {}
            }
        }
        Ok(())
    }

    /// Sets an event aside that cannot be read.
    pub(super) fn bury(&self, number: u64) -> Result<(), ()> {
        log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
        let given_up = self.with(|machine| self.set_aside(machine, number).map_err(|()| StoreFault))?;
        given_up.iter().for_each(|destination| self.note_dead(destination, 1));
        Ok(())
    }

    /// Takes up to `most` events for a courier.
    async fn hand_out(&self, most: usize, destination: Option<&str>) -> Vec<Handed> {
        let now = self.look();
        let plan = self.plan(now);
        let (mut handed, mut buried, mut bytes) = (Vec::new(), Vec::new(), 0.0);
        // One at a time where reading one may end the object: the others must not have been taken up in vain.
        while handed.len() < most && bytes < MOST_BYTES {
            let share = if self.careful.get() { 1 } else { most.saturating_sub(handed.len()).min(SHARE) };
            let handouts = self.with(|machine| {
                let place = destination.map(|name| machine.place(name).unwrap_or(usize::MAX));
                let handouts = machine.hand_out(&self.database, place, share, now, &plan)?;
                let name = |place: usize| machine.outlets().get(place).map(|outlet| outlet.name().to_owned());
                Ok(handouts.into_iter().filter_map(|handout| Some((name(handout.place)?, handout))).collect::<Vec<_>>())
            });
            let Ok(handouts) = handouts else { break };
            if handouts.is_empty() {
                break;
            }
            let before = buried.clone();
            for (name, handout) in handouts {
                match self.read_carefully(&handout, &name).await {
                    Ok(Read::Event(event)) => {
                        bytes += event.row().get(BYTES).as_f64().unwrap_or_default();
                        handed.push(event);
                    }
                    Ok(Read::Filtered) => {
                        let (place, number) = (handout.place, handout.number);
                        let passed = self.with(|machine| machine.pass_by(&self.database, place, number, now, &plan));
                        if passed.is_err() {
                            return handed;
                        }
                    }
                    // One that comes again and again would keep the object from everything else.
                    Ok(Read::Damaged) if before.contains(&handout.number) => return handed,
                    // It was taken for another destination too.
                    Ok(Read::Damaged) if buried.contains(&handout.number) => {}
                    Ok(Read::Damaged) if self.bury(handout.number).is_err() => return handed,
                    Ok(Read::Damaged) => buried.push(handout.number),
                    Err(()) => return handed,
                }
            }
        }
        handed
    }

    /// Reads an event. Where that may end the object, the event is noted on disk before, and the next instance leaves it aside. One that
    /// cannot be read, and does not end the object, is damaged: it would come again and again.
    async fn read_carefully(&self, handout: &Handout, destination: &str) -> Result<Read, ()> {
        if !self.careful.get() {
            let read = self.database.read_for(handout, destination);
            if read.is_err() {
                // If a page is damaged, the platform ends the object soon. The next instance is careful.
                self.distrust();
            }
            return read;
        }
        self.database.set_reading(Some(handout.number))?;
        settled(self.storage.sync().map_err(drop)?).await.map_err(drop)?;
        let read = self.database.read_for(handout, destination).unwrap_or(Read::Damaged);
        self.database.set_reading(None)?;
        Ok(read)
    }
}

/// How couriers are told that an event was given up.
fn dead_name(report: &Report) -> String {
    [&report.destination, "/", &report.number.to_string()].concat()
}
