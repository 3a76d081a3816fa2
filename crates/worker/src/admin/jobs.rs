//! Jobs that replay the events of a source, over its shards.

use countersign::admin::{Job, JobState, Query, Selection};
use countersign::gateway::response::Refusal;
use countersign::inbox::EventState;
use countersign::json::printed;
use serde_json::{Value, json};

use super::list::shards_of;
use super::shards::{Shards, call, read};
use crate::clock;

/// Which events a job replays.
///
/// # Errors
/// `invalid_query` if the query says nothing of which events, or asks for filtered ones.
pub(super) fn selected(shards: &Shards<'_>, query: &Query) -> Result<Selection, Refusal> {
    let selection = Selection::read(query, &shards.source.name)?;
    if selection.is_everything() || selection.state == Some(EventState::Filtered) {
        return Err(Refusal::InvalidQuery);
    }
    Ok(selection)
}

/// Begins a job.
///
/// # Errors
/// `invalid_query`; `job_running`, `storage_unavailable`.
pub(super) async fn begin(shards: &Shards<'_>, query: &Query, by: &str) -> Result<Value, Refusal> {
    let selection = selected(shards, query)?;
    let asked = shards_of(shards).await?;
    // A shard that has ended its part of a job would take another one, which would hide what goes on in the others.
    if parts(shards, &asked).await?.iter().any(|part| part.state == JobState::Running) {
        return Err(Refusal::JobRunning);
    }
    let now = clock::now_ms();
    let rate = query.rate("rate").unwrap_or(RATE);
    let count = u32::try_from(asked.len()).unwrap_or(u32::MAX);
    let mut job = Job::new((format!("{now:x}"), by.to_owned()), selection, rate, count, now);
    let begin = json!({ "begin": job.to_json() });
    for (place, shard) in asked.iter().enumerate() {
        let begun = order(shards, *shard, &begin).await;
        let refusal = match &begun {
            Ok(answer) if is_done(answer) => continue,
            Ok(_) => Refusal::JobRunning,
            Err(refusal) => *refusal,
        };
        // It runs in all shards or in none. One that did not answer may have begun it all the same.
        let asked_so_far = asked.iter().take(place.saturating_add(usize::from(begun.is_err())));
        for shard in asked_so_far {
            let _ = order(shards, *shard, &json!({ "cancel": job.id })).await;
        }
        return Err(refusal);
    }
    if asked.is_empty() {
        job.end(JobState::Done, now);
    }
    Ok(json!({ "job": job.shown() }))
}

/// The last job, if there was any.
///
/// # Errors
/// `storage_unavailable`.
pub(super) async fn jobs(shards: &Shards<'_>) -> Result<Value, Refusal> {
    let mut parts = parts(shards, &shards_of(shards).await?).await?;
    // A shard that came later may have an earlier job.
    let last = parts.iter().max_by_key(|job| job.began_at).map(|job| job.id.clone());
    parts.retain(|job| Some(&job.id) == last.as_ref());
    Ok(json!({ "jobs": Job::sum(&parts).iter().map(Job::shown).collect::<Vec<_>>() }))
}

/// The last job of each shard that had any.
///
/// # Errors
/// `storage_unavailable` if one does not answer.
async fn parts(shards: &Shards<'_>, asked: &[u32]) -> Result<Vec<Job>, Refusal> {
    let name = &shards.source.name;
    let mut parts = Vec::new();
    for answer in shards.all(asked, &|stub, shard| stub.job(name, shard, "null")).await {
        parts.extend(read(answer)?.get("job").and_then(Job::from_json));
    }
    Ok(parts)
}

/// Cancels a job in every shard that answers, whichever do not.
///
/// # Errors
/// `not_found` if no such job runs; `storage_unavailable`.
pub(super) async fn cancel(shards: &Shards<'_>, id: &str) -> Result<Value, Refusal> {
    let (asked, name) = (printed(&json!({ "cancel": id })), &shards.source.name);
    let mut is_any = false;
    let answers = shards.all(&shards_of(shards).await?, &|stub, shard| stub.job(name, shard, &asked)).await;
    for answer in answers {
        is_any |= is_done(&read(answer)?);
    }
    if is_any { Ok(json!({ "status": "cancelled", "id": id })) } else { Err(Refusal::NotFound) }
}

async fn order(shards: &Shards<'_>, shard: u32, asked: &Value) -> Result<Value, Refusal> {
    read(call(shards.at(shard)?.job(&shards.source.name, shard, &printed(asked))).await?)
}

fn is_done(answer: &Value) -> bool {
    answer.get("done").and_then(Value::as_bool).unwrap_or_default()
}

/// The events a second that a job replays unless it is told otherwise.
const RATE: u32 = 100;
