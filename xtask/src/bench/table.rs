//! The lines of the table that are rates: all cases and contenders, round by round.

use anyhow::{Context, Result, ensure};

use super::cases::{Case, Contender, Sent};
use super::run::{Figure, Line};
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
) -> Result<(Vec<Line>, Vec<Figure>)> {
    let mut rates: Rates = cases.iter().map(|case| vec![Vec::new(); case.contenders.len()]).collect();
    for round in 0..=rounds {
        let label = if round == 0 { "warm up".to_owned() } else { format!("round {round} of {rounds}") };
        let progress = Progress::start(&label, None);
        for (case, rates) in cases.iter().zip(&mut rates) {
            let sending = Sending { path: case.path(round), body: case.body, connections: CONNECTIONS };
            let mut turns: Vec<_> = case.contenders.iter().zip(rates).collect();
            // Who comes first changes from round to round.
            turns.rotate_left(round % case.contenders.len());
            for (contender, rates) in turns {
                let seen = sending.second(served, signer, case, Worker::of(case, *contender))?;
                if round > 0 {
                    rates.push(seen.rate);
                }
            }
        }
        progress.done();
    }
    Ok((lines(cases, &rates), figures(cases, &rates)))
}

/// What of a case's requests may be varied.
pub(super) struct Sending {
    pub(super) path: String,
    /// Bytes of the body.
    pub(super) body: usize,
    pub(super) connections: u32,
}

impl Sending {
    /// A second of a case's requests to a Worker, each of which has to end as it should.
    pub(super) fn second(&self, served: &Served, signer: &mut Signer, case: &Case, worker: Worker) -> Result<Seen> {
        let script = signer.script(case.sent, self.body)?;
        let url = format!("{}{}", served.url(worker)?, self.path);
        let seen = wrk(&script, &url, self.connections).with_context(|| format!("in the case `{}`", case.name))?;
        let as_expected = if case.succeeds() { seen.refusals == 0 } else { seen.refusals == seen.answers };
        ensure!(as_expected, "`{}` in the case `{}`: {seen:?}", worker.name(), case.name);
        let within = seen.answers + u64::from(self.connections) < FRESH;
        ensure!(
            case.sent != Sent::Fresh || within,
            "this machine takes more than {FRESH} events a second: raise FRESH"
        );
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
                values: rates.clone(),
            });
        }
    }
    figures
}
