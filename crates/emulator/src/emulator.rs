//! The emulated service: its options, clock and store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::sync::{Semaphore, watch};

use crate::clock::Clock;
use crate::job::{Job, Outcome};
use crate::jwks::{JwksMode, JwksSwitch};
use crate::keys::{Secret, ServiceKeys};
use crate::options::{Dynamic, ServeOptions};
use crate::outgoing::Outgoing;
use crate::record::Record;
use crate::trigger::Trigger;
use crate::webhook::Webhook;

/// A running emulator, shared by requests and deliveries.
#[derive(Debug)]
pub struct Emulator {
    pub(crate) options: ServeOptions,
    pub(crate) clock: Clock,
    pub(crate) outgoing: Outgoing,
    /// One permit for each concurrent delivery.
    pub(crate) slots: Semaphore,
    store: Mutex<Store>,
    changes: watch::Sender<u64>,
}

/// All resources of the service, in memory only.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) jobs: HashMap<String, Job>,
    pub(crate) triggers: Vec<Trigger>,
    /// The ids of jobs in order of creation, including deleted ones.
    pub(crate) job_order: Vec<String>,
    pub(crate) deliveries: Vec<Record>,
    pub(crate) keys: ServiceKeys,
    pub(crate) jwks: JwksMode,
    pub(crate) outcome: Outcome,
    /// The secret of the first webhook, with its text.
    pub(crate) given_secret: Option<(Secret, String)>,
}

impl Emulator {
    /// An emulator without webhooks or jobs.
    ///
    /// # Errors
    /// If `--secret` cannot be read, or the system provides no random numbers.
    pub fn new(options: ServeOptions) -> Result<Arc<Self>> {
        let given_secret = match &options.secret {
            Some(text) => Some((Secret::parse(text).context("--secret cannot be used")?, text.trim().to_owned())),
            None => None,
        };
        let store = Store {
            webhooks: Vec::new(),
            jobs: HashMap::new(),
            triggers: Vec::new(),
            job_order: Vec::new(),
            deliveries: Vec::new(),
            keys: ServiceKeys::new(options.seed.as_deref(), options.dynamic == Dynamic::Jwt)?,
            jwks: JwksMode::of(&options.jwks),
            outcome: options.outcome,
            given_secret,
        };
        Ok(Arc::new(Self {
            clock: Clock::compressed(options.time_scale),
            outgoing: Outgoing::new(options.concurrency),
            slots: Semaphore::new(options.concurrency),
            store: Mutex::new(store),
            changes: watch::Sender::new(0),
            options,
        }))
    }

    /// Reads the store.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the store, and wakes everything that waits for a change.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let changed = change(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        changed
    }

    /// Signals each burst of changes once.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Rotates the service's keys at the interval of `--jwks rotate`, if there is one.
    pub(crate) async fn rotate_keys(self: Arc<Self>) {
        let every = self.options.jwks.iter().find_map(|switch| match switch {
            JwksSwitch::Rotate(every) => Some(*every),
            _ => None,
        });
        let Some(every) = every else { return };
        loop {
            tokio::time::sleep(every).await;
            if self.write(|store| store.keys.rotate()).is_err() {
                return;
            }
        }
    }
}
