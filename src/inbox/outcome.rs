//! What becomes of an event by the outcome of an attempt. Milliseconds throughout.

use super::breaker::Sign;
use super::cursor::Cursor;
use super::leases::Lease;
use super::outlet::Outlet;
use super::plan::Plan;
use super::states::{Attempt, EventState, Progress};
use super::store::{Store, StoreFault};

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The sequence number of the event.
    pub number: u64,
    /// The number of the attempt.
    pub attempt: u32,
    /// How it ended.
    pub ended: Attempt,
    /// What that says of the destination, if it failed.
    pub sign: Sign,
}

/// What became of an event by an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Became {
    /// It was delivered.
    Delivered,
    /// It is attempted again.
    Pending,
    /// It was given up.
    Dead,
    /// It is not for this destination.
    Filtered,
    /// Nothing: the outcome is late, or the event was finished, forgotten or taken up again.
    Nothing,
}

impl Outlet {
    /// Takes what came of attempts, and writes it down: at most one row for all that were delivered from the log. Where events are gathered,
    /// they were attempted as one.
    ///
    /// # Errors
    /// If the database does not answer. What was not written is as if it had not been reported.
    pub fn report<S: Store>(
        &mut self,
        store: &S,
        outcomes: &[Outcome],
        now: u64,
        plan: &Plan,
    ) -> Result<Vec<Became>, StoreFault> {
        let (before, breaker) = (self.cursor.clone(), self.breaker.clone());
        let are_one = plan.rules(&self.name).is_some_and(|rules| rules.gather > 0);
        let (mut became, mut has_failed) = (Vec::new(), false);
        for outcome in outcomes {
            let counts = !are_one || !has_failed;
            let taken = self.take(store, outcome, counts, now, plan)?;
            has_failed |= matches!(taken, Became::Pending | Became::Dead);
            if matches!(taken, Became::Delivered | Became::Dead | Became::Filtered) {
                self.cursor.unname(outcome.number, outcome.number);
            }
            became.push(taken);
        }
        if self.breaker.broken_since() != breaker.broken_since() || self.breaker.held_until() > breaker.held_until() {
            store.write_breaker(&self.name, &self.breaker, &self.pauses)?;
        }
        let is_reported = |lease: &Lease| {
            outcomes.iter().any(|outcome| outcome.number == lease.number && lease.attempt <= outcome.attempt)
        };
        // Else an object that ends between two probes would make each with an event that no fence holds, and always the same ones. While
        // the destination is open, the next attempt would write it again.
        if self.breaker.broken_since().is_some() && self.under_way.iter().all(is_reported) {
            self.cursor.fence.end();
        }
        if self.cursor != before {
            self.save(store, now)?;
        }
        for outcome in outcomes {
            if self.under_way.get(outcome.number).is_some_and(|lease| lease.attempt <= outcome.attempt) {
                self.under_way.end(outcome.number);
            }
        }
        if let Some(lanes) = &mut self.lanes {
            lanes.prune(&self.cursor);
        }
        Ok(became)
    }

    /// Takes one outcome. If it is a failure, it only `counts` for the destination if that was not counted yet.
    fn take<S: Store>(
        &mut self,
        store: &S,
        outcome: &Outcome,
        counts: bool,
        now: u64,
        plan: &Plan,
    ) -> Result<Became, StoreFault> {
        let lease = self.under_way.get(outcome.number).copied();
        let waiting = store_waiting(store, &self.name, outcome.number, &self.cursor)?;
        let is_open = match &waiting {
            Some(progress) => progress.state.is_pending(),
            None => !self.cursor.is_done(outcome.number),
        };
        let replayed_after = match &waiting {
            Some(progress) => progress.replayed_after,
            None => self.cursor.replayed_after(outcome.number),
        };
        let is_superseded = match (lease, &waiting) {
            // Another attempt at it is under way, which decides.
            (Some(lease), _) => lease.attempt > outcome.attempt,
            // It was reported before, or later attempts were.
            (None, Some(progress)) => {
                // Of an order, one that was under way as the object ended decides.
                let is_earlier = self.lanes.is_some() && outcome.attempt < self.begun(outcome.number, Some(progress));
                outcome.attempt <= progress.attempts || is_earlier
            }
            (None, None) => outcome.attempt < self.cursor.attempts(outcome.number),
        };
        if is_open && !is_superseded {
            self.free_lane(store, outcome.number, waiting.as_ref(), now)?;
        }
        match outcome.ended {
            _ if !is_open || outcome.attempt <= replayed_after => Ok(Became::Nothing),
            // In order, the attempt that is under way decides: the next event must not begin before it ends, even after a restart.
            Attempt::Delivered
                if is_superseded && self.is_decided_later(store, outcome.number, waiting.as_ref())? =>
            {
                Ok(Became::Nothing)
            }
            // An operator named the destination for it meanwhile.
            Attempt::Filtered if self.cursor.is_named(outcome.number) => match is_superseded {
                true => Ok(Became::Nothing),
                false => {
                    self.not_attempted(plan);
                    self.postpone(store, outcome, waiting, now)
                }
            },
            Attempt::Filtered => {
                self.not_attempted(plan);
                self.cursor.exclude(outcome.number);
                // It was to be delivered once, and waits by itself: `Machine::report` removes it.
                if let Some(progress) = waiting {
                    self.cursor.note_attempts(self.begun_by(outcome, &progress));
                    self.release(&progress);
                }
                Ok(Became::Filtered)
            }
            Attempt::Delivered => {
                self.breaker.succeed();
                self.deliver(store, outcome, waiting, now, plan)
            }
            Attempt::Failed { .. } if is_superseded => Ok(Became::Nothing),
            Attempt::Failed { not_before } => {
                let is_probe = self.breaker.broken_since().is_some();
                if outcome.sign == Sign::Stalled {
                    self.stalls.note(now);
                }
                if counts {
                    self.breaker.fail(outcome.number, outcome.sign, not_before, now);
                }
                if is_probe || self.breaker.broken_since().is_some() {
                    self.postpone(store, outcome, waiting, now)
                } else {
                    self.fail(store, outcome, waiting, now, plan)
                }
            }
        }
    }

    fn deliver<S: Store>(
        &mut self,
        store: &S,
        outcome: &Outcome,
        waiting: Option<Progress>,
        now: u64,
        plan: &Plan,
    ) -> Result<Became, StoreFault> {
        match waiting {
            None => self.cursor.finish(outcome.number),
            Some(progress) => {
                let progress = Progress { attempts: self.begun_by(outcome, &progress), ..progress };
                let delivered =
                    progress.attempted(Attempt::Delivered, now, &self.lifecycle(progress.since, now, plan), 0);
                store.set_waiting(&self.name, outcome.number, &delivered)?;
                self.release(&progress);
            }
        }
        Ok(Became::Delivered)
    }

    /// Notes that an attempt that was handed out is not made: it does not count for the rate.
    pub(super) fn not_attempted(&mut self, plan: &Plan) {
        if let Some(rules) = plan.rules(&self.name) {
            self.pace.take_back(rules);
        }
    }

    /// How many attempts at a waiting event may have begun: a later one than that of the outcome, if it is late.
    fn begun_by(&self, outcome: &Outcome, progress: &Progress) -> u32 {
        self.begun(outcome.number, Some(progress)).max(outcome.attempt)
    }

    /// A failed attempt while the destination is broken says nothing of the event: it stays where it is. So does one that was not made.
    fn postpone<S: Store>(
        &mut self,
        store: &S,
        outcome: &Outcome,
        waiting: Option<Progress>,
        now: u64,
    ) -> Result<Became, StoreFault> {
        match waiting {
            None => self.cursor.try_again(outcome.number),
            Some(progress) => {
                let tried = Progress { attempts: self.begun_by(outcome, &progress), due: now, ..progress };
                store.set_waiting(&self.name, outcome.number, &tried)?;
                self.due_from = self.due_from.min(now);
            }
        }
        Ok(Became::Pending)
    }

    /// An event that fails alone waits by itself, and blocks nobody.
    fn fail<S: Store>(
        &mut self,
        store: &S,
        outcome: &Outcome,
        waiting: Option<Progress>,
        now: u64,
        plan: &Plan,
    ) -> Result<Became, StoreFault> {
        let is_new = waiting.is_none();
        let progress = match waiting {
            Some(progress) => Progress { attempts: self.begun_by(outcome, &progress), ..progress },
            None => {
                let accepted = store.accepted_at(outcome.number)?.unwrap_or(now);
                let offered = self.cursor.offered_at(outcome.number, accepted);
                let since = self.cursor.renewed_at(outcome.number).unwrap_or(offered);
                let replayed_after = self.cursor.replayed_after(outcome.number);
                Progress { attempts: outcome.attempt, replayed_after, ..Progress::accepted(since.min(now)) }
            }
        };
        let tried = Progress { tries: progress.tries.saturating_add(1), ..progress };
        let after = tried.attempted(outcome.ended, now, &self.lifecycle(tried.since, now, plan), outcome.number);
        if is_new {
            let queued = self.queued(store, outcome.number, after)?;
            store.put_waiting(&self.name, outcome.number, &queued)?;
            self.cursor.finish(outcome.number);
        } else {
            store.set_waiting(&self.name, outcome.number, &after)?;
        }
        if after.state == EventState::Dead && !is_new {
            self.release(&progress);
        }
        if after.state == EventState::Dead {
            return Ok(Became::Dead);
        }
        self.due_from = self.due_from.min(after.due);
        Ok(Became::Pending)
    }
}

/// The waiting event of that number. What is not done cannot be one, and is not looked for.
fn store_waiting<S: Store>(
    store: &S,
    name: &str,
    number: u64,
    cursor: &Cursor,
) -> Result<Option<Progress>, StoreFault> {
    if cursor.is_done(number) { store.waiting(name, number) } else { Ok(None) }
}
