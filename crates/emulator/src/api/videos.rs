//! Videos: `:predictLongRunning`, then the operation. SDKs since 3.0 create videos by interactions instead.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, ConfigBody};
use super::error::{ApiError, ApiResult};
use crate::emulator::Emulator;
use crate::job::{Job, Kind, Outcome};
use crate::{lifecycle, random};

#[derive(Deserialize)]
struct CreateBody {
    instances: Vec<serde::de::IgnoredAny>,
    #[serde(rename = "webhookConfig", alias = "webhook_config")]
    webhook: Option<ConfigBody>,
}

/// `POST /models/{model}:predictLongRunning`
pub(super) fn create(emulator: &Arc<Emulator>, model: &str, body: &[u8]) -> ApiResult {
    let body: CreateBody = body::read(body)?;
    if body.instances.is_empty() {
        return Err(ApiError::invalid("instances must not be empty."));
    }
    let strict = emulator.options.strict_metadata;
    let webhook = body.webhook.map(|config| config.check(strict, "webhook_config")).transpose()?;
    let (id, now) = (random::resource_id::<12>()?, emulator.clock.now_ms());
    let (kind, model, display_name, inlined) = (Kind::Video, model.to_owned(), None, None);
    let job = Job { kind, id, model, display_name, inlined, makes_video: true, webhook, created_ms: now, ended: None };
    let operation = json!({ "name": job.name() });
    lifecycle::start(emulator, job);
    Ok(Json(operation))
}

/// `GET /models/{model}/operations/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path((model, id)): Path<(String, String)>) -> ApiResult {
    let is_it = |job: &&Job| job.kind == Kind::Video && job.model == model;
    let found = emulator.read(|store| store.jobs.get(&id).filter(is_it).map(operation));
    found.map(Json).ok_or_else(|| ApiError::not_found(&id))
}

fn operation(job: &Job) -> Value {
    match job.ended {
        None => json!({ "name": job.name() }),
        Some((Outcome::Succeeded | Outcome::RequiresAction, _)) => {
            let uri = format!("https://generativelanguage.googleapis.com/v1beta/files/{}:download?alt=media", job.id);
            json!({
                "name": job.name(),
                "done": true,
                "response": {
                    "@type": "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse",
                    "generateVideoResponse": { "generatedSamples": [{ "video": { "uri": uri } }] },
                },
            })
        }
        Some(_) => json!({
            "name": job.name(),
            "done": true,
            "error": { "code": 13, "message": "the emulator was told to end this job so" },
        }),
    }
}
