//! The Gemini API over HTTP, as far as webhooks need it, under `/v1` and `/v1beta`; the key set; the control endpoint.

mod batches;
mod body;
mod control;
mod error;
mod interactions;
mod jwks;
mod page;
mod triggers;
mod verb;
mod videos;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};

use self::error::{ApiError, ApiResult};
use self::verb::verb;
use crate::emulator::Emulator;
use crate::guard::Guard;

/// All routes.
pub(crate) fn router(emulator: Arc<Emulator>) -> Router {
    let control = Router::new()
        .route("/", get(control::help))
        .route("/deliveries", get(control::deliveries))
        .route("/jobs/{id}/end", post(control::end))
        .route("/outcome", put(control::outcome))
        .route("/jwks", put(control::jwks))
        .route("/jwks/rotate", post(control::rotate));
    Router::new()
        .nest("/v1", api())
        .nest("/v1beta", api())
        .nest("/_emulator", control)
        .route("/.well-known/jwks.json", get(jwks::key_set))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Guard::new(&emulator.options.host), keep_out_pages))
        .with_state(emulator)
}

fn api() -> Router<Arc<Emulator>> {
    Router::new()
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/webhooks/{id}",
            get(webhooks::get).patch(webhooks::update).delete(webhooks::delete).post(webhooks::act),
        )
        .route("/models/{target}", post(model))
        .route("/models/{model}/operations/{id}", get(videos::get))
        .route("/batches", get(batches::list))
        .route("/batches/{id}", get(batches::get).delete(batches::delete).post(batches::act))
        .route("/interactions", post(interactions::create))
        .route("/interactions/{id}", get(interactions::get).delete(interactions::delete))
        .route("/interactions/{id}/cancel", post(interactions::cancel))
        .route("/triggers", get(triggers::list).post(triggers::create))
        .route("/triggers/{id}", get(triggers::get).patch(triggers::update).delete(triggers::delete))
        .route("/triggers/{id}/executions", get(triggers::executions).post(triggers::run))
        .layer(from_fn(need_key))
}

/// `POST /models/{model}:{verb}`
async fn model(State(emulator): State<Arc<Emulator>>, Path(target): Path<String>, body: Bytes) -> ApiResult {
    match verb(&target) {
        Some((model, "batchGenerateContent")) => batches::create(&emulator, model, &body),
        Some((model, "predictLongRunning")) => videos::create(&emulator, model, &body),
        _ => Err(ApiError::not_found(&target)),
    }
}

/// Whatever the path is: [`Guard`].
async fn keep_out_pages(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    match guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(message) => ApiError::forbidden(message).into_response(),
    }
}

/// Requires an API key; any key will do.
async fn need_key(request: Request, next: Next) -> Response {
    if has_key(request.headers(), request.uri()) { next.run(request).await } else { ApiError::no_key().into_response() }
}

fn has_key(headers: &HeaderMap, uri: &Uri) -> bool {
    let in_query =
        uri.query().is_some_and(|query| query.split('&').any(|pair| pair.len() > 4 && pair.starts_with("key=")));
    in_query || headers.get("x-goog-api-key").is_some_and(|key| !key.is_empty())
}

async fn no_route(method: Method, uri: Uri) -> ApiError {
    ApiError::not_found(&format!("{method} {} is not emulated", uri.path()))
}

/// Inlined requests of a batch: Google takes 20 MB.
const LARGEST_BODY: usize = 20 * 1024 * 1024;
