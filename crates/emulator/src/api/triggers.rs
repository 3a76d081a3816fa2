//! `triggers`: interactions on a schedule, with a webhook of their own. Schedules are kept and not kept to: a run is asked for.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Answer;
use super::body;
use super::error::ApiError;
use super::interactions;
use super::page::Paging;
use crate::clock::rfc3339;
use crate::emulator::{Emulator, Store};
use crate::job::Outcome;
use crate::json::set;
use crate::random;

/// A trigger.
#[derive(Debug)]
pub(crate) struct Trigger {
    id: String,
    settings: Settings,
    interaction: Box<RawValue>,
    status: Status,
    created_ms: u64,
    updated_ms: u64,
    executions: Vec<Execution>,
}

/// What a client chose, and nothing here acts upon.
#[derive(Clone, Debug, Deserialize)]
struct Settings {
    display_name: Option<String>,
    schedule: String,
    time_zone: String,
    environment_id: Option<String>,
    execution_timeout_seconds: Option<u64>,
    max_consecutive_failures: Option<u64>,
}

#[derive(Clone, Debug)]
struct Execution {
    id: String,
    interaction: String,
    at_ms: u64,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    Paused,
    Error,
}

#[derive(Deserialize)]
struct InteractionBody {
    interaction: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateBody {
    display_name: Option<String>,
    status: Option<Status>,
}

/// `POST /triggers`
pub(super) async fn create(State(emulator): State<Arc<Emulator>>, body: Bytes) -> Answer {
    body::no_camel_case(&body::members(&body)?)?;
    let settings: Settings = body::read(&body)?;
    let InteractionBody { interaction } = body::read(&body)?;
    if ![5, 6].contains(&settings.schedule.split_whitespace().count()) {
        return Err(ApiError::invalid("schedule must be in cron format: five fields."));
    }
    // What a run would be refused for is refused here.
    interactions::job(&emulator, interaction.get().as_bytes(), true)?;
    let (id, now) = (random::resource_id::<36>()?, emulator.clock.now_ms());
    let (status, executions) = (Status::Active, Vec::new());
    let trigger = Trigger { id, settings, interaction, status, created_ms: now, updated_ms: now, executions };
    Ok(Json(emulator.write(|store| {
        let resource = trigger.resource(store);
        store.triggers.push(trigger);
        resource
    })))
}

/// `GET /triggers/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> Answer {
    emulator.read(|store| Ok(Json(find(store, &id)?.resource(store))))
}

/// `GET /triggers`
pub(super) async fn list(State(emulator): State<Arc<Emulator>>, Query(paging): Query<Paging>) -> Answer {
    let all = emulator.read(|store| store.triggers.iter().map(|trigger| trigger.resource(store)).collect());
    page("triggers", &paging, all)
}

/// `PATCH /triggers/{id}`
pub(super) async fn update(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let UpdateBody { display_name, status } = body::read(&body)?;
    let now = emulator.clock.now_ms();
    emulator.write(|store| {
        let trigger = store.triggers.iter_mut().find(|trigger| trigger.id == id);
        let trigger = trigger.ok_or_else(|| ApiError::not_found(&id))?;
        trigger.settings.display_name = display_name.or_else(|| trigger.settings.display_name.take());
        trigger.status = status.unwrap_or(trigger.status);
        trigger.updated_ms = now;
        Ok(Json(find(store, &id)?.resource(store)))
    })
}

/// `DELETE /triggers/{id}`; what it started goes on.
pub(super) async fn delete(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> Answer {
    emulator.write(|store| {
        find(store, &id)?;
        store.triggers.retain(|trigger| trigger.id != id);
        Ok(Json(json!({})))
    })
}

/// `POST /triggers/{id}/executions`: a run, now.
pub(super) async fn run(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> Answer {
    let interaction = emulator.read(|store| find(store, &id).map(|trigger| trigger.interaction.clone()))?;
    let job = interactions::job(&emulator, interaction.get().as_bytes(), true)?;
    let (execution, at_ms) = (random::resource_id::<36>()?, job.created_ms);
    let execution = Execution { id: execution, interaction: job.id.clone(), at_ms };
    emulator.start(job);
    emulator.write(|store| {
        let shown = execution.resource(&id, store);
        let trigger = store.triggers.iter_mut().find(|trigger| trigger.id == id);
        trigger.ok_or_else(|| ApiError::not_found(&id))?.executions.push(execution);
        Ok(Json(shown))
    })
}

/// `GET /triggers/{id}/executions`
pub(super) async fn executions(
    State(emulator): State<Arc<Emulator>>,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Answer {
    let all: Result<Vec<Value>, ApiError> = emulator.read(|store| {
        let executions = &find(store, &id)?.executions;
        Ok(executions.iter().map(|execution| execution.resource(&id, store)).collect())
    });
    page("trigger_executions", &paging, all?)
}

fn page(name: &str, paging: &Paging, all: Vec<Value>) -> Answer {
    let (page, next) = paging.take(all)?;
    let mut answer = json!({ name: page });
    next.into_iter().for_each(|next| set(&mut answer, "next_page_token", next));
    Ok(Json(answer))
}

fn find<'s>(store: &'s Store, id: &str) -> Result<&'s Trigger, ApiError> {
    store.triggers.iter().find(|trigger| trigger.id == id).ok_or_else(|| ApiError::not_found(id))
}

impl Trigger {
    fn resource(&self, store: &Store) -> Value {
        let Settings { schedule, time_zone, .. } = &self.settings;
        let failed = |execution: &&Execution| execution.status(store) == "failed";
        let mut resource = json!({
            "id": self.id,
            "schedule": schedule,
            "time_zone": time_zone,
            "interaction": serde_json::from_str::<Value>(self.interaction.get()).unwrap_or_default(),
            "status": match self.status {
                Status::Active => "active",
                Status::Paused => "paused",
                Status::Error => "error",
            },
            "consecutive_failure_count": self.executions.iter().rev().take_while(failed).count(),
            "create_time": rfc3339(self.created_ms),
            "update_time": rfc3339(self.updated_ms),
        });
        if let Some(last) = self.executions.last() {
            set(&mut resource, "last_run_time", rfc3339(last.at_ms));
            set(&mut resource, "previous_interaction_id", last.interaction.as_str());
        }
        let Settings { display_name, environment_id, execution_timeout_seconds, max_consecutive_failures, .. } =
            self.settings.clone();
        for (name, value) in [
            ("display_name", display_name.map(Value::from)),
            ("environment_id", environment_id.map(Value::from)),
            ("execution_timeout_seconds", execution_timeout_seconds.map(Value::from)),
            ("max_consecutive_failures", max_consecutive_failures.map(Value::from)),
        ] {
            value.into_iter().for_each(|value| set(&mut resource, name, value));
        }
        resource
    }
}

impl Execution {
    fn resource(&self, trigger: &str, store: &Store) -> Value {
        let mut resource = json!({
            "id": self.id,
            "trigger_id": trigger,
            "interaction_id": self.interaction,
            "status": self.status(store),
            "scheduled_time": rfc3339(self.at_ms),
            "start_time": rfc3339(self.at_ms),
        });
        if let Some((_, at)) = store.jobs.get(&self.interaction).and_then(|job| job.ended) {
            set(&mut resource, "end_time", rfc3339(at));
        }
        resource
    }

    fn status(&self, store: &Store) -> &'static str {
        match store.jobs.get(&self.interaction).map(|job| job.ended) {
            Some(None) => "in_progress",
            Some(Some((Outcome::Failed | Outcome::Expired | Outcome::Cancelled, _))) => "failed",
            // An interaction that was deleted had ended.
            Some(Some(_)) | None => "completed",
        }
    }
}
