//! Batches: `:batchGenerateContent`, then `batches/{id}` as a long-running operation.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, ConfigBody};
use super::error::{ApiError, ApiResult};
use super::page::Paging;
use super::verb::verb;
use crate::clock::rfc3339;
use crate::emulator::Emulator;
use crate::job::{Job, Kind, Outcome};
use crate::json::set;
use crate::{lifecycle, random};

#[derive(Deserialize)]
struct CreateBody {
    batch: BatchBody,
}

#[derive(Deserialize)]
struct BatchBody {
    #[serde(rename = "displayName", alias = "display_name")]
    display_name: Option<String>,
    #[serde(rename = "inputConfig", alias = "input_config")]
    input: InputBody,
    #[serde(rename = "webhookConfig", alias = "webhook_config")]
    webhook: Option<ConfigBody>,
}

#[derive(Deserialize)]
struct InputBody {
    #[serde(rename = "fileName", alias = "file_name")]
    file_name: Option<String>,
    requests: Option<InlinedBody>,
}

#[derive(Deserialize)]
struct InlinedBody {
    requests: Vec<serde::de::IgnoredAny>,
}

/// `POST /models/{model}:batchGenerateContent`
pub(super) fn create(emulator: &Arc<Emulator>, model: &str, body: &[u8]) -> ApiResult {
    let CreateBody { batch } = body::read(body)?;
    let inlined = batch.input.requests.map(|requests| requests.requests.len());
    if inlined.is_none() && batch.input.file_name.is_none() {
        return Err(ApiError::invalid("batch.input_config must have a file_name or requests."));
    }
    let strict = emulator.options.strict_metadata;
    let webhook = batch.webhook.map(|config| config.check(strict, "batch.webhook_config")).transpose()?;
    let (id, now) = (random::resource_id::<36>()?, emulator.clock.now_ms());
    let (kind, model, display_name) = (Kind::Batch, model.to_owned(), batch.display_name);
    let job = Job { kind, id, model, display_name, inlined, makes_video: false, webhook, created_ms: now, ended: None };
    let operation = operation(&job);
    lifecycle::start(emulator, job);
    Ok(Json(operation))
}

/// `GET /batches/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    let found = emulator.read(|store| store.jobs.get(&id).filter(is_batch).map(operation));
    found.map(Json).ok_or_else(|| ApiError::not_found(&id))
}

/// `GET /batches`, the newest first.
pub(super) async fn list(State(emulator): State<Arc<Emulator>>, Query(paging): Query<Paging>) -> ApiResult {
    let all = emulator.read(|store| {
        let jobs = store.job_order.iter().rev().filter_map(|id| store.jobs.get(id)).filter(is_batch);
        jobs.map(operation).collect()
    });
    let (page, next) = paging.take(all)?;
    let mut answer = json!({ "operations": page });
    if let Some(next) = next {
        set(&mut answer, "nextPageToken", next);
    }
    Ok(Json(answer))
}

/// `DELETE /batches/{id}`. A running batch must be cancelled first.
pub(super) async fn delete(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    emulator.write(|store| {
        let job = store.jobs.get(&id).filter(is_batch).ok_or_else(|| ApiError::not_found(&id))?;
        if job.ended.is_none() {
            return Err(ApiError::failed_precondition("The batch is running; cancel it first."));
        }
        store.jobs.remove(&id);
        Ok(Json(json!({})))
    })
}

/// `POST /batches/{id}:cancel`
pub(super) async fn act(State(emulator): State<Arc<Emulator>>, Path(target): Path<String>, _body: Bytes) -> ApiResult {
    let Some((id, "cancel")) = verb(&target) else { return Err(ApiError::not_found(&target)) };
    if !emulator.read(|store| store.jobs.get(id).is_some_and(|job| is_batch(&job))) {
        return Err(ApiError::not_found(id));
    }
    if !lifecycle::end(&emulator, id, Outcome::Cancelled)? {
        return Err(ApiError::failed_precondition("The batch has ended."));
    }
    Ok(Json(json!({})))
}

fn is_batch(job: &&Job) -> bool {
    job.kind == Kind::Batch
}

fn operation(job: &Job) -> Value {
    let state = match job.ended {
        None => "BATCH_STATE_RUNNING",
        Some((Outcome::Failed, _)) => "BATCH_STATE_FAILED",
        Some((Outcome::Expired, _)) => "BATCH_STATE_EXPIRED",
        Some((Outcome::Cancelled, _)) => "BATCH_STATE_CANCELLED",
        Some(_) => "BATCH_STATE_SUCCEEDED",
    };
    let changed = rfc3339(job.ended.map_or(job.created_ms, |(_, at)| at));
    let mut metadata = json!({
        "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
        "name": job.name(),
        "model": format!("models/{}", job.model),
        "state": state,
        "createTime": rfc3339(job.created_ms),
        "updateTime": changed,
    });
    if let Some(display_name) = &job.display_name {
        set(&mut metadata, "displayName", display_name.as_str());
    }
    let mut operation = json!({ "name": job.name() });
    if let Some((outcome, _)) = job.ended {
        set(&mut metadata, "endTime", changed);
        set(&mut operation, "done", true);
        if outcome == Outcome::Succeeded {
            set(&mut metadata, "output", output(job));
            set(&mut operation, "response", output(job));
        } else {
            set(
                &mut operation,
                "error",
                json!({ "code": 13, "message": "the emulator was told to end this batch so" }),
            );
        }
    }
    set(&mut operation, "metadata", metadata);
    operation
}

fn output(job: &Job) -> Value {
    let Some(count) = job.inlined else { return json!({ "responsesFile": format!("files/batch-{}", job.id) }) };
    let text = "An answer of the emulator.";
    let content = json!({ "role": "model", "parts": [{ "text": text }] });
    let response =
        json!({ "response": { "candidates": [{ "content": content, "finishReason": "STOP", "index": 0 }] } });
    json!({ "inlinedResponses": { "inlinedResponses": vec![response; count] } })
}
