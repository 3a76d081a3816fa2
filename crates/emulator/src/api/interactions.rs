//! Interactions: completed in the response, or run in the background with their own webhooks.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, ConfigBody};
use super::error::{ApiError, ApiResult};
use crate::clock::rfc3339;
use crate::emulator::Emulator;
use crate::job::{Job, Kind, Outcome};
use crate::json::set;
use crate::{lifecycle, random};

#[derive(Deserialize)]
struct CreateBody {
    model: Option<String>,
    agent: Option<String>,
    input: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    background: bool,
    response_format: Option<Value>,
    webhook_config: Option<ConfigBody>,
}

#[derive(Deserialize)]
struct Background {
    #[serde(default)]
    background: bool,
}

/// `POST /interactions`
pub(super) async fn create(State(emulator): State<Arc<Emulator>>, body: Bytes) -> ApiResult {
    let mut job = job(&emulator, &body, false)?;
    let Background { background } = body::read(&body)?;
    if !background {
        // An interaction completed in the response sends no event.
        job.end(Outcome::Succeeded, job.created_ms);
        let resource = resource(&job);
        emulator.write(|store| store.jobs.insert(job.id.clone(), job));
        return Ok(Json(resource));
    }
    let resource = resource(&job);
    lifecycle::start(&emulator, job);
    Ok(Json(resource))
}

/// Creates the job of a request without starting it. `background` overrides the request's own member.
pub(super) fn job(emulator: &Emulator, body: &[u8], background: bool) -> Result<Job, ApiError> {
    body::no_camel_case(&body::members(body)?)?;
    let body: CreateBody = body::read(body)?;
    let background = background || body.background;
    let model = body.model.or(body.agent).ok_or_else(|| ApiError::invalid("model or agent is required."))?;
    if body.input.is_none() {
        return Err(ApiError::invalid("input is required."));
    }
    if body.webhook_config.is_some() && !background {
        return Err(ApiError::invalid(
            "webhook_config is only supported for background interactions (background=true).",
        ));
    }
    let strict = emulator.options.strict_metadata;
    let webhook = body.webhook_config.map(|config| config.check(strict, "webhook_config")).transpose()?;
    let (id, now) = (format!("v1_{}", random::resource_id::<40>()?), emulator.clock.now_ms());
    let makes_video = body.response_format.as_ref().is_some_and(asks_for_video);
    let (kind, display_name, inlined) = (Kind::Interaction, None, None);
    Ok(Job { kind, id, model, display_name, inlined, makes_video, webhook, created_ms: now, ended: None })
}

/// `GET /interactions/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    let found = emulator.read(|store| store.jobs.get(&id).filter(is_interaction).map(resource));
    found.map(Json).ok_or_else(|| ApiError::not_found(&id))
}

/// `DELETE /interactions/{id}`
pub(super) async fn delete(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    emulator.write(|store| {
        store.jobs.get(&id).filter(is_interaction).ok_or_else(|| ApiError::not_found(&id))?;
        store.jobs.remove(&id);
        Ok(Json(json!({})))
    })
}

/// `POST /interactions/{id}/cancel`
pub(super) async fn cancel(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    if !emulator.read(|store| store.jobs.get(&id).is_some_and(|job| is_interaction(&job))) {
        return Err(ApiError::not_found(&id));
    }
    if !lifecycle::end(&emulator, &id, Outcome::Cancelled)? {
        return Err(ApiError::failed_precondition("The interaction has ended."));
    }
    let found = emulator.read(|store| store.jobs.get(&id).map(resource));
    found.map(Json).ok_or_else(|| ApiError::not_found(&id))
}

fn is_interaction(job: &&Job) -> bool {
    job.kind == Kind::Interaction
}

/// One format, or a list with one.
fn asks_for_video(format: &Value) -> bool {
    let is_video = |format: &Value| format.get("type").is_some_and(|kind| kind == "video");
    is_video(format) || format.as_array().is_some_and(|formats| formats.iter().any(is_video))
}

fn resource(job: &Job) -> Value {
    let status = match job.ended {
        None => "in_progress",
        Some((Outcome::Failed | Outcome::Expired, _)) => "failed",
        Some((Outcome::Cancelled, _)) => "cancelled",
        Some((Outcome::RequiresAction, _)) => "requires_action",
        Some((Outcome::Incomplete, _)) => "incomplete",
        Some((Outcome::BudgetExceeded, _)) => "budget_exceeded",
        Some((Outcome::RequiresContinuation, _)) => "requires_continuation",
        Some((Outcome::Succeeded, _)) => "completed",
    };
    let content = if job.makes_video {
        let uri = format!("https://generativelanguage.googleapis.com/v1beta/files/{}", job.id);
        json!({ "type": "video", "mime_type": "video/mp4", "uri": uri })
    } else {
        json!({ "type": "text", "text": "An answer of the emulator." })
    };
    let steps = match job.ended {
        Some((Outcome::Succeeded, _)) => json!([{ "type": "model_output", "content": [content] }]),
        _ => json!([]),
    };
    let mut resource = json!({
        "id": job.id,
        "object": "interaction",
        "model": job.model,
        "status": status,
        "created": rfc3339(job.created_ms),
        "updated": rfc3339(job.ended.map_or(job.created_ms, |(_, at)| at)),
        "steps": steps,
    });
    if let Some(config) = &job.webhook {
        let mut echoed = json!({ "uris": config.uris });
        let metadata = config.user_metadata.as_ref().and_then(|text| serde_json::from_str::<Value>(text.get()).ok());
        metadata.into_iter().for_each(|metadata| set(&mut echoed, "user_metadata", metadata));
        set(&mut resource, "webhook_config", echoed);
    }
    resource
}
