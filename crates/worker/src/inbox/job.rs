//! The job that replays this object's events, a step an alarm.

use countersign::admin::{Job, JobState, Order};
use countersign::inbox::{Machine, Ranges, Replayed, StoreFault};
use countersign::json::{printed, value};
use serde_json::{Value, json};

use super::object::{LATER, Object};
use super::scan::{Scan, Scanned};
use crate::clock;

impl Object {
    /// When the job goes on, if there is one.
    pub(super) fn job_at(&self, now: u64) -> Option<u64> {
        // A time that is further off was set while the clock was ahead.
        let after = Some(self.job_after.get()).filter(|after| *after <= now.saturating_add(LATER));
        let due = self.job.borrow().as_ref().and_then(|job| job.due(now));
        due.map(|due| due.max(after.unwrap_or_default()))
    }

    /// Reads the job that was under way.
    pub(super) fn load_job(&self) -> Result<(), ()> {
        let text = self.database.meta("job")?.and_then(|text| text.as_string());
        self.job.replace(text.and_then(|text| value(&text)).as_ref().and_then(Job::from_json));
        Ok(())
    }

    /// Begins, cancels or shows a job: `begin` has one, `cancel` an id. Answers with the job there is then, as JSON, and whether the order
    /// was `done`.
    pub(super) fn order_job(&self, asked: &Value) -> Result<Value, ()> {
        let now = clock::now_ms();
        let known = self.job.borrow().clone();
        let is_running = known.as_ref().is_some_and(|job| job.state == JobState::Running);
        let mut done = true;
        if let Some(mut job) = asked.get("begin").and_then(Job::from_json) {
            done = !is_running;
            if done {
                job.before = self.machine.borrow().as_ref().map_or(0, Machine::next);
                self.write_job(job)?;
            }
        } else if let Some(id) = asked.get("cancel").and_then(Value::as_str) {
            let cancelled = known.filter(|job| is_running && job.id == id);
            done = cancelled.is_some();
            if let Some(mut job) = cancelled {
                job.end(JobState::Cancelled, now);
                self.write_job(job)?;
            }
        }
        Ok(json!({ "done": done, "job": self.job.borrow().as_ref().map(Job::to_json) }))
    }

    /// Does a step of the job, if it is time. If it fails, the next alarms do without: deliveries go on beside a job that cannot.
    pub(super) fn advance_job(&self, now: u64) -> Result<(), ()> {
        if self.job_at(now).is_none_or(|due| due > now) {
            return Ok(());
        }
        self.step_job(now).inspect_err(|()| self.job_after.set(now.saturating_add(LATER)))
    }

    /// Does a step of the job. All of it is written at once, so none of it is done twice.
    fn step_job(&self, now: u64) -> Result<(), ()> {
        let Some(mut job) = self.job.borrow().clone() else { return Ok(()) };
        let most = job.allowed(now);
        let is_full =
            self.with(|machine| Ok(machine.outlets().iter().any(|outlet| outlet.cursor().renewed() > MOST_RENEWED)))?;
        if most == 0 || is_full {
            job.pay(0, now);
            return self.write_job(job);
        }
        let (scanned, replayed) = self.with(|machine| {
            let scan = Scan {
                selection: &job.selection,
                order: Order::Old,
                after: Some(job.after),
                newer_than: 0,
                before: job.before,
                limit: most,
            };
            let scanned = self.scan(machine, &scan).map_err(|()| StoreFault)?;
            let replayed = self.replay_found(machine, &scanned, now)?;
            // Once: step by step, it would have a destination attempted that asks for time.
            if job.matched == 0 {
                let places = scanned.found.iter().flat_map(|found| &found.places);
                places.for_each(|place| machine.attempt_now(*place, now));
            }
            Ok((scanned, replayed))
        })?;
        job.looked_at = job.looked_at.saturating_add(scanned.looked_at);
        job.matched = job.matched.saturating_add(scanned.count());
        job.replayed = job.replayed.saturating_add(replayed);
        job.pay(scanned.count(), now);
        match scanned.next {
            Some((number, _)) => job.after = number,
            None => job.end(JobState::Done, now),
        }
        self.write_job(job)
    }

    /// Replays what was found; how many.
    fn replay_found(&self, machine: &mut Machine, scanned: &Scanned, now: u64) -> Result<u64, StoreFault> {
        let mut replayed = 0_u64;
        let mut in_log = vec![Ranges::default(); machine.outlets().len()];
        for found in &scanned.found {
            let number = found.event.number;
            for place in &found.places {
                let is_again = if found.event.is_waiting(*place) {
                    machine.replay(&self.database, (*place, false), number, now)? == Replayed::Yes
                } else {
                    if let Some(numbers) = in_log.get_mut(*place) {
                        numbers.insert(number, number);
                    }
                    true
                };
                replayed = replayed.saturating_add(u64::from(is_again));
            }
        }
        for (place, numbers) in in_log.iter().enumerate() {
            if numbers.last().is_some() {
                machine.replay_numbers(&self.database, place, numbers, now)?;
            }
        }
        Ok(replayed)
    }

    fn write_job(&self, job: Job) -> Result<(), ()> {
        self.database.set_meta("job", &printed(&job.to_json()).into())?;
        self.job.replace(Some(job));
        Ok(())
    }
}

/// A job waits while a destination has more ranges of replayed events than this in its backlog: each attempt writes them.
const MOST_RENEWED: usize = 1_000;
