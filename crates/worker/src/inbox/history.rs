//! What every attempt said: written with what became of it, and read again for the operator.

use countersign::inbox::{Report, StoreFault};
use countersign::json::{printed, value};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::database::{Database, Recent, fault, integer, listed};
use super::waiting::WAITED_FOR;

impl Database {
    /// The history, the last status and the last error of an event at a destination, as the transition under way has them.
    pub(super) fn history_of(&self, destination: &str, number: u64) -> (JsValue, JsValue, JsValue) {
        let mut reports = self.reports.borrow_mut();
        let (own, others): (Vec<_>, Vec<_>) = reports.drain(..).partition(|report| report.number == number);
        *reports = others;
        let Some(last) = own.last() else { return (JsValue::NULL, JsValue::NULL, JsValue::NULL) };
        self.with_recent(destination, |recent| {
            recent.attempts = recent.attempts.saturating_add(own.len() as u64);
        });
        let history = printed(&own.iter().map(Report::to_json).collect::<Value>());
        (history.into(), last.status.into(), last.failure.as_deref().unwrap_or_default().into())
    }

    /// Takes what was reported to what is written with a destination's cursor: the reports, and how many attempts there were. So many make a
    /// row of their own.
    pub(super) fn keep_reports(&self, destination: &str) -> Result<(String, u64), StoreFault> {
        let reported = self.reports.take();
        let (all, attempts) = self.with_recent(destination, |recent| {
            recent.attempts = recent.attempts.saturating_add(reported.len() as u64);
            recent.reports.extend(reported);
            let table = self.logs.borrow().last().map(|table| table.number);
            let full = table.filter(|_| recent.reports.len() >= REPORTS);
            (full.map(|table| (table, std::mem::take(&mut recent.reports))), recent.attempts)
        });
        if let Some((table, reports)) = all {
            let numbers = || reports.iter().map(|report| report.number);
            let (first, last) = (numbers().min().unwrap_or_default(), numbers().max().unwrap_or_default());
            let sql = format!("INSERT INTO attempts_{table} (first, last, reports) VALUES (?, ?, ?)");
            self.run(&sql, &[integer(first), integer(last), list(&reports).into()]).map_err(fault)?;
        }
        Ok((self.with_recent(destination, |recent| list(&recent.reports)), attempts))
    }

    /// What is known of attempts at a destination.
    fn with_recent<T>(&self, destination: &str, work: impl FnOnce(&mut Recent) -> T) -> T {
        let mut all = self.recent.borrow_mut();
        let place = all.iter().position(|recent| recent.destination == destination);
        let place = place.unwrap_or_else(|| {
            all.push(Recent { destination: destination.to_owned(), ..Recent::default() });
            all.len().saturating_sub(1)
        });
        match all.get_mut(place) {
            Some(recent) => work(recent),
            None => work(&mut Recent::default()),
        }
    }

    /// The reports of attempts at events of the log, as far as they are known. One read of each table serves them all.
    pub(super) fn reports_of(&self, numbers: &[u64]) -> Result<Vec<Report>, ()> {
        let is_wanted = |report: &Report| numbers.contains(&report.number);
        let recent = self.recent.borrow();
        let mut all: Vec<_> =
            recent.iter().flat_map(|recent| &recent.reports).filter(|report| is_wanted(report)).cloned().collect();
        let (Some(first), Some(last)) = (numbers.iter().min(), numbers.iter().max()) else { return Ok(all) };
        // They were written with the events that came then, or soon after.
        let logs = self.logs.borrow();
        let from = logs.iter().position(|table| table.last.is_none_or(|end| end >= *first)).unwrap_or_default();
        let to = logs.iter().rposition(|table| table.first <= *last).unwrap_or_default().saturating_add(LATER_TABLES);
        let listed = ["[", &listed(numbers), "]"].concat();
        for table in logs.iter().take(to.saturating_add(1)).skip(from) {
            let sql = format!(
                "SELECT reports FROM attempts_{} WHERE first <= ?1 AND last >= ?2
                   AND EXISTS (SELECT 1 FROM json_each(?3) WHERE value BETWEEN first AND last)",
                table.number
            );
            for row in self.rows(&sql, &[integer(*last), integer(*first), listed.as_str().into()])? {
                let text = row.get(0).as_string().unwrap_or_default();
                all.extend(
                    value(&text).as_ref().map(Report::read_all).unwrap_or_default().into_iter().filter(is_wanted),
                );
            }
        }
        Ok(all)
    }

    /// The latest attempts at a destination that are on disk: some dozens, whatever became of them.
    pub(super) fn latest_attempts(&self, destination: &str) -> Result<Vec<Report>, ()> {
        let sql = format!("SELECT history FROM waiting WHERE destination = ? ORDER BY number DESC LIMIT {LATEST}");
        let mut texts = self.rows(&sql, &[destination.into()])?;
        if let Some(table) = self.logs.borrow().last() {
            let sql = format!("SELECT reports FROM attempts_{} ORDER BY place DESC LIMIT {LATEST}", table.number);
            texts.extend(self.rows(&sql, &[])?);
        }
        let read = |text: String| value(&text).as_ref().map(Report::read_all).unwrap_or_default();
        let mut all: Vec<_> = texts.iter().filter_map(|row| row.get(0).as_string()).flat_map(read).collect();
        all.extend(self.recent.borrow().iter().flat_map(|recent| &recent.reports).cloned());
        all.retain(|report| report.destination == destination);
        Ok(all)
    }

    /// Every attempt at an event that is still known, in the order of their numbers.
    pub(super) fn history(&self, number: u64) -> Result<Vec<Report>, ()> {
        let mut all: Vec<Report> = Vec::new();
        let mut add = |report: Report| {
            let place = all.partition_point(|known| (known.at, known.attempt) < (report.at, report.attempt));
            if report.number == number {
                all.insert(place, report);
            }
        };
        let sql = format!(
            "{WAITED_FOR} SELECT history FROM waited_for CROSS JOIN waiting USING (destination) WHERE number = ?"
        );
        let mut texts = self.rows(&sql, &[integer(number)])?;
        // They were written with the events that came then, or soon after.
        for table in self.logs.borrow().iter().filter(|table| table.last.is_none_or(|last| last >= number)).take(3) {
            let sql = format!("SELECT reports FROM attempts_{} WHERE first <= ?1 AND last >= ?1", table.number);
            texts.extend(self.rows(&sql, &[integer(number)])?);
        }
        for text in texts.iter().filter_map(|row| row.get(0).as_string()) {
            value(&text).as_ref().map(Report::read_all).unwrap_or_default().into_iter().for_each(&mut add);
        }
        let recent = self.recent.borrow();
        recent.iter().flat_map(|recent| &recent.reports).for_each(|report| add(report.clone()));
        Ok(all)
    }
}

fn list(reports: &[Report]) -> String {
    printed(&reports.iter().map(Report::to_json).collect::<Value>())
}

/// How many tables after that of an event may have reports of it.
const LATER_TABLES: usize = 2;

/// So many reports make a row.
const REPORTS: usize = 32;

/// So many rows of attempts are read for the latest ones.
const LATEST: usize = 8;
