//! What every attempt said: written with what became of it, and read again for the operator.

use countersign::inbox::{Report, StoreFault};
use countersign::json::{printed, value};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::database::{Database, fault, integer};

impl Database {
    /// The history, the last status and the last error of an event, as the transition under way has them.
    pub(super) fn history_of(&self, number: u64) -> (JsValue, JsValue, JsValue) {
        let mut reports = self.reports.borrow_mut();
        let (own, others): (Vec<_>, Vec<_>) = reports.drain(..).partition(|report| report.number == number);
        *reports = others;
        let Some(last) = own.last() else { return (JsValue::NULL, JsValue::NULL, JsValue::NULL) };
        self.attempts.set(self.attempts.get().saturating_add(own.len() as u64));
        let history = printed(&own.iter().map(Report::to_json).collect::<Value>());
        (history.into(), last.status.into(), last.failure.as_deref().unwrap_or_default().into())
    }

    /// Takes what was reported to what is written with the cursor; so many make a row of their own.
    pub(super) fn keep_reports(&self) -> Result<(), StoreFault> {
        let mut recent = self.recent.borrow_mut();
        let reported = self.reports.take();
        self.attempts.set(self.attempts.get().saturating_add(reported.len() as u64));
        recent.extend(reported);
        let Some(table) = self.logs.borrow().last().map(|table| table.number) else { return Ok(()) };
        if recent.len() < REPORTS {
            return Ok(());
        }
        let numbers = || recent.iter().map(|report| report.number);
        let (first, last) = (numbers().min().unwrap_or_default(), numbers().max().unwrap_or_default());
        let reports = printed(&recent.iter().map(Report::to_json).collect::<Value>());
        let sql = format!("INSERT INTO attempts_{table} (first, last, reports) VALUES (?, ?, ?)");
        self.run(&sql, &[integer(first), integer(last), reports.into()]).map_err(fault)?;
        recent.clear();
        Ok(())
    }

    /// Every attempt at an event that is still known, in the order of their numbers.
    pub(super) fn history(&self, number: u64) -> Result<Vec<Report>, ()> {
        let mut all: Vec<Report> = Vec::new();
        let mut add = |report: Report| {
            let place = all.partition_point(|known| known.attempt < report.attempt);
            if report.number == number {
                all.insert(place, report);
            }
        };
        let mut texts = self.rows("SELECT history FROM waiting WHERE number = ?", &[integer(number)])?;
        // They were written with the events that came then, or soon after.
        for table in self.logs.borrow().iter().filter(|table| table.last.is_none_or(|last| last >= number)).take(3) {
            let sql = format!("SELECT reports FROM attempts_{} WHERE first <= ?1 AND last >= ?1", table.number);
            texts.extend(self.rows(&sql, &[integer(number)])?);
        }
        for text in texts.iter().filter_map(|row| row.get(0).as_string()) {
            value(&text).as_ref().map(Report::read_all).unwrap_or_default().into_iter().for_each(&mut add);
        }
        self.recent.borrow().iter().for_each(|report| add(report.clone()));
        Ok(all)
    }
}

/// So many reports make a row.
const REPORTS: usize = 32;
