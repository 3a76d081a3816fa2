//! The extractor: a handler that takes a [`Webhook`] runs for genuine events alone, and not for handshakes.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign::crypto::Portable;
use countersign::gateway::acknowledgement::acknowledge;
use countersign::handshake::Asked;
use countersign::scheme::Scheme;
use countersign::{Delivery, Error, Headers, Target};

use crate::handshake;
use crate::hooks::Hooks;

/// A genuine event.
#[derive(Debug)]
pub struct Webhook {
    /// The name of the sender, from the path.
    pub sender: String,
    /// The event's id. The same event has the same id.
    pub id: String,
    /// The body as it was signed.
    pub body: Bytes,
    scheme: &'static Scheme,
}

impl Webhook {
    /// The response once the event was taken, as its sender reads it: Linear, Paddle and others count a 204 as a failure, and Adyen reads a text.
    pub fn taken(&self) -> Response {
        handshake::response(acknowledge(self.scheme, "delivered", self.id.as_bytes()))
    }
}

impl FromRequest<Arc<Hooks>> for Webhook {
    type Rejection = Response;

    async fn from_request(request: Request, hooks: &Arc<Hooks>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Path(sender) = Path::<String>::from_request_parts(&mut parts, hooks).await.map_err(refused_by_axum)?;
        let receiver = hooks.get(&sender).ok_or_else(|| StatusCode::NOT_FOUND.into_response())?;
        // Where these routes are nested, the request's own URI lacks what they are nested under.
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(&mut parts, hooks).await;
        // The raw body, up to the limit.
        let request = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(request, hooks).await.map_err(refused_by_axum)?;

        let headers = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let url = hooks.url(uri.path_and_query().map_or("/", |it| it.as_str()));
        let target = Target { method: parts.method.as_str(), url: &url };
        let delivery = Delivery::new(Headers::from_iter(headers), body.as_ref()).with_target(target);
        let verified = receiver
            .verify(&delivery, SystemTime::now().into())
            .map_err(|error| handshake::unsigned(receiver, error, &body).unwrap_or_else(|| refused(&sender, error)))?;
        let scheme = receiver.policy().scheme;
        match verified.asked(scheme, receiver.secrets(), &Portable) {
            // No event: no handler gets it.
            Asked::Handshake(reply) => Err(handshake::response(reply)),
            Asked::Event(verified) => {
                let id = String::from_utf8_lossy(verified.id()).into_owned();
                Ok(Self { sender, id, body, scheme })
            }
        }
    }
}

fn refused_by_axum(rejection: impl IntoResponse) -> Response {
    rejection.into_response()
}

/// The response to a sender has the code alone. The log has what is wrong and what to do, and no secret.
fn refused(sender: &str, error: Error) -> Response {
    eprintln!("{sender}: {}: {error}; {}", error.code(), error.remedy());
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let problem = format!("{{\"status\":{},\"code\":\"{}\"}}", error.status(), error.code());
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem).into_response()
}
