//! `/_origin/…`: lists deliveries and sets faults while the origin runs.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::arrival::Arrival;
use super::fault::Fault;
use super::shared::Shared;

const HELP: &str = "\
GET    /_origin/arrivals?id=&type=&path=&verified=&answered=&count=&wait=&limit=
         what arrived, oldest first. With `wait=10s`, the answer comes when `count` of them match, or then
DELETE /_origin/arrivals          forgets what arrived, and which ids were accepted
GET    /_origin/fault             how it misbehaves
PUT    /_origin/fault             {\"fail\":\"30%\",\"status\":503,\"reset\":false,\"retry_after\":2,\"stall_ms\":0}
         `fail` is a share, or the number of the next deliveries: \"3\"; what is left out is as by default: {} heals
";

type ControlResult = Result<Json<Value>, (StatusCode, String)>;

/// `GET /_origin`
pub(super) async fn help() -> &'static str {
    HELP
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    path: Option<String>,
    verified: Option<bool>,
    answered: Option<u16>,
    count: usize,
    wait: Option<String>,
    limit: Option<usize>,
}

impl Filter {
    fn matches(&self, arrival: &Arrival) -> bool {
        (self.id.is_none() || self.id == arrival.id)
            && (self.kind.is_none() || self.kind == arrival.kind)
            && self.path.as_ref().is_none_or(|path| *path == arrival.path)
            && (self.verified.is_none() || self.verified == arrival.verified)
            && (self.answered.is_none() || self.answered == arrival.answered)
    }
}

/// `GET /_origin/arrivals`
pub(super) async fn arrivals(State(shared): State<Arc<Shared>>, Query(filter): Query<Filter>) -> ControlResult {
    let wait = filter.wait.as_deref().map(humantime::parse_duration).transpose();
    let wait = wait.map_err(|error| wrong(format!("wait: {error}")))?.unwrap_or(Duration::ZERO);
    let now = Instant::now();
    let deadline = now.checked_add(wait).unwrap_or(now);
    let mut changes = shared.changes();
    loop {
        changes.mark_unchanged();
        let count = shared.with(|seen| seen.arrivals.iter().filter(|arrival| filter.matches(arrival)).count());
        let complete = count >= filter.count;
        if complete || timeout_at(deadline, changes.changed()).await.is_err() {
            return Ok(Json(report(&shared, &filter, complete)));
        }
    }
}

fn report(shared: &Shared, filter: &Filter, complete: bool) -> Value {
    shared.with(|seen| {
        let matching: Vec<_> = seen.arrivals.iter().filter(|arrival| filter.matches(arrival)).collect();
        let shown: Vec<_> = matching.iter().take(filter.limit.unwrap_or(DEFAULT_LIMIT)).collect();
        json!({
            "complete": complete,
            "count": matching.len(),
            "accepted": seen.accepted.len(),
            "duplicates": matching.iter().filter(|arrival| arrival.duplicate).count(),
            "arrivals": shown,
        })
    })
}

/// `DELETE /_origin/arrivals`
pub(super) async fn forget(State(shared): State<Arc<Shared>>) -> ControlResult {
    shared.with(|seen| {
        seen.arrivals.clear();
        seen.accepted.clear();
    });
    Ok(Json(json!({})))
}

/// `GET /_origin/fault`
pub(super) async fn get_fault(State(shared): State<Arc<Shared>>) -> ControlResult {
    let fault = shared.with(|seen| seen.fault.clone());
    serde_json::to_value(fault).map(Json).map_err(|error| wrong(error.to_string()))
}

/// `PUT /_origin/fault`
pub(super) async fn set_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> ControlResult {
    let fault: Fault = serde_json::from_slice(&body).map_err(|error| wrong(format!("not a fault: {error}")))?;
    shared.with(|seen| seen.fault = fault);
    Ok(Json(json!({})))
}

fn wrong(message: String) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, format!("{message}\n\n{HELP}"))
}

const DEFAULT_LIMIT: usize = 1000;
