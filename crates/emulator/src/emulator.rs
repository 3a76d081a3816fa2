//! The emulated service: what it holds, and the few things that happen to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::sync::{Semaphore, watch};

use crate::api::triggers::Trigger;
use crate::clock::Clock;
use crate::delivery::{self, Record, Target};
use crate::event::Event;
use crate::job::{Job, Outcome};
use crate::jwks::{JwksMode, JwksSwitch};
use crate::keys::{Secret, ServiceKeys};
use crate::options::{Dynamic, ServeOptions};
use crate::outgoing::Outgoing;
use crate::random;
use crate::webhook::Webhook;

/// A running emulator, shared by all that answers and delivers.
#[derive(Debug)]
pub struct Emulator {
    pub(crate) options: ServeOptions,
    pub(crate) clock: Clock,
    pub(crate) outgoing: Outgoing,
    /// One for each delivery that may be under way.
    pub(crate) slots: Semaphore,
    store: Mutex<Store>,
    changes: watch::Sender<u64>,
}

/// Everything that the service remembers. It is gone when the program ends.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) jobs: HashMap<String, Job>,
    pub(crate) triggers: Vec<Trigger>,
    /// The ids of jobs in the order of their making, deleted ones included.
    pub(crate) job_order: Vec<String>,
    pub(crate) deliveries: Vec<Record>,
    pub(crate) keys: ServiceKeys,
    pub(crate) jwks: JwksMode,
    pub(crate) outcome: Outcome,
    /// For the first webhook, with its text.
    pub(crate) given_secret: Option<(Secret, String)>,
}

impl Emulator {
    /// An emulator with no webhook and no job.
    ///
    /// # Errors
    /// Where `--secret` cannot be read, or the system gives no random numbers.
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

    /// Looks at what is remembered.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what is remembered, and tells whoever waits for a change.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let changed = change(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        changed
    }

    /// Comes back once for each burst of changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Starts a job, which ends by itself after `--job-time`.
    pub(crate) fn start(self: &Arc<Self>, job: Job) {
        let id = job.id.clone();
        self.write(|store| {
            store.job_order.push(id.clone());
            store.jobs.insert(id.clone(), job)
        });
        let (emulator, job_time) = (Arc::clone(self), self.options.job_time);
        tokio::spawn(async move {
            tokio::time::sleep(job_time).await;
            let outcome = emulator.read(|store| store.outcome);
            // Where there are no random numbers, the next request says so.
            let _ = emulator.end(&id, outcome);
        });
    }

    /// Ends a job, if it is there and runs, and sends its event: to its own webhooks, or else to the registered ones.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub(crate) fn end(self: &Arc<Self>, id: &str, outcome: Outcome) -> Result<bool> {
        let (now, message) = (self.clock.now_ms(), random::message_id()?);
        let ended = self.write(|store| {
            let job = store.jobs.get_mut(id)?;
            if !job.end(outcome, now) {
                return None;
            }
            let event = Event::of_job(job, message, self.options.form());
            let targets = event.as_ref().map(|event| targets(job, &event.kind, &store.webhooks));
            Some((event, targets.unwrap_or_default()))
        });
        let Some((event, targets)) = ended else { return Ok(false) };
        for target in targets {
            event.iter().for_each(|event| delivery::start(self, event.clone(), target.clone()));
        }
        Ok(true)
    }

    /// Rotates the service's keys for ever, if it was told to.
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

/// Who gets an event: a job's own webhooks replace the registered ones (documented).
fn targets(job: &Job, event: &str, webhooks: &[Webhook]) -> Vec<Target> {
    match &job.webhook {
        Some(config) => config.uris.iter().cloned().map(Target::Dynamic).collect(),
        None => {
            webhooks.iter().filter(|webhook| webhook.takes(event)).map(|one| Target::Webhook(one.id.clone())).collect()
        }
    }
}
