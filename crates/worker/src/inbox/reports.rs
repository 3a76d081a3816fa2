//! What couriers report, and the events that they get in return.
//!
//! Attempts that end at about the same time are written down together: one row for all of them.

use std::rc::Rc;

use countersign::inbox::{Became, Handout, Machine, Report, UNREADABLE};
use countersign::json::value;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::database::listed;
use super::events::Handed;
use super::log::log_event;
use super::object::{Object, SET_ASIDE};
use crate::clock::Timer;
use crate::executor::{settled, spawn};

/// The milliseconds that a report waits for others, while other attempts are under way.
const TOGETHER_MS: f64 = 20.0;

impl Object {
    /// Takes a courier's reports, JSON of an array, if its token is of this database, and hands it up to `room` events, if it is this
    /// instance's: an array of which events were given up, as text, and the events; or undefined if the reports could not be written. Then
    /// the courier reports again.
    pub(super) async fn report(self: Rc<Self>, token: String, reports: String, room: u32) -> JsValue {
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
        let numbers: Vec<_> = reports.iter().map(|report| report.number).collect();
        if !reports.is_empty() && self.write_with_others(reports).await.is_err() {
            return JsValue::UNDEFINED;
        }
        let (dead, others): (Vec<_>, Vec<_>) =
            self.reported.dead.take().into_iter().partition(|dead| numbers.contains(dead));
        self.reported.dead.replace(others);
        let handed = Array::of1(&listed(&dead).into());
        if self.knows(&token) {
            for event in self.hand_out(room as usize).await {
                handed.push(&event);
            }
        }
        self.work.wake();
        handed.into()
    }

    /// Writes reports down, with those that come soon after.
    async fn write_with_others(self: &Rc<Self>, reports: Vec<Report>) -> Result<(), ()> {
        self.reported.waiting.borrow_mut().extend(reports);
        let under_way = self.machine.borrow().as_ref().map_or(0, |machine| machine.outlet().under_way());
        if under_way <= self.reported.waiting.borrow().len() {
            return self.write_reports();
        }
        let write = self.reported.write.borrow().clone();
        let write = write.unwrap_or_else(|| {
            let object = Rc::clone(self);
            let write = spawn(async move {
                Timer::new(TOGETHER_MS).wait().await;
                object.reported.write.take();
                object.write_reports().is_ok().into()
            });
            self.reported.write.replace(Some(write.clone()));
            write
        });
        settled(write).await.ok().filter(JsValue::is_truthy).map(drop).ok_or(())
    }

    /// Writes down what was reported so far.
    fn write_reports(&self) -> Result<(), ()> {
        let reports = self.reported.waiting.take();
        if reports.is_empty() {
            return Ok(());
        }
        let now = self.look();
        let (lost, ended): (Vec<_>, Vec<_>) =
            reports.into_iter().partition(|report| report.failure.as_deref() == Some(UNREADABLE));
        for report in lost {
            // What was forgotten or buried meanwhile is not under way any more.
            let machine = self.machine.borrow();
            let is_under_way = machine.as_ref().is_some_and(|machine| machine.outlet().is_under_way(report.number));
            drop(machine);
            if is_under_way {
                self.bury(report.number)?;
            }
        }
        let outcomes: Vec<_> = ended.iter().map(Report::outcome).collect();
        let rules = self.rules(now);
        let became = self.with(|machine| {
            self.database.reports.replace(ended.clone());
            machine.report(&self.database, &outcomes, now, &rules)
        })?;
        for (report, became) in ended.iter().zip(became) {
            if became == Became::Dead {
                self.reported.dead.borrow_mut().push(report.number);
            }
        }
        self.arm_for_more(now);
        Ok(())
    }

    /// Sets an event aside that cannot be read.
    pub(super) fn bury(&self, number: u64) -> Result<(), ()> {
        log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
        self.with(|machine| self.set_aside(machine, number).map_err(|()| countersign::inbox::StoreFault))
    }

    /// Takes up to `most` events for a courier.
    async fn hand_out(&self, most: usize) -> Vec<Handed> {
        let now = self.look();
        let rules = self.rules(now);
        let (mut handed, mut buried) = (Vec::new(), Vec::new());
        // One at a time where reading one may end the object: the others must not have been taken up in vain.
        while handed.len() < most {
            let share = if self.careful.get() { 1 } else { most.saturating_sub(handed.len()) };
            let Ok(handouts) = self.with(|machine| machine.hand_out(&self.database, share, now, &rules)) else { break };
            if handouts.is_empty() {
                break;
            }
            for handout in handouts {
                match self.read_carefully(&handout).await {
                    Ok(Some(event)) => handed.push(event),
                    // One that comes again and again would keep the object from everything else.
                    Ok(None) if buried.contains(&handout.number) || self.bury(handout.number).is_err() => {
                        return handed;
                    }
                    Ok(None) => buried.push(handout.number),
                    Err(()) => return handed,
                }
            }
        }
        handed
    }

    /// Reads an event. Where that may end the object, the event is noted on disk before, and the next instance leaves it aside.
    async fn read_carefully(&self, handout: &Handout) -> Result<Option<Handed>, ()> {
        if !self.careful.get() {
            let read = self.database.read_for(handout);
            if read.is_err() {
                // If a page is damaged, the platform ends the object soon. The next instance is careful.
                self.distrust();
            }
            return read;
        }
        self.database.set_reading(Some(handout.number))?;
        settled(self.storage.sync().map_err(drop)?).await.map_err(drop)?;
        let read = self.database.read_for(handout)?;
        self.database.set_reading(None)?;
        Ok(read)
    }
}
