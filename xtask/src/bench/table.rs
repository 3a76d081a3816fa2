//! The lines of the table that are rates: all cases and contenders, round by round.

use anyhow::{Context, Result, ensure};

use super::cases::{Case, Contender, Sent};
use super::run::{Line, Speed};
use super::sign::{FRESH, Signer};
use super::stats::ratios;
use super::workers::{Served, Worker};
use super::wrk::{Seen, wrk};
use crate::term::Progress;

/// Connections at a time, wherever it is not their number that is looked at.
pub(super) const CONNECTIONS: u32 = 16;

/// Requests per second, by case, contender and round.
type Rates = Vec<Vec<Vec<f64>>>;

/// Measures all, in so many rounds after one that warms up.
pub(super) fn measure(
    served: &Served,
    signer: &mut Signer,
    cases: &[&Case],
    rounds: usize,
) -> Result<(Vec<Line>, Vec<Speed>)> {
    let mut rates: Rates = cases.iter().map(|case| vec![Vec::new(); case.contenders.len()]).collect();
    for round in 0..=rounds {
        let label = if round == 0 { "warm up".to_owned() } else { format!("round {round} of {rounds}") };
        let progress = Progress::start(&label, None);
        for (case, rates) in cases.iter().zip(&mut rates) {
            // Who comes first changes from round to round.
            for turn in 0..case.contenders.len() {
                let place = (turn + round) % case.contenders.len();
                let (Some(contender), Some(rates)) = (case.contenders.get(place), rates.get_mut(place)) else {
                    continue;
                };
                let seen = second(served, signer, case, *contender, round, CONNECTIONS)?;
                if round > 0 {
                    rates.push(seen.rate);
                }
            }
        }
        progress.done();
    }
    Ok((lines(cases, &rates), speeds(cases, &rates)))
}

/// A second of a case's requests to one contender, each of which has to end as it should.
pub(super) fn second(
    served: &Served,
    signer: &mut Signer,
    case: &Case,
    contender: Contender,
    round: usize,
    connections: u32,
) -> Result<Seen> {
    let script = signer.script(case.sent, case.body)?;
    let url = format!("{}{}", served.url(Worker::of(case, contender))?, case.path(round));
    let seen = wrk(&script, &url, connections).with_context(|| format!("in the case `{}`", case.name))?;
    let as_expected = if case.succeeds() { seen.refusals == 0 } else { seen.refusals == seen.answers };
    ensure!(as_expected, "`{}` in the case `{}`: {seen:?}", contender.name(), case.name);
    let most = FRESH as u64 - u64::from(connections);
    ensure!(case.sent != Sent::Fresh || seen.answers < most, "FRESH is too small for this machine: {seen:?}");
    Ok(seen)
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
                against: against.label().to_owned(),
                aim: *aim,
                digits: 2,
                unit: String::new(),
                values: ratios(ours, theirs),
            });
        }
    }
    lines
}

fn speeds(cases: &[&Case], rates: &Rates) -> Vec<Speed> {
    let mut speeds = Vec::new();
    for (case, rates) in cases.iter().zip(rates) {
        for (contender, rates) in case.contenders.iter().zip(rates) {
            speeds.push(Speed {
                title: case.title.to_owned(),
                contender: contender.label().to_owned(),
                values: rates.clone(),
            });
        }
    }
    speeds
}
