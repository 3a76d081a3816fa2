//! Accepting: beside a Durable Object by hand, and in a full shard beside an empty one.
//!
//! The destination never responds, so one delivery is under way and none slows accepting down. The contenders get slices of time in turn.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::serve::{Served, Worker};
use crate::aim::Aim;
use crate::clock::Clock;
use crate::interleave::Sender;
use crate::run::{Figure, Line};
use crate::sign::{Signer, now};
use crate::stats::{mean, ratios};
use crate::table::CONNECTIONS;
use xtask::demo::Secret;
use xtask::process;
use xtask::term::Progress;

/// The insert alone, by hand and without a check of the signature; the same behind npm `standardwebhooks`; ours, in an empty and a full shard.
const CONTENDERS: [&str; 4] = ["insert-alone", "by-hand", "empty", "full"];

/// Storing costs no more time than in a Worker written by hand.
const BY_HAND: f64 = 1.0;
/// In a shard with a million ids, it costs at most 1.2 times as much.
const STORED: f64 = 1.2;

/// Events of one round, more than are accepted in it.
const EVENTS: usize = 12_000;

/// Slices of a contender in a round.
const SLICES: u32 = 16;
const SLICE: Duration = Duration::from_millis(50);

const SOURCES: &str = r#"{"gemini":{"scheme":"gemini","secrets":["GEMINI_WEBHOOK_SECRET"],"durable":true,"forward":{"service":"NEVER","timeout":"5m","concurrency":1}}}"#;

/// How often it is measured, and what is stored before.
pub(crate) struct Extent {
    pub(crate) rounds: usize,
    /// Events of each contender that do not count: for some ten thousand, an engine compiles what is hot.
    pub(crate) warm_up: usize,
    /// Ids in the full shard.
    pub(crate) stored: u32,
}

/// Measures in so many rounds; by workerd's processor time, if `cpu` says so.
pub(crate) fn measure(dir: &Path, secret: &Secret, extent: &Extent, cpu: bool) -> Result<(Vec<Line>, Vec<Figure>)> {
    let served = Served::start(dir, "accept", secret, &workers())?;
    let Extent { rounds, warm_up, stored } = *extent;
    fill(&served, secret, stored)?;
    let clock = if cpu { served.cpu() } else { Clock::Wall };
    let mut rates = vec![Vec::new(); CONTENDERS.len()];
    let progress = Progress::start(&format!("accept: warm up with {warm_up} events"), None);
    let (mut round, mut accepted) = (0, 0);
    while accepted < warm_up {
        let senders = self::round(&served, secret, round, clock)?;
        accepted += senders.iter().map(|sender| sender.answers).min().unwrap_or_default();
        round += 1;
    }
    progress.done();
    let progress = Progress::start(&format!("accept: {rounds} rounds"), None);
    for round in (round..).take(rounds) {
        let senders = self::round(&served, secret, round, clock)?;
        rates.iter_mut().zip(&senders).for_each(|(rates, sender)| rates.push(sender.rate()));
    }
    progress.done();
    let [insert, by_hand, empty, full] = rates.as_slice() else { anyhow::bail!("four contenders") };
    let line = |title: &str, against: &str, aim: Aim, before: &Vec<f64>, ours: &Vec<f64>| Line {
        case: "inbox-accept".to_owned(),
        title: title.to_owned(),
        against: against.to_owned(),
        aim,
        overall: Some(mean(before) / mean(ours)),
        digits: 2,
        unit: String::new(),
        values: ratios(before, ours),
    };
    let lines = vec![
        line("time to accept", "`standardwebhooks` and a Durable Object by hand", Aim::AtMost(BY_HAND), by_hand, empty),
        line("time to accept", "the insert alone, by hand", Aim::Reported, insert, empty),
        line(&format!("time to accept with {stored} ids stored"), "an empty object", Aim::AtMost(STORED), empty, full),
    ];
    let figure = |(name, values): (&str, &Vec<f64>)| Figure {
        title: "accept, 400 B".to_owned(),
        contender: name.to_owned(),
        overall: Some(mean(values)),
        digits: 0,
        unit: "/s".to_owned(),
        values: values.clone(),
    };
    let names =
        ["the insert alone, by hand", "`standardwebhooks`, Durable Object by hand", "Countersign", "Countersign, full"];
    Ok((lines, names.into_iter().zip(&rates).map(figure).collect()))
}

fn workers() -> Vec<Worker> {
    let ours = &["countersign-inbox.js", "index.js", "index_bg.wasm", "explain_bg.wasm"];
    let of = |name: &'static str| {
        let (files, variables): (&[&str], _) = match name {
            "insert-alone" => (&["inbox.js"], vec![]),
            "by-hand" => {
                (&["standardwebhooks.js"], vec![("MODE", "inbox".to_owned()), ("SOURCE", "gemini".to_owned())])
            }
            _ => (ours, vec![("SOURCES", SOURCES.to_owned())]),
        };
        Worker { name, files, variables }
    };
    CONTENDERS.map(of).into()
}

/// Waits for workerd, sends the last contender an event, which opens its tables, and fills them.
fn fill(served: &Served, secret: &Secret, stored: u32) -> Result<()> {
    let progress = Progress::start(&format!("store {stored} ids"), None);
    let full = served.address("full")?;
    let deadline = Instant::now() + Duration::from_secs(120);
    let fill = |ids: u32| ureq::get(&format!("http://{full}/__fill?ids={ids}")).call();
    while let Err(error) = fill(0) {
        ensure!(Instant::now() < deadline, "workerd does not respond: {error}; see build/bench-inbox/accept.log");
        std::thread::sleep(process::POLL);
    }
    let (at, body) = (now()?, "{}");
    let signature = secret.sign("msg_first", at, body)?;
    let first = ureq::post(&format!("http://{full}/gemini"))
        .header("webhook-id", "msg_first")
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", &signature);
    first.send(body).context("the first event was not accepted")?;
    fill(stored)?;
    progress.done();
    Ok(())
}

/// What each contender does in slices in turn, of which another comes first each time.
fn round(served: &Served, secret: &Secret, round: usize, clock: Clock) -> Result<Vec<Sender>> {
    let requests = requests(secret, round)?;
    let connect = |name: &&str| Sender::new(&served.address(name)?, CONNECTIONS, clock);
    let mut senders = CONTENDERS.iter().map(connect).collect::<Result<Vec<_>>>()?;
    let mut turns: Vec<usize> = (0..senders.len()).collect();
    for _ in 0..SLICES {
        turns.rotate_left(1);
        for n in &turns {
            let Some((sender, name)) = senders.get_mut(*n).zip(CONTENDERS.get(*n)) else { continue };
            sender.slice(&requests, SLICE).with_context(|| format!("`{name}` accepts nothing"))?;
        }
        process::stop_if_interrupted();
    }
    for (name, sender) in CONTENDERS.iter().zip(&senders) {
        ensure!(sender.refusals == 0, "`{name}` refused {} of {} events", sender.refusals, sender.answers);
        ensure!(
            sender.sent() <= requests.len(),
            "this machine takes more events a second than are signed: raise EVENTS"
        );
    }
    Ok(senders)
}

/// Events of their own for each round, signed before it begins.
fn requests(secret: &Secret, round: usize) -> Result<Vec<Vec<u8>>> {
    let (at, body) = (now()?, Signer::body(400));
    let request = |n: usize| {
        let id = format!("msg_{at}_{round}_{n}");
        let signature = secret.sign(&id, at, &body)?;
        let head = format!(
            "POST /gemini HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\nwebhook-id: {id}\r\n\
             webhook-timestamp: {at}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
            body.len()
        );
        Ok(head.into_bytes())
    };
    (0..EVENTS).map(request).collect()
}
