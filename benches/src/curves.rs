//! How the cost grows with the number of senders, the size of the body, and the number of stored ids. Measured like the table.

use anyhow::{Context, Result};

use crate::bundle::Served;
use crate::cases::{CASES, Case, Contender, Sent};
use crate::config::FILL;
use crate::run::{Curve, Point};
use crate::sign::Signer;
use crate::table::{CONNECTIONS, Sending};
use crate::worker::{STORED, Worker, stored};
use xtask::term::Progress;

/// A plot: one case, with one thing about it varied.
pub(crate) struct Plot {
    pub(crate) name: &'static str,
    pub(crate) case: &'static str,
    pub(crate) contenders: &'static [Contender],
    pub(crate) places: &'static [u32],
}

/// All plots, by the names of their files.
pub(crate) const PLOTS: [Plot; 3] = [
    Plot {
        name: "senders",
        case: "forged",
        contenders: &[Contender::Countersign, Contender::Empty, Contender::StandardWebhooks],
        places: &[1, 2, 4, 8, 16, 32, 64, 128, 256],
    },
    Plot {
        name: "size",
        case: "forged",
        contenders: &[Contender::Countersign, Contender::Empty, Contender::StandardWebhooks],
        places: &[100, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20],
    },
    Plot {
        name: "stored",
        case: "inbox",
        contenders: &[Contender::Countersign, Contender::StandardWebhooks],
        places: &STORED,
    },
];

impl Plot {
    /// The case that is varied.
    pub(crate) fn case(&self) -> Result<&'static Case> {
        CASES.iter().find(|case| case.name == self.case).context("a plot of a case that there is not")
    }

    /// Measures in so many rounds, the first of which warms up.
    pub(crate) fn measure(&self, served: &Served, signer: &mut Signer, rounds: usize) -> Result<Vec<Curve>> {
        let case = self.case()?;
        if self.name == "stored" {
            self.fill(served, signer, case, rounds)?;
        }
        let point = |x: &u32| Point { x: f64::from(*x), ..Point::default() };
        let curve = |contender: &Contender| Curve {
            plot: self.name.to_owned(),
            contender: contender.name().to_owned(),
            points: self.places.iter().map(point).collect(),
        };
        let mut curves: Vec<Curve> = self.contenders.iter().map(curve).collect();
        for round in 1..=rounds {
            let progress = Progress::start(&format!("{} {round} of {rounds}", self.name), None);
            for (n, place) in self.places.iter().enumerate() {
                let sending = self.sending(case, *place, round);
                let mut turns: Vec<_> = self.contenders.iter().zip(&mut curves).collect();
                turns.rotate_left(round % self.contenders.len());
                for (contender, curve) in turns {
                    let seen = sending.second(served, signer, case, Worker::of(case, *contender))?;
                    let Some(point) = curve.points.get_mut(n) else { continue };
                    point.rates.push(seen.rate);
                    point.p50.push(seen.p50);
                    point.p99.push(seen.p99);
                }
            }
            progress.done();
        }
        Ok(curves)
    }

    fn sending(&self, case: &Case, place: u32, round: usize) -> Sending {
        let usual = Sending { path: case.path(round), body: case.body, connections: CONNECTIONS };
        match self.name {
            "senders" => Sending { connections: place, ..usual },
            "size" => Sending { body: usize::try_from(place).unwrap_or_default(), ..usual },
            _ => Sending { path: format!("/{}", stored(place, round)), ..usual },
        }
    }

    /// Makes the inboxes, and stores in each what it is to hold.
    fn fill(&self, served: &Served, signer: &Signer, case: &Case, rounds: usize) -> Result<()> {
        for contender in self.contenders {
            let name = Worker::of(case, *contender).name();
            let progress = Progress::start(&format!("fill {name}"), None);
            for (count, round) in self.places.iter().flat_map(|count| (1..=rounds).map(move |round| (*count, round))) {
                // What holds something is the same in all rounds.
                if count == 0 || round == 1 {
                    if count > 0 {
                        // The first event opens the tables.
                        let source = format!("{}/{}", served.url_of(&name)?, stored(count, round));
                        deliver(signer, &source).with_context(|| format!("{source} accepted no event"))?;
                    }
                    let url = format!("{}/{name}/{}/{count}", served.url_of(FILL)?, stored(count, round));
                    ureq::get(&url).call().with_context(|| format!("{url} failed; see build/bench/measure.log"))?;
                }
            }
            progress.done();
        }
        Ok(())
    }
}

/// Sends one event.
fn deliver(signer: &Signer, url: &str) -> Result<()> {
    const BODY: &str = "{}";
    let delivery = signer.deliveries(Sent::Valid, BODY)?.into_iter().flatten();
    delivery.fold(ureq::post(url), |request, (name, value)| request.header(name, value)).send(BODY)?;
    Ok(())
}
