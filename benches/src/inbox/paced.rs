//! Sends events at a constant rate to several sources at once, and measures which arrive and how long that takes.
//!
//! The sources share one workerd and the same seconds, so whatever else the machine does affects all of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::origin::{Arrival, Origin, STALLS};
use super::sender::Sender;
use super::serve::{Served, Worker};
use super::sustain::{Extent, as_f64};
use crate::stats::Quartiles;
use xtask::demo::Secret;
use xtask::process;
use xtask::term::Progress;

/// Events per second to each source.
pub(crate) const RATE: u32 = 80;

/// The milliseconds that an origin takes that is neither down nor stalls.
pub(crate) const ORIGIN_MS: u64 = 50;

/// The extent of a full run, and of a quick one. What goes on before is longer than an attempt may take, so that the first stalled ones have
/// reached the time limit.
pub(crate) const FULL: Extent = Extent { rounds: 3, ramp: Duration::from_secs(15), window: Duration::from_secs(30) };
pub(crate) const QUICK: Extent = Extent { rounds: 1, ramp: Duration::from_secs(12), window: Duration::from_secs(12) };

/// A source that is measured beside others.
pub(crate) struct Load {
    pub(crate) name: &'static str,
    /// Every so many events one stalls until the time limit; none if 0.
    pub(crate) stalls_every: usize,
    /// `forward` or `destinations`.
    pub(crate) delivers: (&'static str, Value),
}

/// What became of a source's events that do not stall, round by round.
#[derive(Default)]
pub(crate) struct Paced {
    /// Events that arrived, per second.
    pub(crate) rates: Vec<f64>,
    /// The median time from sending an event until it arrived, in milliseconds.
    pub(crate) latencies: Vec<f64>,
}

const WORKER: &str = "countersign";

/// Connections of the sender to each source.
const CONNECTIONS: usize = 16;

/// Measures sources beside each other.
pub(crate) fn measure(
    dir: &Path,
    secret: &Arc<Secret>,
    origin: &Origin,
    loads: &[Load],
    extent: &Extent,
) -> Result<Vec<Paced>> {
    let rounds = 0..extent.rounds;
    let configured = |load: &Load| {
        let (key, value) = &load.delivers;
        json!({ "scheme": "gemini", "secrets": ["GEMINI_WEBHOOK_SECRET"], "durable": true, *key: value })
    };
    let sources = loads.iter().flat_map(|load| rounds.clone().map(move |round| (load.source(round), configured(load))));
    let variables = vec![("SOURCES", Value::Object(sources.collect::<Map<_, _>>()).to_string())];
    let worker = Worker { name: WORKER, files: &["index.js", "index_bg.wasm", "explain_bg.wasm"], variables };
    let served = Served::start(dir, "paced", secret, &[worker])?;
    let mut all: Vec<_> = loads.iter().map(|_| Paced::default()).collect();
    for round in rounds {
        let progress = Progress::start(&format!("beside each other: round {} of {}", round + 1, extent.rounds), None);
        let start = |load: &Load| Running::start(&served, secret, load, round);
        let mut running = loads.iter().map(start).collect::<Result<Vec<_>>>()?;
        run(origin, &mut running, extent)?;
        for (paced, running) in all.iter_mut().zip(running) {
            paced.rates.push(as_f64(running.latencies.len()) / extent.window.as_secs_f64());
            paced.latencies.push(Quartiles::of(&running.latencies).median);
        }
        progress.done();
    }
    Ok(all)
}

impl Load {
    fn source(&self, round: usize) -> String {
        format!("{}-{round}", self.name)
    }
}

/// A source in one round.
struct Running {
    source: String,
    stalls_every: usize,
    sender: Sender,
    /// When each event was sent that did not arrive yet.
    sent: HashMap<String, Instant>,
    count: usize,
    /// The milliseconds of each event that arrived within the window.
    latencies: Vec<f64>,
}

impl Running {
    fn start(served: &Served, secret: &Arc<Secret>, load: &Load, round: usize) -> Result<Self> {
        let source = load.source(round);
        let sender = Sender::start(&served.address(WORKER)?, &source, secret, CONNECTIONS)?;
        let stalls_every = load.stalls_every;
        Ok(Self { source, stalls_every, sender, sent: HashMap::new(), count: 0, latencies: Vec::new() })
    }

    fn send(&mut self) -> Result<()> {
        self.count += 1;
        let stalls = self.stalls_every > 0 && self.count.is_multiple_of(self.stalls_every);
        let id = format!("{}-{}{}", self.source, self.count, if stalls { STALLS } else { "" });
        if !stalls {
            self.sent.insert(id.clone(), Instant::now());
        }
        self.sender.send(id)?;
        self.sender.taken_so_far().map(drop)
    }
}

/// Sends to all in turn, and counts what arrives within the window, each event once. If events were sent to two sources at the same time,
/// one would always wait for the other's.
fn run(origin: &Origin, all: &mut [Running], extent: &Extent) -> Result<()> {
    let count = u32::try_from(all.len()).context("more sources than numbers")?;
    let (mut next, mut turn) = (Instant::now(), 0);
    let from = next + extent.ramp;
    let until = from + extent.window;
    while Instant::now() < until {
        process::stop_if_interrupted();
        if next <= Instant::now() {
            let running = all.get_mut(turn).context("no source of that number")?;
            running.send()?;
            turn = (turn + 1) % all.len();
            next += Duration::from_secs(1) / RATE / count;
            continue;
        }
        match origin.arrivals.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(Arrival { id, at }) => {
                let Some(running) = all.iter_mut().find(|running| id.starts_with(&running.source)) else { continue };
                let Some(sent) = running.sent.remove(&id) else { continue };
                if (from..until).contains(&at) {
                    running.latencies.push(at.saturating_duration_since(sent).as_secs_f64() * 1000.0);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the origin ended"),
        }
    }
    let idle = all.iter().find(|running| running.latencies.is_empty());
    idle.map_or(Ok(()), |running| Err(anyhow::anyhow!("nothing of `{}` arrived", running.source))).context("paced")
}
