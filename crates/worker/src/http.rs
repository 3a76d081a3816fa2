//! Requests to destinations.

use std::borrow::Cow;

use countersign::Timestamp;
use countersign::config::Endpoint;
use countersign::gateway::destination_error::{
    EXCEPTION, NETWORK, NO_BINDING, Unclear, cause_of_answer, cause_of_status,
};
use countersign::gateway::forward::{Event, Payload, Recipient};
use countersign::gateway::object_name::{Named, is_in_event, object_name};
use countersign::gateway::response::Refusal;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use worker::web_sys::Response;
use worker::worker_sys::Fetcher;

use crate::body::Body;
use crate::clock;
use crate::crypto::Platform;
use crate::env::{Bindings, property};
use crate::executor::boxed;
use crate::outbound;

/// What came of a request: the status (0: none), the milliseconds it took, and what a failure says of `Retry-After`.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) outcome: Result<(), Refusal>,
    pub(crate) status: u16,
    pub(crate) ms: u64,
    pub(crate) retry_after: Option<String>,
    /// Why there was no answer of the destination's own.
    pub(crate) cause: Option<&'static str>,
    /// How a failing response began, where that is kept.
    pub(crate) answer: Option<String>,
}

/// Sends an event to a recipient, and waits for the head of the response.
pub(crate) async fn send(event: &Event<Body>, to: Recipient<'_>, bindings: &Bindings) -> Reply {
    let started = clock::now_ms();
    let Ok(fetcher) = fetcher(event, to, bindings) else { return unsent(started) };
    let headers = event.request_headers(to, Timestamp::from_unix(started.div_euclid(1000)), &Platform);
    let (headers, body) = (headers.to_object(), array(event.payload()));
    let answer = outbound::send(
        fetcher.as_ref(),
        &to.url(),
        &headers,
        &body,
        to.destination.timeout_ms,
        to.source.origin_replies,
    )
    .await;
    reply(answer, started, fetcher.as_ref(), to).await
}

async fn reply(answer: Result<Response, JsValue>, started: u64, fetcher: Option<&Fetcher>, to: Recipient<'_>) -> Reply {
    let ms = clock::now_ms().saturating_sub(started);
    let answers = to.source.origin_replies;
    let failed = |status, retry_after, cause| {
        let outcome = Err(Refusal::DestinationFailed);
        Reply { outcome, status, ms, retry_after, cause, answer: None }
    };
    let said = match &answer {
        Ok(response) if to.destination.keep_answers && !response.ok() => {
            Some(boxed(outbound::beginning(response, ANSWER)).await)
        }
        _ => None,
    };
    match answer {
        Ok(response) => match outbound::head(&response, answers) {
            status @ 200..300 => Reply { outcome: Ok(()), ..failed(status, None, None) },
            status => {
                // An absent `Retry-After` reads like one that cannot be read.
                let retry_after = response.headers().get("retry-after").unwrap_or_default();
                let cause = cause_of_status(status).filter(|_| fetcher.is_none());
                Reply { answer: said, ..failed(status, retry_after, cause) }
            }
        },
        Err(error) if outbound::is_late(&error) => {
            Reply { outcome: Err(Refusal::DestinationTimeout), ..failed(0, None, None) }
        }
        Err(error) => {
            let message = property(&error, "message").and_then(|message| message.as_string()).unwrap_or_default();
            let cause = match cause_of_answer(&message) {
                Some(cause) => cause,
                None if fetcher.is_some() => EXCEPTION,
                None => boxed(cause(&message, &to.url())).await,
            };
            failed(0, None, Some(cause))
        }
    }
}

/// Why an origin gave no response. If the platform's error leaves that open, one more connection is made, and nothing sent.
async fn cause(message: &str, url: &str) -> &'static str {
    let Some(unclear) = Unclear::of(message) else { return NETWORK };
    unclear.cause(url, outbound::connects(url).await)
}

/// What came of an event whose destination is not bound.
pub(crate) fn unsent(started: u64) -> Reply {
    let ms = clock::now_ms().saturating_sub(started);
    let (outcome, cause) = (Err(Refusal::DestinationFailed), Some(NO_BINDING));
    Reply { outcome, status: 0, ms, retry_after: None, cause, answer: None }
}

/// The bytes of a failing response that are kept.
const ANSWER: u32 = 1024;

/// What is sent or stored as the body, as JavaScript holds it.
pub(crate) fn array(payload: &Payload<Body>) -> Uint8Array {
    match payload {
        Payload::Body(body) => body.as_array().clone(),
        Payload::Claims(claims) => Uint8Array::from(claims.as_slice()),
    }
}

/// The binding that an event goes to, or `None` for an origin.
///
/// # Errors
/// If there is no such binding.
fn fetcher(event: &Event<Body>, to: Recipient<'_>, bindings: &Bindings) -> Result<Option<Fetcher>, NoBinding> {
    let Recipient { source, destination } = to;
    match &destination.endpoint {
        Endpoint::Origin(_) => Ok(None),
        Endpoint::Queue { .. } | Endpoint::R2 { .. } => Err(NoBinding),
        Endpoint::Service(binding) => {
            let service = bindings.service(binding).ok_or(NoBinding)?;
            Ok(Some(service.clone()))
        }
        Endpoint::DurableObject { binding, name: template } => {
            let namespace = bindings.objects(binding).ok_or(NoBinding)?;
            let json = match event.payload() {
                Payload::Claims(claims) => Cow::Borrowed(claims.as_slice()),
                // The body is copied only for a template that looks into it.
                Payload::Body(body) if is_in_event(template) => Cow::Owned(body.to_vec()),
                Payload::Body(_) => Cow::default(),
            };
            let event_type = source.policy.scheme.event_type;
            let named =
                Named { source: &source.name, id: event.id(), event_type, headers: event.headers(), json: &json };
            let name = object_name(template, named);
            let stub = namespace.get_by_name(&name).map_err(|_| NoBinding)?;
            Ok(Some(stub.unchecked_into()))
        }
    }
}

/// The destination is not there.
struct NoBinding;
