//! Sends signed events to a source over several connections, each of which waits for its response.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::interleave::status;
use crate::sign::{Signer, now};
use xtask::demo::Secret;

/// Bytes of a body.
const BODY: usize = 400;

/// The longest time that a response may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An event that the inbox took.
pub(crate) struct Taken {
    pub(crate) id: String,
    /// When the 202 was there.
    pub(crate) at: Instant,
}

/// Connections to one source. Dropping this ends them; what is still to be sent is not.
pub(crate) struct Sender {
    ids: Option<mpsc::Sender<String>>,
    taken: Receiver<Result<Taken>>,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Sender {
    /// Connects to a source of the Worker at `address`.
    pub(crate) fn start(address: &str, source: &str, secret: &Arc<Secret>, connections: usize) -> Result<Self> {
        let (ids, waiting) = mpsc::channel();
        let (sender, taken) = mpsc::channel();
        let (waiting, is_over) = (Arc::new(Mutex::new(waiting)), Arc::new(AtomicBool::new(false)));
        let start = |_| {
            let mut connection = Connection::open(address, source, secret)?;
            let (waiting, sender, is_over) = (Arc::clone(&waiting), sender.clone(), Arc::clone(&is_over));
            Ok(thread::spawn(move || {
                while let Some(id) = next(&waiting) {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let taken = connection.send(id);
                    if sender.send(taken).is_err() {
                        return;
                    }
                }
            }))
        };
        let threads = (0..connections).map(start).collect::<Result<_>>()?;
        Ok(Self { ids: Some(ids), taken, is_over, threads })
    }

    /// Sends an event as soon as a connection is free.
    pub(crate) fn send(&self, id: String) -> Result<()> {
        self.ids.as_ref().and_then(|ids| ids.send(id).ok()).context("all connections ended")
    }

    /// The next event that was taken.
    pub(crate) fn taken(&self) -> Result<Taken> {
        match self.taken.recv_timeout(PATIENCE) {
            Ok(taken) => taken,
            Err(RecvTimeoutError::Timeout) => bail!("no event was accepted in {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => bail!("all connections ended"),
        }
    }

    /// What was taken since.
    pub(crate) fn taken_so_far(&self) -> Result<Vec<Taken>> {
        self.taken.try_iter().collect()
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(self.ids.take());
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// Waits for the next id. The lock is held by the thread that waits, and by none that sends.
fn next(waiting: &Mutex<Receiver<String>>) -> Option<String> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

struct Connection {
    stream: TcpStream,
    source: String,
    secret: Arc<Secret>,
    body: String,
    answer: Vec<u8>,
}

impl Connection {
    fn open(address: &str, source: &str, secret: &Arc<Secret>) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("nobody listens at {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (source, secret) = (source.to_owned(), Arc::clone(secret));
        Ok(Self { stream, source, secret, body: Signer::body(BODY), answer: Vec::new() })
    }

    fn send(&mut self, id: String) -> Result<Taken> {
        let (at, body) = (now()?, &self.body);
        let signature = self.secret.sign(&id, at, body)?;
        let request = format!(
            "POST /{} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {}\r\nwebhook-id: {id}\r\n\
             webhook-timestamp: {at}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
            self.source,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).context("an event could not be sent")?;
        self.answer.clear();
        let mut buffer = [0; 4096];
        loop {
            let count = self.stream.read(&mut buffer).context("a response could not be read")?;
            ensure!(count > 0, "the Worker closed the connection");
            self.answer.extend(buffer.iter().take(count));
            if let Some(status) = status(&self.answer) {
                ensure!(status == 202, "the inbox responded: {}", String::from_utf8_lossy(&self.answer));
                return Ok(Taken { id, at: Instant::now() });
            }
        }
    }
}
