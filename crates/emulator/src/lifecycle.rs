//! Starts and ends jobs, and sends their events.

use std::sync::Arc;

use anyhow::Result;

use crate::delivery;
use crate::emulator::Emulator;
use crate::event::Event;
use crate::job::{Job, Outcome};
use crate::random;
use crate::record::Target;
use crate::webhook::Webhook;

/// Starts a job, which ends after `--job-time`.
pub(crate) fn start(emulator: &Arc<Emulator>, job: Job) {
    let id = job.id.clone();
    emulator.write(|store| {
        store.job_order.push(id.clone());
        store.jobs.insert(id.clone(), job)
    });
    let (emulator, job_time) = (Arc::clone(emulator), emulator.options.job_time);
    tokio::spawn(async move {
        tokio::time::sleep(job_time).await;
        let outcome = emulator.read(|store| store.outcome);
        // A lack of random numbers will fail the next request.
        let _ = end(&emulator, &id, outcome);
    });
}

/// Ends a job and sends its event, to its own webhooks or else to the registered ones. `false` if no such job runs.
///
/// # Errors
/// If the system provides no random numbers.
pub(crate) fn end(emulator: &Arc<Emulator>, id: &str, outcome: Outcome) -> Result<bool> {
    let (now, message) = (emulator.clock.now_ms(), random::message_id()?);
    let ended = emulator.write(|store| {
        let job = store.jobs.get_mut(id)?;
        if !job.end(outcome, now) {
            return None;
        }
        let event = Event::of_job(job, message, emulator.options.dialect());
        let targets = event.as_ref().map(|event| targets(job, &event.kind, &store.webhooks));
        Some((event, targets.unwrap_or_default()))
    });
    let Some((event, targets)) = ended else { return Ok(false) };
    for target in targets {
        event.iter().for_each(|event| delivery::start(emulator, event.clone(), target.clone()));
    }
    Ok(true)
}

/// The receivers of an event. A job's own webhooks replace the registered ones, as documented.
fn targets(job: &Job, event: &str, webhooks: &[Webhook]) -> Vec<Target> {
    match &job.webhook {
        Some(config) => config.uris.iter().cloned().map(Target::Dynamic).collect(),
        None => {
            webhooks.iter().filter(|webhook| webhook.takes(event)).map(|one| Target::Webhook(one.id.clone())).collect()
        }
    }
}
