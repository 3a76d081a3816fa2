//! `/_emulator/…`: lists deliveries and controls jobs and keys, for tests. Not part of Google's API.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::body;
use super::error::{ApiError, ApiResult};
use crate::emulator::{Emulator, Store};
use crate::job::Outcome;
use crate::jwks::JwksMode;
use crate::lifecycle;
use crate::record::{DeliveryState, Record};

const HELP: &str = "\
GET  /_emulator/deliveries?state=&type=&webhook=&id=&count=&attempts=&wait=&limit=
       deliveries, oldest first, with their attempts. With `wait=10s`, the answer comes when `count` of them (with at least
       `attempts` attempts each) match, or then. state: pending, delivered, given_up, dropped
POST /_emulator/jobs/{id}/end     {\"outcome\":\"failed\"}: ends a running job now
PUT  /_emulator/outcome           {\"outcome\":\"expired\"}: how jobs end from now on
                                  (succeeded, failed, expired, cancelled, requires_action, incomplete,
                                  budget_exceeded, requires_continuation)
PUT  /_emulator/jwks              {\"kid\":false,\"status\":503,\"delay_ms\":0,\"max_age\":600}: how the key set is served;
                                  what is left out is as by default
POST /_emulator/jwks/rotate       a new key signs from now on, and the oldest leaves the set
";

/// `GET /_emulator`
pub(super) async fn help() -> &'static str {
    HELP
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    state: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    webhook: Option<String>,
    id: Option<String>,
    count: usize,
    attempts: usize,
    wait: Option<String>,
    limit: Option<usize>,
}

impl Filter {
    fn matches(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        is(&self.state, state_name(record.state))
            && is(&self.kind, &record.kind)
            && is(&self.id, &record.id)
            && self.webhook.as_deref().is_none_or(|wanted| record.webhook.as_deref() == Some(wanted))
            && record.attempts.len() >= self.attempts
    }
}

/// `GET /_emulator/deliveries`
pub(super) async fn deliveries(State(emulator): State<Arc<Emulator>>, Query(filter): Query<Filter>) -> ApiResult {
    let wait = filter.wait.as_deref().map(humantime::parse_duration).transpose();
    let wait = wait.map_err(|error| ApiError::invalid(format!("wait: {error}")))?.unwrap_or(Duration::ZERO);
    let now = Instant::now();
    let deadline = now.checked_add(wait).unwrap_or(now);
    let mut changes = emulator.changes();
    loop {
        changes.mark_unchanged();
        let count = emulator.read(|store| store.deliveries.iter().filter(|record| filter.matches(record)).count());
        let complete = count >= filter.count;
        if complete || timeout_at(deadline, changes.changed()).await.is_err() {
            return Ok(Json(emulator.read(|store| report(store, &filter, complete))));
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeBody {
    outcome: Outcome,
}

/// `POST /_emulator/jobs/{id}/end`
pub(super) async fn end(State(emulator): State<Arc<Emulator>>, Path(id): Path<String>, body: Bytes) -> ApiResult {
    let OutcomeBody { outcome } = body::read(&body)?;
    if !emulator.read(|store| store.jobs.contains_key(&id)) {
        return Err(ApiError::not_found(&id));
    }
    if !lifecycle::end(&emulator, &id, outcome)? {
        return Err(ApiError::failed_precondition("The job has ended."));
    }
    Ok(Json(json!({})))
}

/// `PUT /_emulator/outcome`
pub(super) async fn outcome(State(emulator): State<Arc<Emulator>>, body: Bytes) -> ApiResult {
    let OutcomeBody { outcome } = body::read(&body)?;
    emulator.write(|store| store.outcome = outcome);
    Ok(Json(json!({})))
}

/// `PUT /_emulator/jwks`
pub(super) async fn jwks(State(emulator): State<Arc<Emulator>>, body: Bytes) -> ApiResult {
    let mode: JwksMode = body::read(&body)?;
    emulator.write(|store| store.jwks = mode);
    Ok(Json(json!({})))
}

/// `POST /_emulator/jwks/rotate`
pub(super) async fn rotate(State(emulator): State<Arc<Emulator>>) -> ApiResult {
    emulator.write(|store| store.keys.rotate())?;
    Ok(Json(json!({})))
}

fn report(store: &Store, filter: &Filter, complete: bool) -> Value {
    let matching: Vec<_> = store.deliveries.iter().filter(|record| filter.matches(record)).collect();
    let attempts = matching.iter().map(|record| record.attempts.len());
    json!({
        "complete": complete,
        "count": matching.len(),
        "attempts": attempts.clone().sum::<usize>(),
        "most_attempts": attempts.max().unwrap_or(0),
        "deliveries": matching.iter().take(filter.limit.unwrap_or(DEFAULT_LIMIT)).collect::<Vec<_>>(),
    })
}

const fn state_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "pending",
        DeliveryState::Delivered => "delivered",
        DeliveryState::GivenUp => "given_up",
        DeliveryState::Dropped => "dropped",
    }
}

const DEFAULT_LIMIT: usize = 1000;
