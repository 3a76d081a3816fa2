//! A server that verifies the webhooks of every sender, with one extractor.
//!
//! `POST /hooks/{sender}` takes the webhooks of the senders that have a secret in the environment: `WEBHOOK_STRIPE`,
//! `WEBHOOK_COINBASE_COMMERCE`. What a sender asks before it sends events is answered too.

#![allow(clippy::disallowed_methods, reason = "a server may read the clock; the core gets the time as an argument")]

mod handshake;
pub mod hooks;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::post;

pub use hooks::Hooks;
pub use webhook::Webhook;

/// The largest body, in bytes. Nobody is authenticated before the whole body was read.
const LIMIT: usize = 1 << 20;

/// The routes. Merge them into your own, or nest them.
pub fn app(hooks: Hooks) -> Router {
    Router::new()
        .route("/hooks/{sender}", post(receive).fallback(handshake::answer))
        .layer(DefaultBodyLimit::max(LIMIT))
        .with_state(Arc::new(hooks))
}

/// Your handler. The event is genuine, and may arrive twice: deduplicate on its id.
async fn receive(webhook: Webhook) -> Response {
    println!("{}: event {}, {} bytes", webhook.sender, webhook.id, webhook.body.len());
    webhook.taken()
}
