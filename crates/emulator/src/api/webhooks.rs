//! `webhooks`: create, get, list, update, delete, ping, rotateSigningSecret.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Map, Value, json};

use super::body;
use super::error::{ApiError, ApiResult};
use super::page::Paging;
use super::verb::verb;
use crate::clock::rfc3339;
use crate::delivery;
use crate::emulator::Emulator;
use crate::event::Event;
use crate::json::set;
use crate::keys::Secret;
use crate::random;
use crate::record::Target;
use crate::schedule::RETRY_FOR;
use crate::webhook::{self, Revocation, SUBSCRIBABLE, Webhook};

/// `POST /webhooks`: the only response with the secret.
pub(super) async fn create(State(emulator): State<Arc<Emulator>>, body: Bytes) -> ApiResult {
    let members = body::members(&body)?;
    body::only(&members, &["name", "uri", "subscribed_events"])?;
    let uri = body::text(&members, "uri")?.ok_or_else(|| ApiError::invalid("webhook.uri is required."))?;
    body::check_uri(&uri)?;
    let events = events(&members)?.filter(|events| !events.is_empty());
    let events = events.ok_or_else(|| ApiError::invalid("webhook.subscribed_events must not be empty."))?;
    let (id, name) = (random::resource_id::<36>()?, body::text(&members, "name")?);
    let random = Secret::random()?;
    let now = emulator.clock.now_ms();
    Ok(Json(emulator.write(|store| {
        let (secret, text) = store.given_secret.take().unwrap_or(random);
        let webhook = Webhook::new(id, name, uri, events, secret, now);
        let mut resource = resource(&webhook, now);
        set(&mut resource, "new_signing_secret", text);
        store.webhooks.push(webhook);
        resource
    })))
}

/// `GET /webhooks/{id}`
pub(super) async fn get(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    let now = emulator.clock.now_ms();
    let found = emulator.read(|store| store.webhooks.iter().find(|one| one.id == id).map(|one| resource(one, now)));
    found.map(Json).ok_or_else(|| ApiError::not_found(&id))
}

/// `GET /webhooks`
pub(super) async fn list(State(emulator): State<Arc<Emulator>>, Query(paging): Query<Paging>) -> ApiResult {
    let now = emulator.clock.now_ms();
    let all = emulator.read(|store| store.webhooks.iter().map(|webhook| resource(webhook, now)).collect());
    let (page, next) = paging.take(all)?;
    let mut answer = json!({ "webhooks": page });
    if let Some(next) = next {
        set(&mut answer, "next_page_token", next);
    }
    Ok(Json(answer))
}

/// `PATCH /webhooks/{id}`: changes the members in the body. Like the live service, it ignores the mask.
pub(super) async fn update(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>, body: Bytes) -> ApiResult {
    let members = body::members(&body)?;
    body::only(&members, &["name", "uri", "subscribed_events", "state"])?;
    let (name, uri, events) = (body::text(&members, "name")?, body::text(&members, "uri")?, events(&members)?);
    uri.iter().try_for_each(|uri| body::check_uri(uri))?;
    let state = match body::text(&members, "state")? {
        Some(state) => Some(webhook::State::settable(&state).ok_or_else(|| bad_state(&state))?),
        None => None,
    };
    change(&emulator, &id, |webhook, now| {
        webhook.name = name.or_else(|| webhook.name.take());
        webhook.uri = uri.unwrap_or_else(|| std::mem::take(&mut webhook.uri));
        webhook.events = events.unwrap_or_else(|| std::mem::take(&mut webhook.events));
        state.into_iter().for_each(|state| webhook.set_state(state));
        webhook.updated_ms = now;
        resource(webhook, now)
    })
}

/// `DELETE /webhooks/{id}`
pub(super) async fn delete(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>) -> ApiResult {
    let known = emulator.write(|store| {
        let before = store.webhooks.len();
        store.webhooks.retain(|webhook| webhook.id != id);
        store.webhooks.len() < before
    });
    if known { Ok(Json(json!({}))) } else { Err(ApiError::not_found(&id)) }
}

/// `POST /webhooks/{id}:ping` and `POST /webhooks/{id}:rotateSigningSecret`
pub(super) async fn act(State(emulator): State<Arc<Emulator>>, Path(target): Path<String>, body: Bytes) -> ApiResult {
    let members = body::members(&body)?;
    match verb(&target) {
        Some((id, "ping")) => ping(&emulator, id),
        Some((id, "rotateSigningSecret")) => rotate(&emulator, id, &members),
        _ => Err(ApiError::not_found(&target)),
    }
}

/// Responds before anything is sent, even if the receiver cannot be reached.
fn ping(emulator: &Arc<Emulator>, id: &str) -> ApiResult {
    if !emulator.read(|store| store.webhooks.iter().any(|webhook| webhook.id == id)) {
        return Err(ApiError::not_found(id));
    }
    if let Some(event) = Event::ping(id, random::message_id()?, emulator.clock.now_ms()) {
        delivery::start(emulator, event, Target::Webhook(id.to_owned()));
    }
    Ok(Json(json!({})))
}

fn rotate(emulator: &Emulator, id: &str, members: &Map<String, Value>) -> ApiResult {
    body::only(members, &["revocation_behavior"])?;
    let revocation = match body::text(members, "revocation_behavior")?.as_deref() {
        None | Some("revoke_previous_secrets_after_h24") => Revocation::AfterDay,
        Some("revoke_previous_secrets_immediately") => Revocation::Immediately,
        Some(other) => return Err(ApiError::invalid(format!("Invalid value at 'revocation_behavior': \"{other}\"."))),
    };
    let (secret, text) = Secret::random()?;
    let day = u64::try_from(emulator.clock.compress(RETRY_FOR).as_millis()).unwrap_or(u64::MAX);
    change(emulator, id, |webhook, now| {
        webhook.rotate(secret, revocation, now, now.saturating_add(day));
        json!({ "secret": text })
    })
}

fn change(emulator: &Emulator, id: &str, change: impl FnOnce(&mut Webhook, u64) -> Value) -> ApiResult {
    let now = emulator.clock.now_ms();
    let changed = emulator.write(|store| {
        let webhook = store.webhooks.iter_mut().find(|webhook| webhook.id == id);
        webhook.map(|webhook| change(webhook, now))
    });
    changed.map(Json).ok_or_else(|| ApiError::not_found(id))
}

/// The subscribed events, if present. Like the live service, it refuses an unknown type with the list of types.
fn events(members: &Map<String, Value>) -> Result<Option<Vec<String>>, ApiError> {
    let Some(events) = members.get("subscribed_events") else { return Ok(None) };
    let wrong = || ApiError::invalid("subscribed_events must be a list of event types.");
    let events = events.as_array().ok_or_else(wrong)?;
    let events: Option<Vec<_>> = events.iter().map(|event| event.as_str().map(str::to_owned)).collect();
    let events = events.ok_or_else(wrong)?;
    match events.iter().find(|event| !SUBSCRIBABLE.contains(&event.as_str())) {
        Some(event) => Err(ApiError::invalid(format!(
            "Invalid subscribed event \"{event}\". Supported events are: {}.",
            SUBSCRIBABLE.join(", ")
        ))),
        None => Ok(Some(events)),
    }
}

fn bad_state(state: &str) -> ApiError {
    ApiError::invalid(format!("Invalid value at 'webhook.state': \"{state}\"; it can be set to enabled or disabled."))
}

fn resource(webhook: &Webhook, now: u64) -> Value {
    let secrets = webhook.secrets(now).map(|(secret, expires)| match expires {
        Some(expires) => json!({ "truncated_secret": secret.truncated, "expire_time": rfc3339(expires) }),
        None => json!({ "truncated_secret": secret.truncated }),
    });
    let mut resource = json!({
        "id": webhook.id,
        "uri": webhook.uri,
        "subscribed_events": webhook.events,
        "state": webhook.state.as_str(),
        "signing_secrets": secrets.collect::<Vec<_>>(),
        "create_time": rfc3339(webhook.created_ms),
        "update_time": rfc3339(webhook.updated_ms),
    });
    if let Some(name) = &webhook.name {
        set(&mut resource, "name", name.as_str());
    }
    resource
}
