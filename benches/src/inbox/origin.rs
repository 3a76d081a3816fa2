//! The origin that events are delivered to: a thread per connection in this process, which waits as long as the path says.
//!
//! A request costs it one read, one sleep and one write, so it takes many times what an inbox delivers. [`Origin::limit`] measures that.
//! A request with [`STALLS`] in its path or its `webhook-id` gets no response.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// A request that reached the origin.
pub(crate) struct Arrival {
    /// `webhook-id`.
    pub(crate) id: String,
    /// When the request was there as a whole.
    pub(crate) at: Instant,
}

/// A listening origin. It ends with the process.
pub(crate) struct Origin {
    port: u16,
    pub(crate) arrivals: Receiver<Arrival>,
}

/// Connections that measure the origin alone, and for how long.
const CONNECTIONS: usize = 64;
const SECOND: Duration = Duration::from_secs(1);

/// What makes a request stall.
pub(crate) const STALLS: &str = "-stalls";

const RESPONSE: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

impl Origin {
    /// Listens on a free port of loopback.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (sender, arrivals) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || serve(stream, &sender));
            }
        });
        Ok(Self { port, arrivals })
    }

    /// The URL that responds after so many milliseconds.
    pub(crate) fn url(&self, ms: u64) -> String {
        format!("http://127.0.0.1:{}/{ms}", self.port)
    }

    /// The URL that never responds.
    pub(crate) fn stalling_url(&self) -> String {
        format!("http://127.0.0.1:{}/{STALLS}", self.port)
    }

    /// The requests per second that the origin takes by itself, if it responds at once.
    pub(crate) fn limit(&self) -> Result<f64> {
        let started = Instant::now();
        let client = |_| {
            let port = self.port;
            thread::spawn(move || requests(port, started))
        };
        let clients: Vec<_> = (0..CONNECTIONS).map(client).collect();
        let mut count = 0_u32;
        for client in clients {
            count += client.join().ok().context("a client of the origin died")??;
        }
        let seconds = started.elapsed().as_secs_f64();
        self.arrivals.try_iter().for_each(drop);
        Ok(f64::from(count) / seconds)
    }
}

/// Responds to the requests of one connection until it is closed. What is no HTTP ends it.
fn serve(mut stream: TcpStream, arrivals: &Sender<Arrival>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (mut buffer, mut filled) = (vec![0; 16 << 10], 0);
    loop {
        let count = stream.read(buffer.get_mut(filled..)?).ok().filter(|count| *count > 0)?;
        filled += count;
        let Some((request, length)) = Request::parse(buffer.get(..filled)?) else { continue };
        let Some(wait) = request.wait else {
            // The other side closes the connection when its time limit is reached.
            while stream.read(&mut buffer).ok()? > 0 {}
            return None;
        };
        arrivals.send(Arrival { id: request.id.to_owned(), at: Instant::now() }).ok()?;
        buffer.copy_within(length..filled, 0);
        filled -= length;
        if !wait.is_zero() {
            thread::sleep(wait);
        }
        stream.write_all(RESPONSE).ok()?;
    }
}

struct Request<'a> {
    id: &'a str,
    /// None if it stalls.
    wait: Option<Duration>,
}

impl<'a> Request<'a> {
    /// A request that is there as a whole, and its length.
    fn parse(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
        let value = |wanted: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
        };
        let length = end + 4 + value("content-length").map_or(Some(0), |length| length.parse().ok())?;
        let (id, path) = (value("webhook-id").unwrap_or_default(), head.split(' ').nth(1)?.trim_start_matches('/'));
        let wait = if [id, path].iter().any(|text| text.ends_with(STALLS)) {
            None
        } else {
            Some(Duration::from_millis(path.parse().ok()?))
        };
        let request = Self { id, wait };
        (bytes.len() >= length).then_some((request, length))
    }
}

/// Requests over one connection, one after the other, for a second; how many.
fn requests(port: u16, started: Instant) -> Result<u32> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    let (mut count, mut answer) = (0, [0; 256]);
    while started.elapsed() < SECOND {
        stream.write_all(b"POST /0 HTTP/1.1\r\nwebhook-id: x\r\ncontent-length: 2\r\n\r\n{}")?;
        ensure!(stream.read(&mut answer)? == RESPONSE.len(), "the origin did not respond");
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_when_its_body_is() {
        let bytes = b"POST /200 HTTP/1.1\r\nWebhook-Id: msg_1\r\nContent-Length: 2\r\n\r\n{}POST";
        let (request, length) = Request::parse(bytes).expect("it is whole");
        assert_eq!((request.id, request.wait, length), ("msg_1", Some(Duration::from_millis(200)), bytes.len() - 4));
        assert!(Request::parse(bytes.get(..length - 1).unwrap_or_default()).is_none());
    }

    #[test]
    fn a_request_stalls_by_its_path_or_its_id() {
        for bytes in [
            &b"POST /-stalls HTTP/1.1\r\nwebhook-id: a-1\r\n\r\n"[..],
            b"POST /50 HTTP/1.1\r\nwebhook-id: a-100-stalls\r\n\r\n",
        ] {
            let (request, _) = Request::parse(bytes).expect("it is whole");
            assert_eq!(request.wait, None);
        }
    }
}
