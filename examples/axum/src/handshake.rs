//! What senders ask before they send events, or now and then: Slack, Zoom, Discord and Twitch with a POST, which the extractor answers; Meta and
//! Okta with a GET; HeyGen with an OPTIONS; Intercom with a HEAD.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign::handshake::{self, Reply, hub_challenge};
use countersign::scheme::{Handshake, Media};
use countersign::{Delivery, Error, Headers, Receiver};

use crate::hooks::Hooks;

/// Answers what a sender asks with another method than POST.
pub(crate) async fn answer(State(hooks): State<Arc<Hooks>>, Path(sender): Path<String>, request: Request) -> Response {
    let Some(receiver) = hooks.get(&sender) else { return StatusCode::NOT_FOUND.into_response() };
    let reply = match receiver.policy().scheme.handshake {
        Some(Handshake::HubChallenge) if request.method() == "GET" => {
            hooks.verify_token(&sender).and_then(|token| hub_challenge(&request.uri().to_string(), token))
        }
        Some(Handshake::HeaderChallenge(name)) if request.method() == "GET" => {
            header_challenge(receiver, &request, name)
        }
        Some(Handshake::Probe(method)) if request.method() == method => return StatusCode::OK.into_response(),
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    reply.map_or_else(|| StatusCode::FORBIDDEN.into_response(), response)
}

/// The headers prove the sender, as with a delivery.
fn header_challenge(receiver: &Receiver, request: &Request, name: &str) -> Option<Reply> {
    let challenge = request.headers().get(name)?.to_str().ok()?;
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let delivery = Delivery::new(Headers::from_iter(headers), "");
    receiver.verify(&delivery, SystemTime::now().into()).ok()?.header_challenge(challenge)
}

/// Answers a handshake that was refused because it has no signature: Zoom's.
pub(crate) fn unsigned(receiver: &Receiver, error: Error, body: &Bytes) -> Option<Response> {
    let Error::MissingHeader(_) = error else { return None };
    handshake::unsigned(receiver.policy().scheme, receiver.secrets(), body).map(response)
}

/// A reply as the sender gets it.
pub(crate) fn response(Reply { status, media, text }: Reply) -> Response {
    let media = match media {
        Media::Json => "application/json",
        Media::Xml => "text/xml",
        _ => "text/plain",
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    // Text may be an echo of the sender's: a browser must not take it for a page.
    (status, [(header::CONTENT_TYPE, media), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], text).into_response()
}
