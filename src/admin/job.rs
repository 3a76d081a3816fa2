//! A job that replays events: how far it is in one shard, and over all of them. Milliseconds throughout.

use serde_json::{Value, json};

use super::selection::Selection;

/// How far a replay is in one shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id, the same in every shard.
    pub id: String,
    /// Which events it replays.
    pub selection: Selection,
    /// The events a second that all shards together replay.
    pub rate: u32,
    /// How many shards work on it.
    pub shards: u32,
    /// Whether it goes on.
    pub state: JobState,
    /// How many events it found, once for each destination.
    pub matched: u64,
    /// How many of them are delivered again.
    pub replayed: u64,
    /// How many events it looked at.
    pub looked_at: u64,
    /// When it began.
    pub began_at: u64,
    /// When it ended.
    pub ended_at: Option<u64>,
    /// Who began it.
    pub by: String,
    /// The number of the last event that it looked at.
    pub after: u64,
    /// The number before which events are replayed: what arrived later is none of its.
    pub before: u64,
    /// When it worked last, or began.
    pub worked_at: u64,
    /// When it works again.
    pub due_at: u64,
    /// The time up to which its rate is used up.
    pub paid_until: u64,
}

/// Whether a job goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// It goes on.
    Running,
    /// It has replayed all there was.
    Done,
    /// An operator ended it.
    Cancelled,
}

impl JobState {
    const ALL: [Self; 3] = [Self::Running, Self::Cancelled, Self::Done];

    /// Its name in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Job {
    /// A job that begins now.
    pub fn new((id, by): (String, String), selection: Selection, rate: u32, shards: u32, now: u64) -> Self {
        Self {
            id,
            selection,
            rate,
            shards,
            state: JobState::Running,
            matched: 0,
            replayed: 0,
            looked_at: 0,
            began_at: now,
            ended_at: None,
            by,
            after: 0,
            before: 0,
            worked_at: now,
            due_at: now,
            paid_until: now.saturating_sub(STEP),
        }
    }

    /// When it works again, if it goes on: now, if it worked while the clock was ahead.
    pub fn due(&self, now: u64) -> Option<u64> {
        (self.state == JobState::Running).then_some(if self.is_ahead(now) { now } else { self.due_at })
    }

    const fn is_ahead(&self, now: u64) -> bool {
        self.worked_at > now.saturating_add(STEP)
    }

    /// The time up to which its rate is used up, by this clock.
    const fn paid_until(&self, now: u64) -> u64 {
        if self.is_ahead(now) { now.saturating_sub(STEP) } else { self.paid_until }
    }

    /// How many events it may replay at `now`.
    pub fn allowed(&self, now: u64) -> usize {
        let unpaid = now.saturating_sub(self.paid_until(now)).saturating_mul(u64::from(self.rate));
        let allowed = unpaid.checked_div(u64::from(self.shards).saturating_mul(1000)).unwrap_or(MOST);
        usize::try_from(allowed.min(MOST)).unwrap_or_default()
    }

    /// Notes that it replayed so many, and works again a second later. What it did not use is lost, but for a second of it.
    pub fn pay(&mut self, replayed: u64, now: u64) {
        let paid = self.paid_until(now).saturating_add(self.time_for(replayed));
        self.worked_at = now;
        self.paid_until = paid.max(now.saturating_sub(STEP));
        self.due_at = now.saturating_add(STEP).max(self.paid_until.saturating_add(self.time_for(1)));
    }

    /// Ends it.
    pub const fn end(&mut self, state: JobState, now: u64) {
        (self.state, self.ended_at) = (state, Some(now));
    }

    /// The milliseconds that so many events take at its rate.
    fn time_for(&self, events: u64) -> u64 {
        events.saturating_mul(u64::from(self.shards).saturating_mul(1000)).div_ceil(u64::from(self.rate).max(1))
    }

    /// Parts of one job, added up.
    pub fn sum(parts: &[Self]) -> Option<Self> {
        let mut sum = parts.first()?.clone();
        for part in parts.iter().skip(1) {
            sum.matched = sum.matched.saturating_add(part.matched);
            sum.replayed = sum.replayed.saturating_add(part.replayed);
            sum.looked_at = sum.looked_at.saturating_add(part.looked_at);
            sum.began_at = sum.began_at.min(part.began_at);
            sum.ended_at = sum.ended_at.zip(part.ended_at).map(|(one, other)| one.max(other));
        }
        let is_any = |state: &JobState| parts.iter().any(|part| part.state == *state);
        sum.state = JobState::ALL.into_iter().find(is_any).unwrap_or(JobState::Done);
        Some(sum)
    }

    /// What an operator sees of it.
    pub fn shown(&self) -> Value {
        json!({
            "id": self.id, "state": self.state.as_str(), "filter": self.selection.to_json(),
            "rate": format!("{}/s", self.rate), "matched": self.matched, "replayed": self.replayed,
            "looked_at": self.looked_at, "began_at": self.began_at, "ended_at": self.ended_at, "by": self.by,
        })
    }

    /// All that is stored of it.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id, "filter": self.selection.to_json(), "rate": self.rate, "shards": self.shards,
            "state": self.state.as_str(), "matched": self.matched, "replayed": self.replayed,
            "looked_at": self.looked_at, "began": self.began_at, "ended": self.ended_at, "by": self.by,
            "after": self.after, "before": self.before, "worked": self.worked_at, "due": self.due_at, "paid": self.paid_until,
        })
    }

    /// What [`Job::to_json`] wrote.
    pub fn from_json(json: &Value) -> Option<Self> {
        let number = |name: &str| json.get(name).and_then(Value::as_u64);
        let text = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
        let state = text("state")?;
        Some(Self {
            id: text("id")?,
            selection: Selection::from_json(json.get("filter")?),
            rate: number("rate")?.try_into().ok()?,
            shards: number("shards")?.try_into().ok()?,
            state: JobState::ALL.into_iter().find(|known| known.as_str() == state)?,
            matched: number("matched")?,
            replayed: number("replayed")?,
            looked_at: number("looked_at")?,
            began_at: number("began")?,
            ended_at: number("ended"),
            by: text("by")?,
            after: number("after")?,
            before: number("before")?,
            // Earlier versions do not write it.
            worked_at: number("worked").unwrap_or_default(),
            due_at: number("due")?,
            paid_until: number("paid")?,
        })
    }
}

/// The milliseconds from one step of a job to the next.
const STEP: u64 = 1_000;

/// The events that one step replays.
const MOST: u64 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn job(rate: u32, shards: u32) -> Job {
        Job::new(("7".to_owned(), "operator".to_owned()), Selection::default(), rate, shards, NOW)
    }

    #[test]
    fn it_keeps_to_its_rate_whatever_the_steps_are() {
        for (rate, shards) in [(50, 1), (1, 1), (350, 1), (600, 1), (1000, 1), (7, 3), (900, 5), (100, 64)] {
            let (mut job, mut replayed, mut now) = (job(rate, shards), 0_u64, NOW);
            while now < NOW + 60_000 {
                let allowed = job.allowed(now) as u64;
                replayed += allowed;
                job.pay(allowed, now);
                now = job.due(now).unwrap() + now % 700;
            }
            let most = u64::from(rate) * 62 / u64::from(shards) + 1;
            assert!(replayed <= most, "{replayed} of {most} at {rate}/s over {shards}");
            assert!(replayed * 3 >= most.min(500 * 60), "{replayed} of {most} at {rate}/s over {shards}");
        }
    }

    #[test]
    fn it_goes_on_at_its_rate_once_a_clock_is_put_right_that_was_ahead() {
        let ahead = NOW + 24 * 3_600_000;
        let mut job = Job { due_at: ahead, worked_at: ahead, paid_until: ahead - STEP, ..job(100, 1) };
        assert_eq!((job.due(NOW), job.allowed(NOW)), (Some(NOW), 100), "before its first step");
        job.pay(100, ahead);
        job = Job::from_json(&job.to_json()).unwrap();
        assert_eq!((job.due(ahead), job.allowed(ahead)), (Some(ahead + STEP), 0));
        assert_eq!((job.due(NOW), job.allowed(NOW)), (Some(NOW), 100));
        job.pay(100, NOW);
        assert_eq!((job.due(NOW), job.allowed(NOW)), (Some(NOW + STEP), 0));
        // A slow one waits for its time whatever the clock does.
        let mut slow = super::tests::job(1, 900);
        slow.pay(2, NOW);
        assert_eq!((slow.due(NOW), slow.allowed(NOW)), (Some(NOW + 2 * 900_000 + 900_000 - STEP), 0));
        slow = Job { worked_at: 0, ..slow };
        assert!(slow.due(NOW).is_some_and(|due| due > NOW), "as an earlier version stored it");
    }

    #[test]
    fn it_comes_back_as_it_was_and_parts_add_up() {
        let mut one = Job { matched: 3, replayed: 2, looked_at: 9, after: 7, before: 8, ..job(50, 2) };
        assert_eq!(Job::from_json(&one.to_json()), Some(one.clone()));
        let other = Job { matched: 1, began_at: NOW - 5, ..job(50, 2) };
        one.end(JobState::Done, NOW + 9);
        let sum = Job::sum(&[one.clone(), other.clone()]).unwrap();
        assert_eq!((sum.state, sum.matched, sum.began_at, sum.ended_at), (JobState::Running, 4, NOW - 5, None));
        let mut cancelled = other;
        cancelled.end(JobState::Cancelled, NOW + 11);
        let sum = Job::sum(&[one, cancelled]).unwrap();
        assert_eq!((sum.state, sum.ended_at), (JobState::Cancelled, Some(NOW + 11)));
        assert_eq!(sum.due(NOW), None);
    }
}
