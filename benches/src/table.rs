//! The rates in the table: all cases and contenders, round by round.

use std::ops::RangeInclusive;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bundle::{Bundle, Served};
use crate::cases::{Case, Contender, Sent};
use crate::clock::Clock;
use crate::interleave::Sender;
use crate::run::{Figure, Line};
use crate::sign::{FRESH, Signer};
use crate::stats::{mean, ratios};
use crate::worker::{Worker, workers_of};
use crate::wrk::{Seen, wrk};
use xtask::process;
use xtask::term::Progress;

/// Connections at a time, wherever it is not their number that is looked at.
pub(crate) const CONNECTIONS: u32 = 16;

/// For how long a contender is sent requests in a round, in slices: [`Case::slices`].
const ROUND: Duration = Duration::from_millis(800);

/// The application, which reads what it gets.
const APP: &str = "reader";

const TOO_FAST: &str = "this machine takes more events a second than are signed: raise FRESH";

/// Rounds that one process serves: few, as processes differ by more than rounds.
const PER_PROCESS: usize = 3;

/// Rounds before them that do not count: an engine still compiles and sizes its heap for some ten thousand requests.
pub(crate) const WARM_UP: usize = 3;

/// All rounds of a process.
pub(crate) const OF_PROCESS: usize = WARM_UP + PER_PROCESS;

/// The rounds, process by process. What a process does differs from one to the next: where its memory lies, what is compiled when. In
/// one alone, that luck would be measured.
pub(crate) fn by_process(rounds: usize) -> Vec<RangeInclusive<usize>> {
    let of_one = |first: usize| first..=rounds.min(first + PER_PROCESS - 1);
    (1..=rounds).step_by(PER_PROCESS).map(of_one).collect()
}

/// Requests per second, by case, contender and round.
type Rates = Vec<Vec<Vec<f64>>>;

/// Measures all in so many rounds, by the time that passes or by `cpu`, the processor time of workerd. Each case has processes of its own, which serve its contenders and nobody else: with two dozen Workers
/// in one, what they leave for each other in heap and caches differed by more than is to be told.
pub(crate) fn measure(
    bundle: &Bundle,
    signer: &Signer,
    cases: &[&Case],
    rounds: usize,
    cpu: bool,
) -> Result<(Vec<Line>, Vec<Figure>)> {
    if cases.is_empty() {
        return Ok(Default::default());
    }
    let mut rates: Rates = cases.iter().map(|case| vec![Vec::new(); case.contenders.len()]).collect();
    for (n, part) in by_process(rounds).into_iter().enumerate() {
        let progress = Progress::start(&format!("rounds {} to {} of {rounds}", part.start(), part.end()), None);
        for (case, rates) in cases.iter().zip(&mut rates) {
            let served = serve(bundle, case, n)?;
            let clock = if cpu { Clock::Cpu(served.group.id()) } else { Clock::Wall };
            // A process begins to count anew, so that Countersign has no more sources than it needs.
            for round in 0..WARM_UP + part.clone().count() {
                let counted =
                    self::round(&served, signer, case, round, clock)?.into_iter().filter(|_| round >= WARM_UP);
                rates.iter_mut().zip(counted).for_each(|(rates, rate)| rates.push(rate));
            }
        }
        progress.done();
    }
    Ok((lines(cases, &rates), figures(cases, &rates)))
}

/// The contenders of a case. Which is set up first is another each time.
fn serve(bundle: &Bundle, case: &Case, n: usize) -> Result<Served> {
    let mut workers = workers_of(&[case]);
    workers.rotate_left(n % case.contenders.len());
    bundle.serve("measure", &workers, APP, Stdio::null())
}

/// What each contender does in a case: slices in turn, of which another comes first each time. What each leaves behind is collected at the
/// end, on its own account, so that a round has all of its garbage and none of the one before.
fn round(served: &Served, signer: &Signer, case: &Case, round: usize, clock: Clock) -> Result<Vec<f64>> {
    let requests = signer.requests(case, round)?;
    let connect = |contender: &Contender| Sender::new(&served.url(Worker::of(case, *contender))?, CONNECTIONS, clock);
    let mut senders = case.contenders.iter().map(connect).collect::<Result<Vec<_>>>()?;
    let mut turns: Vec<usize> = (0..senders.len()).collect();
    for _ in 0..case.slices() {
        turns.rotate_left(1);
        for n in &turns {
            let (Some(sender), Some(contender)) = (senders.get_mut(*n), case.contenders.get(*n)) else { continue };
            sender.slice(&requests, ROUND / case.slices()).with_context(|| format!("in the case `{}`", case.name))?;
            if case.succeeds() {
                served.collect_behind(Worker::of(case, *contender), APP)?;
            }
        }
        process::stop_if_interrupted();
    }
    for (sender, contender) in senders.iter_mut().zip(case.contenders) {
        sender.charge(|| served.collect(Worker::of(case, *contender)))?;
        let Sender { answers, refusals, .. } = sender;
        let as_expected = if case.succeeds() { *refusals == 0 } else { refusals == answers };
        ensure!(as_expected, "{contender:?} in the case `{}`: {refusals} of {answers} refused", case.name);
        let fresh = case.sent != Sent::Fresh || sender.sent() <= requests.len();
        ensure!(fresh, TOO_FAST);
    }
    Ok(senders.iter().map(Sender::rate).collect())
}

/// What of a case's requests may be varied, where wrk sends them.
pub(crate) struct Sending {
    pub(crate) path: String,
    /// Bytes of the body.
    pub(crate) body: usize,
    pub(crate) connections: u32,
}

impl Sending {
    /// A second of a case's requests to a Worker, each of which has to end as it should.
    pub(crate) fn second(&self, served: &Served, signer: &mut Signer, case: &Case, worker: Worker) -> Result<Seen> {
        let script = signer.script(case.sent, self.body)?;
        let url = format!("{}{}", served.url(worker)?, self.path);
        let seen = wrk(&script, &url, self.connections).with_context(|| format!("in the case `{}`", case.name))?;
        let as_expected = if case.succeeds() { seen.refusals == 0 } else { seen.refusals == seen.answers };
        ensure!(as_expected, "`{}` in the case `{}`: {seen:?}", worker.name(), case.name);
        let within = seen.answers + u64::from(self.connections) < FRESH;
        ensure!(case.sent != Sent::Fresh || within, TOO_FAST);
        Ok(seen)
    }
}

fn lines(cases: &[&Case], rates: &Rates) -> Vec<Line> {
    let mut lines = Vec::new();
    for (case, rates) in cases.iter().zip(rates) {
        let of = |contender: Contender| case.contenders.iter().zip(rates).find(|(who, _)| **who == contender);
        for (against, aim) in case.aims {
            let (Some((_, ours)), Some((_, theirs))) = (of(Contender::Countersign), of(*against)) else { continue };
            lines.push(Line {
                case: case.name.to_owned(),
                title: case.title.to_owned(),
                against: against.label(case.mode).to_owned(),
                aim: *aim,
                digits: 2,
                unit: String::new(),
                overall: Some(mean(ours) / mean(theirs)),
                values: ratios(ours, theirs),
            });
        }
    }
    lines
}

fn figures(cases: &[&Case], rates: &Rates) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (case, rates) in cases.iter().zip(rates) {
        for (contender, rates) in case.contenders.iter().zip(rates) {
            figures.push(Figure {
                title: case.title.to_owned(),
                contender: contender.label(case.mode).to_owned(),
                digits: 0,
                unit: "/s".to_owned(),
                overall: Some(mean(rates)),
                values: rates.clone(),
            });
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_spread_over_processes() {
        assert_eq!(by_process(6), [1..=3, 4..=6]);
        assert_eq!(by_process(2), [1..=2]);
        assert_eq!(by_process(5), [1..=3, 4..=5]);
        assert_eq!(by_process(0), []);
    }
}
