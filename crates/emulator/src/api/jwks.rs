//! `/.well-known/jwks.json`: the service's public keys, served as [`crate::jwks::JwksMode`] says.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::emulator::Emulator;

/// `GET /.well-known/jwks.json`
pub(super) async fn key_set(State(emulator): State<Arc<Emulator>>) -> Response {
    let mode = emulator.read(|store| store.jwks.clone());
    tokio::time::sleep(Duration::from_millis(mode.delay_ms)).await;
    if let Some(status) = mode.status {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response();
    }
    let mut response = Json(emulator.read(|store| store.keys.document(mode.kid))).into_response();
    if let Some(value) = mode.max_age.and_then(|seconds| format!("public, max-age={seconds}").parse().ok()) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}
