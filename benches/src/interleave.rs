//! Requests in short slices, to several Workers in turn.
//!
//! wrk measures whole seconds. Within a second, the machine's speed changes by more than the contenders differ: medians of two dozen such
//! seconds were off by a tenth. Slices of a fraction of a second see the same conditions. Latencies are left to wrk.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::clock::Clock;

/// After this, a Worker is taken for dead.
const PATIENCE: u16 = 20_000;

/// Connections to one Worker, and what was measured over them.
pub(crate) struct Sender {
    connections: Vec<Connection>,
    /// Which request is next.
    next: usize,
    pub(crate) answers: usize,
    /// Answers that are neither a 2xx nor a 3xx.
    pub(crate) refusals: usize,
    clock: Clock,
    time: Duration,
}

struct Connection {
    stream: TcpStream,
    /// Which request is under way, if one is, and how much of it was written.
    request: Option<usize>,
    written: usize,
    /// What came of the answer so far.
    answer: Vec<u8>,
}

impl Sender {
    /// Connects to `http://address:port`, where time is measured by `clock`.
    pub(crate) fn new(url: &str, connections: u32, clock: Clock) -> Result<Self> {
        let address = url.trim_start_matches("http://");
        let connect = |_| {
            let stream = TcpStream::connect(address).with_context(|| format!("nobody listens at {url}"))?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            Ok(Connection { stream, request: None, written: 0, answer: Vec::new() })
        };
        let connections = (0..connections).map(connect).collect::<Result<_>>()?;
        Ok(Self { connections, next: 0, answers: 0, refusals: 0, clock, time: Duration::ZERO })
    }

    /// Counts the time of something as if it were a slice in which nothing was sent.
    pub(crate) fn charge(&mut self, done: impl FnOnce() -> Result<()>) -> Result<()> {
        let started = self.clock.now()?;
        done()?;
        self.time += self.clock.now()?.saturating_sub(started);
        Ok(())
    }

    /// Answers per second of its clock, over all slices.
    pub(crate) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let answers = self.answers as f64;
        answers / self.time.as_secs_f64()
    }

    /// How many requests were sent.
    pub(crate) fn sent(&self) -> usize {
        self.next
    }

    /// One slice: each connection has one request under way, of those given in turn, until the time is over; then what is under way is
    /// waited for.
    pub(crate) fn slice(&mut self, requests: &[Vec<u8>], time: Duration) -> Result<()> {
        let (started, began) = (Instant::now(), self.clock.now()?);
        for connection in &mut self.connections {
            connection.send(requests, &mut self.next)?;
        }
        while self.connections.iter().any(|connection| connection.request.is_some()) {
            for n in ready(&self.connections, requests)? {
                let Some(connection) = self.connections.get_mut(n) else { continue };
                let Some(status) = connection.go_on(requests)? else { continue };
                self.answers += 1;
                self.refusals += usize::from(!(200..400).contains(&status));
                if started.elapsed() < time {
                    connection.send(requests, &mut self.next)?;
                }
            }
        }
        self.time += self.clock.now()?.saturating_sub(began);
        Ok(())
    }
}

impl Connection {
    /// Begins the next request.
    fn send(&mut self, requests: &[Vec<u8>], next: &mut usize) -> Result<()> {
        self.request = Some(*next % requests.len());
        *next += 1;
        self.written = 0;
        self.answer.clear();
        self.write(requests)
    }

    /// What of the request is not written yet.
    fn rest<'r>(&self, requests: &'r [Vec<u8>]) -> &'r [u8] {
        let request = self.request.and_then(|n| requests.get(n));
        request.and_then(|request| request.get(self.written..)).unwrap_or_default()
    }

    /// As much as the Worker takes now: while one takes its time, others are not to wait.
    fn write(&mut self, requests: &[Vec<u8>]) -> Result<()> {
        while let rest @ [_, ..] = self.rest(requests) {
            match self.stream.write(rest) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("a request could not be sent"),
            }
        }
        Ok(())
    }

    /// Writes or reads what can be; the status, once the answer is whole.
    fn go_on(&mut self, requests: &[Vec<u8>]) -> Result<Option<u16>> {
        if !self.rest(requests).is_empty() {
            return self.write(requests).map(|()| None);
        }
        let mut buffer = [0; 4096];
        let count = self.stream.read(&mut buffer).context("an answer could not be read")?;
        ensure!(count > 0, "the connection was closed");
        self.answer.extend(buffer.iter().take(count));
        let status = status(&self.answer);
        if status.is_some() {
            self.request = None;
        }
        Ok(status)
    }
}

/// Which connections can go on.
fn ready(connections: &[Connection], requests: &[Vec<u8>]) -> Result<Vec<usize>> {
    let waits_for = |connection: &Connection| match connection.rest(requests) {
        [] => PollFlags::POLLIN,
        _ => PollFlags::POLLOUT,
    };
    let under_way = connections.iter().enumerate().filter(|(_, connection)| connection.request.is_some());
    let (places, mut polled): (Vec<_>, Vec<_>) =
        under_way.map(|(n, one)| (n, PollFd::new(one.stream.as_fd(), waits_for(one)))).unzip();
    if poll(&mut polled, PollTimeout::from(PATIENCE))? == 0 {
        bail!("no answer in {} s", PATIENCE / 1000);
    }
    let can = places.into_iter().zip(&polled).filter(|(_, polled)| polled.any() == Some(true));
    Ok(can.map(|(n, _)| n).collect())
}

/// The status of an answer that is whole. All have a length.
pub(crate) fn status(answer: &[u8]) -> Option<u16> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let lines = || head.lines().filter_map(|line| line.split_once(':'));
    let length =
        lines().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1.trim().parse::<usize>().ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (answer.len() >= end + 4 + length).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno!";
        assert_eq!(status(answer), Some(401));
        assert_eq!(status(answer.get(..answer.len() - 1).unwrap_or_default()), None);
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n"), None);
    }
}
