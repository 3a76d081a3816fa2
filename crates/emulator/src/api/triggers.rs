//! `triggers`: interactions on a schedule, with their own webhook. Schedules are stored but never run; clients start executions.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::body;
use super::error::{ApiError, ApiResult};
use super::interactions;
use super::page::Paging;
use crate::emulator::{Emulator, Store};
use crate::json::set;
use crate::trigger::{Execution, Settings, Status, Trigger};
use crate::{lifecycle, random};

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
pub(super) async fn create(State(emulator): State<Arc<Emulator>>, body: Bytes) -> ApiResult {
    body::no_camel_case(&body::members(&body)?)?;
    let settings: Settings = body::read(&body)?;
    let InteractionBody { interaction } = body::read(&body)?;
    if ![5, 6].contains(&settings.schedule.split_whitespace().count()) {
        return Err(ApiError::invalid("schedule must be in cron format: five fields."));
    }
    // An interaction that would be refused later is refused now.
    interactions::job(&emulator, interaction.get().as_bytes(), true)?;
    let (id, now) = (random::resource_id::<36>()?, emulator.clock.now_ms());
    let (status, executions) = (Status::Active, Vec::new());
    let trigger = Trigger { id, settings, interaction, status, created_ms: now, updated_ms: now, executions };
    Ok(Json(emulator.write(|store| {
        let resource = trigger.resource(&store.jobs);
        store.triggers.push(trigger);
        resource
    })))
}

/// `GET /triggers/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    emulator.read(|store| Ok(Json(find(store, &id)?.resource(&store.jobs))))
}

/// `GET /triggers`
pub(super) async fn list(State(emulator): State<Arc<Emulator>>, Query(paging): Query<Paging>) -> ApiResult {
    let all = emulator.read(|store| store.triggers.iter().map(|trigger| trigger.resource(&store.jobs)).collect());
    page("triggers", &paging, all)
}

/// `PATCH /triggers/{id}`
pub(super) async fn update(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>, body: Bytes) -> ApiResult {
    let UpdateBody { display_name, status } = body::read(&body)?;
    let now = emulator.clock.now_ms();
    emulator.write(|store| {
        let trigger = store.triggers.iter_mut().find(|trigger| trigger.id == id);
        let trigger = trigger.ok_or_else(|| ApiError::not_found(&id))?;
        trigger.settings.display_name = display_name.or_else(|| trigger.settings.display_name.take());
        trigger.status = status.unwrap_or(trigger.status);
        trigger.updated_ms = now;
        Ok(Json(find(store, &id)?.resource(&store.jobs)))
    })
}

/// `DELETE /triggers/{id}`: interactions already started continue.
pub(super) async fn delete(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    emulator.write(|store| {
        find(store, &id)?;
        store.triggers.retain(|trigger| trigger.id != id);
        Ok(Json(json!({})))
    })
}

/// `POST /triggers/{id}/executions`: starts an execution now.
pub(super) async fn run(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    let interaction = emulator.read(|store| find(store, &id).map(|trigger| trigger.interaction.clone()))?;
    let job = interactions::job(&emulator, interaction.get().as_bytes(), true)?;
    let (execution, at_ms) = (random::resource_id::<36>()?, job.created_ms);
    let execution = Execution { id: execution, interaction: job.id.clone(), at_ms };
    lifecycle::start(&emulator, job);
    emulator.write(|store| {
        let shown = execution.resource(&id, &store.jobs);
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
) -> ApiResult {
    let all: Result<Vec<Value>, ApiError> = emulator.read(|store| {
        let executions = &find(store, &id)?.executions;
        Ok(executions.iter().map(|execution| execution.resource(&id, &store.jobs)).collect())
    });
    page("trigger_executions", &paging, all?)
}

fn page(name: &str, paging: &Paging, all: Vec<Value>) -> ApiResult {
    let (page, next) = paging.take(all)?;
    let mut answer = json!({ name: page });
    next.into_iter().for_each(|next| set(&mut answer, "next_page_token", next));
    Ok(Json(answer))
}

fn find<'s>(store: &'s Store, id: &str) -> Result<&'s Trigger, ApiError> {
    store.triggers.iter().find(|trigger| trigger.id == id).ok_or_else(|| ApiError::not_found(id))
}
