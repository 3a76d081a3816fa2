//! Cold starts and memory, each in its own process.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::aim::Aim;
use crate::bundle::Bundle;
use crate::cases::{CASES, Contender, Mode, Sent};
use crate::run::{Figure, Line};
use crate::sign::Signer;
use crate::stats::ratios;
use crate::table::Sending;
use crate::worker::Worker;
use xtask::process::Group;
use xtask::size::{Size, kilobytes};
use xtask::term::Progress;

/// The names of what is measured here.
pub(crate) const COLD: &str = "start";
pub(crate) const MEMORY: &str = "memory";
pub(crate) const WASM: &str = "wasm";

/// Who is started. The second does nothing, and says that it delivered.
const STARTED: [Worker; 2] = [
    Worker { contender: Contender::Countersign, mode: Mode::Pass, answer: "" },
    Worker { contender: Contender::Empty, mode: Mode::Pass, answer: "delivered" },
];

/// How long a start may take.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long memory is looked at.
pub(crate) const SECONDS: usize = 3;
/// How often it is tried whether workerd listens: a part of what is measured, so a small one.
const TRY: Duration = Duration::from_micros(200);

/// How long it takes from the start of the process to its first answer, beyond what it takes with an empty Worker.
pub(crate) fn cold(bundle: &Bundle, signer: &Signer, starts: usize) -> Result<(Line, Vec<Figure>)> {
    const FIRST_ANSWER: &str = "process start to first verified answer";
    let progress = Progress::start(&format!("{starts} cold starts"), None);
    let mut times = [Vec::new(), Vec::new()];
    // The first is that of a cold disk.
    for start in 0..=starts {
        for (worker, times) in STARTED.into_iter().zip(&mut times) {
            let took = first_answer(bundle, worker, &request(signer)?)?;
            if start > 0 {
                times.push(took.as_secs_f64() * 1000.0);
            }
        }
    }
    progress.done();
    let [ours, empty] = &times;
    let line = Line {
        case: COLD.to_owned(),
        title: format!("cold start: {FIRST_ANSWER}, minus the empty Worker's"),
        against: String::new(),
        aim: Aim::AtMost(20.0),
        overall: None,
        digits: 1,
        unit: " ms".to_owned(),
        values: ours.iter().zip(empty).map(|(ours, empty)| ours - empty).collect(),
    };
    Ok((line, figures(FIRST_ANSWER, 1, "ms", &times)))
}

/// A signed delivery, as it goes over the wire.
fn request(signer: &Signer) -> Result<String> {
    let body = Signer::body(400);
    let delivery = signer.deliveries(Sent::Valid, &body)?.pop().context("no delivery")?;
    let headers: String = delivery.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    Ok(format!(
        "POST /gemini HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    ))
}

fn first_answer(bundle: &Bundle, worker: Worker, request: &str) -> Result<Duration> {
    let (mut workerd, ports) = bundle.compiled("start", worker, "noop")?;
    let port = ports.get(&worker.name()).copied().context("no port")?;
    let started = Instant::now();
    let mut group = Group::spawn(workerd.stdout(Stdio::null()))?;
    let mut connection = loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(connection) => break connection,
            Err(error) => {
                ensure!(group.ended()?.is_none(), "workerd ended; see start.log in {}", bundle.dir.display());
                ensure!(started.elapsed() < START_LIMIT, "workerd does not listen: {error}");
                thread::sleep(TRY);
            }
        }
    };
    connection.set_read_timeout(Some(START_LIMIT))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).context("workerd does not answer")?;
    let took = started.elapsed();
    let status = String::from_utf8_lossy(&answer);
    ensure!(status == "HTTP/1.1 200", "{} answers {status}", worker.name());
    Ok(took)
}

/// How much memory workerd takes at its peak, while bodies of 1 MiB arrive 32 at a time.
pub(crate) fn memory(bundle: &Bundle, signer: &mut Signer, rounds: usize) -> Result<(Line, Vec<Figure>)> {
    const TITLE: &str = "memory of workerd, 1 MiB deliveries, 32 at a time";
    let progress = Progress::start("memory", None);
    let case = CASES.iter().find(|case| case.name == "valid").context("no case `valid`")?;
    let sending = Sending { path: case.path(0), body: 1 << 20, connections: 32 };
    let mut peaks = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (worker, peaks) in STARTED.into_iter().zip(&mut peaks) {
            let served = bundle.serve("memory", &[worker], "noop", Stdio::null())?;
            for _ in 0..SECONDS {
                sending.second(&served, signer, case, worker)?;
            }
            peaks.push(peak(&served.group)?);
        }
    }
    progress.done();
    let [ours, empty] = &peaks;
    let line = Line {
        case: MEMORY.to_owned(),
        title: TITLE.to_owned(),
        against: Contender::Empty.label(Mode::Pass).to_owned(),
        aim: Aim::Reported,
        overall: None,
        digits: 2,
        unit: String::new(),
        values: ratios(ours, empty),
    };
    Ok((line, figures(TITLE, 0, "MiB", &peaks)))
}

/// The most that a process had in memory, in MiB.
fn peak(group: &Group) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", group.id()))?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    Ok(kib.context("Linux says no VmHWM")?.trim().parse::<f64>()? / 1024.0)
}

/// What the Worker weighs.
pub(crate) fn weight(bundle: &Bundle) -> Result<Line> {
    Ok(Line {
        case: WASM.to_owned(),
        title: "the Worker's Wasm, gzipped".to_owned(),
        against: String::new(),
        aim: Aim::AtMost(175.0),
        overall: None,
        digits: 1,
        unit: " KB".to_owned(),
        values: vec![kilobytes(Size::of(&bundle.dir.join("index_bg.wasm"))?.gzipped)],
    })
}

/// What each of those that were started did.
fn figures(title: &str, digits: usize, unit: &str, values: &[Vec<f64>; 2]) -> Vec<Figure> {
    let figure = |(worker, values): (Worker, &Vec<f64>)| Figure {
        title: title.to_owned(),
        contender: worker.contender.label(worker.mode).to_owned(),
        overall: None,
        digits,
        unit: unit.to_owned(),
        values: values.clone(),
    };
    STARTED.into_iter().zip(values).map(figure).collect()
}
