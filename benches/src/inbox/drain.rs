//! How fast a backlog drains while fresh events arrive, and how long one of those waits.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::origin::Origin;
use super::sender::Sender;
use super::sustain::{self, CONCURRENCY, Setup, as_f64};
use crate::aim::Aim;
use crate::run::Line;
use xtask::demo::Secret;
use xtask::process;
use xtask::term::Progress;

/// 100,000 pending events drain in 6 minutes, and fewer in as much less.
const EVENTS: f64 = 100_000.0;
const MINUTES: f64 = 6.0;
/// Meanwhile, no fresh event waits longer than this many seconds for its attempt.
const WAIT: f64 = 10.0;

/// The milliseconds that the origin takes.
const ORIGIN_MS: u64 = 50;
/// Between fresh events: 50 a second.
const EVERY: Duration = Duration::from_millis(20);
/// The longest time without an arrival.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stores so many events, and measures until all arrived.
pub(crate) fn measure(dir: &Path, secret: &Arc<Secret>, origin: &Origin, events: usize) -> Result<Vec<Line>> {
    let setup = Setup { origin_ms: ORIGIN_MS, shards: 1, concurrency: CONCURRENCY };
    let served = sustain::serve(dir, secret, origin, &[setup], 1)?;
    let source = setup.source(0);
    let progress = Progress::start(&format!("drain: store {events} events"), None);
    let sender = sustain::store(&served, &source, secret, events)?;
    progress.done();
    let progress = Progress::start(&format!("drain: deliver {events} events"), None);
    let mut drain = Drain::new(origin, sender, source.clone());
    sustain::resume(&served, &source)?;
    let (started, (ran, _)) = (Instant::now(), served.usage()?);
    drain.until_all_arrived(events)?;
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let cpu = served.usage()?.0.saturating_sub(ran).as_secs_f64() / 60.0;
    let wait = drain.longest_wait()?;
    progress.done();
    drain.check()?;
    sustain::wait_until_idle(&served, &source)?;
    let line = |title: String, aim, digits, unit: &str, value| Line {
        case: "inbox-drain".to_owned(),
        title,
        against: String::new(),
        aim,
        overall: None,
        digits,
        unit: unit.to_owned(),
        values: vec![value],
    };
    let aim = MINUTES * as_f64(events) / EVENTS;
    let title = format!("{events} pending events drained, origin {ORIGIN_MS} ms, while 50/s arrive");
    Ok(vec![
        line(title, Aim::AtMost(aim), 2, " min", minutes),
        line("the processor time that takes workerd".to_owned(), Aim::Reported, 2, " min", cpu),
        line("the longest that a fresh event waits meanwhile".to_owned(), Aim::AtMost(WAIT), 1, " s", wait),
    ])
}

struct Drain<'a> {
    origin: &'a Origin,
    sender: Sender,
    source: String,
    /// When each event arrived first, and how often.
    arrived: HashMap<String, (Instant, usize)>,
    /// When each fresh event was taken.
    taken: HashMap<String, Instant>,
    /// How many fresh events were sent.
    fresh: usize,
}

impl<'a> Drain<'a> {
    fn new(origin: &'a Origin, sender: Sender, source: String) -> Self {
        Self { origin, sender, source, arrived: HashMap::new(), taken: HashMap::new(), fresh: 0 }
    }

    /// Sends fresh events until so many that were stored have arrived.
    fn until_all_arrived(&mut self, stored: usize) -> Result<()> {
        let (mut next, mut left) = (Instant::now(), stored);
        while left > 0 {
            while next <= Instant::now() {
                self.sender.send(format!("{}-fresh-{}", self.source, self.fresh))?;
                self.fresh += 1;
                next += EVERY;
            }
            left -= usize::from(self.arrival(next)?);
        }
        Ok(())
    }

    /// Waits for an arrival until then at most; whether it is that of a stored event, for the first time.
    fn arrival(&mut self, until: Instant) -> Result<bool> {
        process::stop_if_interrupted();
        match self.origin.arrivals.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(arrival) if arrival.id.starts_with(&self.source) => {
                let is_stored = arrival.id.contains("-stored-");
                let (_, count) = self.arrived.entry(arrival.id).or_insert((arrival.at, 0));
                *count += 1;
                Ok(is_stored && *count == 1)
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => bail!("the origin ended"),
        }
    }

    /// Waits for all fresh events; the longest that one waited, in seconds.
    fn longest_wait(&mut self) -> Result<f64> {
        while self.taken.len() < self.fresh {
            let taken = self.sender.taken()?;
            self.taken.insert(taken.id, taken.at);
        }
        let deadline = Instant::now() + PATIENCE;
        while !self.taken.keys().all(|id| self.arrived.contains_key(id)) {
            ensure!(Instant::now() < deadline, "a fresh event did not arrive in {PATIENCE:?}");
            self.arrival(Instant::now() + process::POLL)?;
        }
        let wait = |(id, taken): (&String, &Instant)| {
            self.arrived.get(id).map(|(at, _)| at.saturating_duration_since(*taken).as_secs_f64())
        };
        Ok(self.taken.iter().filter_map(wait).fold(0.0, f64::max))
    }

    /// Nothing ended in between, so everything arrives once.
    fn check(&self) -> Result<()> {
        let again = self.arrived.values().filter(|(_, count)| *count > 1).count();
        ensure!(again == 0, "{again} of {} events arrived more than once", self.arrived.len());
        Ok(())
    }
}
