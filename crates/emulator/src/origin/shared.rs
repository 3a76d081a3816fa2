//! The state of an origin: the deliveries it received, and its faults.

use std::collections::HashSet;
use std::io::{Write, stdout};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use countersign::SecretKey;
use tokio::sync::watch;

use super::arrival::Arrival;
use super::fault::Fault;
use super::options::OriginOptions;
use crate::guard::Guard;
use crate::keys::with_remedy;

/// One origin, shared by its connections.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) secret: Option<SecretKey>,
    pub(super) guard: Guard,
    json: bool,
    quiet: bool,
    seen: Mutex<Seen>,
    changes: watch::Sender<u64>,
}

/// The deliveries received so far, and the current faults.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) fault: Fault,
    pub(super) arrivals: Vec<Arrival>,
    /// The ids of events that were answered with 2xx.
    pub(super) accepted: HashSet<String>,
}

impl Shared {
    /// An origin without deliveries.
    ///
    /// # Errors
    /// If the secret cannot be read.
    pub(super) fn new(options: &OriginOptions) -> Result<Self> {
        let secret = options.secret.as_deref().map(SecretKey::parse).transpose();
        let secret = secret.map_err(with_remedy).context("--secret cannot be used")?;
        let fault = Fault::of(&options.fault);
        let seen = Mutex::new(Seen { fault, arrivals: Vec::new(), accepted: HashSet::new() });
        let (json, quiet, guard) = (options.json, options.quiet, Guard::new(&options.host));
        Ok(Self { secret, json, quiet, guard, seen, changes: watch::Sender::new(0) })
    }

    /// Reads or changes the state.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signals each burst of deliveries once.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Records and prints a delivery that got its response.
    pub(super) fn note(&self, arrival: Arrival) {
        let line = match (self.quiet, self.json) {
            (true, _) => None,
            (false, true) => serde_json::to_string(&arrival).ok(),
            (false, false) => Some(arrival.to_text()),
        };
        if let Some(line) = line {
            // The origin goes on without a reader of its output.
            let _ = writeln!(stdout(), "{line}");
        }
        self.with(|seen| {
            if arrival.answered.is_some_and(|status| (200..300).contains(&status)) {
                seen.accepted.extend(arrival.id.clone());
            }
            seen.arrivals.push(arrival);
        });
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}
