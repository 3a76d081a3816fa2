//! Before anything is measured: whether all contenders do the same. Each case is sent once to each of them; responses, log records and
//! what reaches the application are compared with Countersign's. Then senders hang up, and their deliveries must be finished.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use serde_json::{Value, json};

use crate::bundle::{Bundle, Served};
use crate::cases::{Case, Contender, Mode, Sent};
use crate::sign::{Headers, Signer};
use crate::worker::{Worker, workers_of};
use xtask::term::Progress;

/// How long a line of the log may take to arrive.
const LINE_LIMIT: Duration = Duration::from_secs(10);

/// Fails where a contender of a case does something else than Countersign.
pub(crate) fn check(bundle: &Bundle, signer: &Signer, cases: &[&Case]) -> Result<()> {
    let progress = Progress::start("every contender does the same", None);
    let workers = workers_of(cases);
    let mut served = bundle.serve("check", &workers, "mirror", Stdio::piped())?;
    let log = lines(&mut served)?;
    for case in cases {
        check_case(&served, &log, signer, case).with_context(|| format!("in the case `{}`", case.name))?;
    }
    drop(served);
    let forwarding: Vec<_> = cases.iter().copied().filter(|case| case.succeeds() && case.mode != Mode::Inbox).collect();
    check_hang_ups(bundle, signer, &forwarding)?;
    progress.done();
    Ok(())
}

/// Fails where a contender's delivery ends when its sender hangs up: it would be made again, as no mark was left.
fn check_hang_ups(bundle: &Bundle, signer: &Signer, cases: &[&Case]) -> Result<()> {
    let mut served = bundle.serve("hang-ups", &workers_of(cases), "held", Stdio::piped())?;
    let log = lines(&mut served)?;
    for case in cases {
        // One delivery is enough.
        let sent = if case.sent == Sent::Fresh { Sent::Valid } else { case.sent };
        let requests = signer.requests(&Case { sent, ..**case }, 0)?;
        let request = requests.first().context("no delivery")?;
        for contender in case.contenders {
            let url = served.url(Worker::of(case, *contender))?;
            let mut sender = TcpStream::connect(url.trim_start_matches("http://"))?;
            sender.write_all(request)?;
            let of = || format!("of `{}` in the case `{}`, where the sender hangs up", contender.name(), case.name);
            log.recv_timeout(LINE_LIMIT).with_context(|| format!("nothing is forwarded {}", of()))?;
            hang_up(sender)?;
            ureq::delete(served.url_of("held")?).call()?;
            let line = log.recv_timeout(LINE_LIMIT).with_context(|| format!("the delivery ends {}", of()))?;
            ensure!(line["code"] == case.outcome, "{line} {}", of());
        }
    }
    Ok(())
}

fn check_case(served: &Served, log: &Receiver<Value>, signer: &Signer, case: &Case) -> Result<()> {
    let body = Signer::body(case.body);
    let deliveries = match case.sent {
        Sent::Fresh => {
            // Twice the same: what was seen before is told apart.
            let delivery = signer.deliveries(Sent::Valid, &body)?;
            [delivery.clone(), delivery].concat()
        }
        sent => signer.deliveries(sent, &body)?,
    };
    for (n, delivery) in deliveries.iter().enumerate() {
        let mut first = None;
        for contender in case.contenders {
            let url = format!("{}{}", served.url(Worker::of(case, *contender))?, case.path(0));
            let mut done = seen(case, &url, delivery, &body, log)?;
            let outcome = done["log"]["code"].as_str().unwrap_or_default();
            ensure!(
                n > 0 || outcome == case.outcome,
                "`{}` says `{outcome}`, not `{}`",
                contender.name(),
                case.outcome
            );
            let expected = first.get_or_insert_with(|| done.clone());
            // Which key signed is known only to who checks.
            if *contender == Contender::Empty
                && let Some(key) = done.pointer_mut("/log/key")
            {
                *key = expected["log"]["key"].clone();
            }
            ensure!(done == *expected, "`{}` does\n{done:#}\nand not\n{expected:#}", contender.name());
        }
    }
    Ok(())
}

/// Resets a connection: one that is only closed may still wait for its answer, as far as the other end can tell.
fn hang_up(sender: TcpStream) -> Result<()> {
    let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
    Ok(setsockopt(&sender, sockopt::Linger, &at_once)?)
}

/// All that can be seen of one request from outside.
fn seen(case: &Case, url: &str, headers: &Headers, body: &str, log: &Receiver<Value>) -> Result<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = if case.sent == Sent::Get {
        agent.get(url).call()?
    } else {
        let request = headers.iter().fold(agent.post(url), |request, (name, value)| request.header(name, value));
        request.header("content-type", "application/json").send(body)?
    };
    let header = |name: &str| answer.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let mut seen = json!({
        "status": answer.status().as_u16(), "content-type": header("content-type"), "allow": header("allow"),
    });
    seen["body"] = answer.body_mut().read_to_string()?.into();
    loop {
        let line = log.recv_timeout(LINE_LIMIT).with_context(|| format!("{url} logs nothing"))?;
        match line["ev"].as_str() {
            Some("forwarded") => seen["forwarded"] = line,
            _ => {
                seen["log"] = line;
                return Ok(seen);
            }
        }
    }
}

/// The lines of the log, without what differs from one request to the next.
fn lines(served: &mut Served) -> Result<Receiver<Value>> {
    let stdout = served.group.stdout().context("workerd has no output")?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let mut line: Value = serde_json::from_str(&line).unwrap_or(json!({ "ev": "other", "text": line }));
            // What an inbox does by itself, behind the response, is no part of any case.
            if line.get("ev").and_then(Value::as_str).is_some_and(|ev| matches!(ev, "inbox" | "attempt")) {
                continue;
            }
            for (name, same) in [("id_hash", "…"), ("dest_ms", "…"), ("age_s", "…")] {
                if let Some(value) = line.get_mut(name) {
                    *value = same.into();
                }
            }
            // Each has a name of its own, and its own clock.
            for header in ["/headers/countersign-received-at", "/headers/user-agent"] {
                if let Some(value) = line.pointer_mut(header) {
                    *value = "…".into();
                }
            }
            // Who measures may have gone by then.
            let _ = sender.send(line);
        }
    });
    Ok(lines)
}
