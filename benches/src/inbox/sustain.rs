//! The events per second that an inbox sustains: accepted and delivered at the same rate.
//!
//! A backlog is stored while the destination is paused. Then, for each event that arrives at the origin, one more is sent. So the backlog
//! stays as it is, there always is something to deliver, and what arrives in a while is what is accepted in it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::origin::Origin;
use super::sender::Sender;
use super::serve::{Served, Worker};
use crate::aim::Aim;
use crate::run::Line;
use xtask::demo::Secret;
use xtask::process;
use xtask::term::Progress;

/// One object delivers 200 events a second to an origin that takes 200 ms.
const SUSTAINED: f64 = 200.0;

/// The default of `forward.concurrency`.
pub(crate) const CONCURRENCY: usize = 64;
/// The milliseconds that an origin takes, wherever it is not they that vary.
pub(crate) const USUAL_MS: u64 = 200;

pub(crate) const ORIGINS: [u64; 5] = [0, 50, USUAL_MS, 500, 1000];
pub(crate) const SHARDS: [usize; 4] = [1, 2, 4, 8];
pub(crate) const CONCURRENCIES: [usize; 4] = [16, 32, CONCURRENCY, 128];

/// The Worker's name.
const WORKER: &str = "countersign";

/// Connections of the sender.
const CONNECTIONS: usize = 32;

/// Events in the backlog, for each attempt that may be under way.
const BACKLOG: usize = 5;

/// How often and how long each setup is measured.
pub(crate) struct Extent {
    pub(crate) rounds: usize,
    /// What goes on before.
    pub(crate) ramp: Duration,
    pub(crate) window: Duration,
}

/// That of a full run, and of a quick one.
pub(crate) const FULL: Extent = Extent { rounds: 3, ramp: Duration::from_secs(2), window: Duration::from_secs(5) };
pub(crate) const QUICK: Extent = Extent { rounds: 1, ramp: Duration::from_secs(1), window: Duration::from_secs(3) };

/// The longest time until the last reports are written.
const PATIENCE: Duration = Duration::from_secs(60);

/// A source and its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The milliseconds that the origin takes.
    pub(crate) origin_ms: u64,
    pub(crate) shards: usize,
    pub(crate) concurrency: usize,
}

/// What was sustained in a setup, round by round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sustained {
    pub(crate) setup: Setup,
    /// Events per second.
    pub(crate) rates: Vec<f64>,
    /// The processor time of workerd for an event, in microseconds.
    pub(crate) cpu_us: Vec<f64>,
    /// The share of the time in which workerd ran, and in which it waited for a processor that others had.
    pub(crate) ran: Vec<f64>,
    pub(crate) waited: Vec<f64>,
}

impl Setup {
    /// All that are measured, each once.
    pub(crate) fn all() -> Vec<Self> {
        let usual = Self { origin_ms: USUAL_MS, shards: 1, concurrency: CONCURRENCY };
        let origins = ORIGINS.map(|origin_ms| Self { origin_ms, ..usual });
        let shards = SHARDS.map(|shards| Self { shards, ..usual });
        let concurrencies = CONCURRENCIES.map(|concurrency| Self { concurrency, ..usual });
        let mut all: Vec<Self> = Vec::new();
        for setup in origins.into_iter().chain(shards).chain(concurrencies) {
            if !all.contains(&setup) {
                all.push(setup);
            }
        }
        all
    }

    /// The events per second that the concurrency allows; none for an origin that responds at once.
    pub(crate) fn allowed(&self) -> Option<f64> {
        let attempts = as_f64(self.shards * self.concurrency);
        (self.origin_ms > 0).then(|| attempts / Duration::from_millis(self.origin_ms).as_secs_f64())
    }

    /// The origin's milliseconds, the shards and the concurrency.
    pub(crate) fn name(&self) -> String {
        format!("o{}-s{}-c{}", self.origin_ms, self.shards, self.concurrency)
    }

    /// The source of a round.
    pub(crate) fn source(&self, round: usize) -> String {
        format!("{}-{round}", self.name())
    }

    fn configured(&self, origin: &Origin) -> Value {
        let forward = json!({ "origin": origin.url(self.origin_ms), "sign_with": "ORIGIN_SECRET", "concurrency": self.concurrency });
        json!({
            "scheme": "gemini", "secrets": ["GEMINI_WEBHOOK_SECRET"], "durable": true, "shards": self.shards, "forward": forward,
        })
    }
}

/// Countersign, with a source for each setup and round, in a workerd of its own.
pub(crate) fn serve(dir: &Path, secret: &Secret, origin: &Origin, setups: &[Setup], rounds: usize) -> Result<Served> {
    let sources = setups.iter().flat_map(|setup| (0..rounds).map(move |round| (setup, round)));
    let sources: Map<String, Value> =
        sources.map(|(setup, round)| (setup.source(round), setup.configured(origin))).collect();
    let variables = vec![("SOURCES", Value::Object(sources).to_string())];
    let worker = Worker { name: WORKER, files: &["index.js", "index_bg.wasm", "explain_bg.wasm"], variables };
    Served::start(dir, "deliver", secret, &[worker])
}

/// Stores so many events in a source that is paused.
pub(crate) fn store(served: &Served, source: &str, secret: &Arc<Secret>, events: usize) -> Result<Sender> {
    served.admin(WORKER, "POST", source, "pause")?;
    let sender = Sender::start(&served.address(WORKER)?, source, secret, CONNECTIONS)?;
    for n in 0..events {
        sender.send(format!("{source}-stored-{n}"))?;
    }
    for _ in 0..events {
        sender.taken()?;
        process::stop_if_interrupted();
    }
    Ok(sender)
}

/// Lets a source deliver.
pub(crate) fn resume(served: &Served, source: &str) -> Result<()> {
    served.admin(WORKER, "POST", source, "resume").map(drop)
}

/// Waits until a source has nothing to deliver.
pub(crate) fn wait_until_idle(served: &Served, source: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stats = served.admin(WORKER, "GET", source, "stats")?;
        if stats["pending"] == 0 {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "events are pending {PATIENCE:?} after all arrived: {stats}");
        thread::sleep(process::POLL);
    }
}

/// Measures setups in so many rounds.
pub(crate) fn measure(
    dir: &Path,
    secret: &Arc<Secret>,
    origin: &Origin,
    setups: &[Setup],
    extent: &Extent,
) -> Result<Vec<Sustained>> {
    let rounds = extent.rounds;
    let served = serve(dir, secret, origin, setups, rounds)?;
    let begun = |setup: &Setup| Sustained {
        setup: *setup,
        rates: Vec::new(),
        cpu_us: Vec::new(),
        ran: Vec::new(),
        waited: Vec::new(),
    };
    let mut all: Vec<_> = setups.iter().map(begun).collect();
    for round in 0..rounds {
        let progress = Progress::start(&format!("sustain: round {} of {rounds}", round + 1), None);
        for sustained in &mut all {
            let Seen { rate, ran, waited } = once(&served, secret, origin, sustained.setup, (extent, round))?;
            sustained.rates.push(rate);
            sustained.cpu_us.push(ran * 1e6 / rate);
            sustained.ran.push(ran);
            sustained.waited.push(waited);
        }
        progress.done();
    }
    Ok(all)
}

/// Events per second, and how much of the time workerd ran and waited for a processor.
struct Seen {
    rate: f64,
    ran: f64,
    waited: f64,
}

fn once(
    served: &Served,
    secret: &Arc<Secret>,
    origin: &Origin,
    setup: Setup,
    (extent, round): (&Extent, usize),
) -> Result<Seen> {
    let source = setup.source(round);
    let sender = store(served, &source, secret, setup.shards * setup.concurrency * BACKLOG)?;
    resume(served, &source)?;
    let (from, mut sent) = (Instant::now() + extent.ramp, 0);
    let until = from + extent.window;
    let (mut arrived, mut before) = (0, None);
    loop {
        let now = Instant::now();
        if now >= from && before.is_none() {
            before = Some((now, served.usage()?));
        }
        if now >= until {
            break;
        }
        match origin.arrivals.recv_timeout(until - now) {
            // Those of the source before are none of this one's.
            Ok(arrival) if arrival.id.starts_with(&source) => {
                arrived += usize::from((from..until).contains(&arrival.at));
                sender.send(format!("{source}-more-{sent}"))?;
                sent += 1;
                sender.taken_so_far()?;
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the origin ended"),
        }
        process::stop_if_interrupted();
    }
    let Some((began, (ran, waited))) = before else { bail!("nothing was measured") };
    let (seconds, after) = (began.elapsed().as_secs_f64(), served.usage()?);
    served.admin(WORKER, "POST", &source, "pause")?;
    let share = |before: Duration, after: Duration| after.saturating_sub(before).as_secs_f64() / seconds;
    let rate = as_f64(arrived) / extent.window.as_secs_f64();
    Ok(Seen { rate, ran: share(ran, after.0), waited: share(waited, after.1) })
}

/// The lines of the table: what was sustained, and what the processor time of an event allows.
pub(crate) fn lines(all: &[Sustained]) -> Vec<Line> {
    let usual = Setup { origin_ms: USUAL_MS, shards: 1, concurrency: CONCURRENCY };
    let line = |title: String, aim, values| Line {
        case: "inbox-sustained".to_owned(),
        title,
        against: String::new(),
        aim,
        overall: None,
        digits: 0,
        unit: "/s".to_owned(),
        values,
    };
    let of = |sustained: &Sustained| {
        let title = format!("events per second that one object sustains, origin {USUAL_MS} ms");
        let measured = line(title, Aim::AtLeast(SUSTAINED), sustained.rates.clone());
        [
            measured,
            line("events per second of workerd's processor time then".to_owned(), Aim::Reported, sustained.by_cpu()),
        ]
    };
    all.iter().filter(|sustained| sustained.setup == usual).flat_map(of).collect()
}

impl Sustained {
    /// Events per second of processor time: the limit of a thread that runs all the time.
    pub(crate) fn by_cpu(&self) -> Vec<f64> {
        self.cpu_us.iter().map(|us| 1e6 / us).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}
