//! Requests to destinations.

use countersign::gateway::config::{Destination, Source};
use countersign::gateway::forward::{Forward, Payload, object_name};
use countersign::gateway::respond::Refusal;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::host::{self, AbortSignal, Fetcher, Namespace, Target, object, property};

/// What came of a request: the status (0: none) and the milliseconds it took.
pub(crate) struct Reply {
    pub(crate) outcome: Result<(), Refusal>,
    pub(crate) status: u16,
    pub(crate) ms: u64,
}

/// Sends an event to its destination and waits for the head of the answer.
pub(crate) async fn send(forward: &Forward<'_, Uint8Array>, source: &Source, env: &JsValue) -> Reply {
    let started = host::now_ms();
    let signal = AbortSignal::timeout(source.forward.timeout_ms as f64);
    let init = request(forward, &signal);
    let answer = match destination(forward, source, env) {
        Ok(Some(fetcher)) => host::fetch(Target::Fetcher(&fetcher), &forward.url(source), &init).await,
        Ok(None) => host::fetch(Target::Network, &forward.url(source), &init).await,
        Err(error) => Err(error),
    };
    let ms = host::now_ms().saturating_sub(started);
    match answer {
        Ok(response) => {
            let status = response.status();
            response.discard();
            let outcome = if (200..300).contains(&status) { Ok(()) } else { Err(Refusal::DestinationFailed) };
            Reply { outcome, status, ms }
        }
        Err(_) => {
            let refusal = if signal.aborted() { Refusal::DestinationTimeout } else { Refusal::DestinationFailed };
            Reply { outcome: Err(refusal), status: 0, ms }
        }
    }
}

fn request(forward: &Forward<'_, Uint8Array>, signal: &AbortSignal) -> JsValue {
    // workerd writes header text as UTF-8, so what arrived as UTF-8 leaves as the same bytes.
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = forward.headers().iter().map(|(name, value)| (*name, JsValue::from_str(&text(value))));
    let body: JsValue = match forward.payload() {
        Payload::Received(body) => body.into(),
        Payload::Claims(claims) => Uint8Array::from(claims).into(),
    };
    object([
        ("method", "POST".into()),
        ("headers", object(headers)),
        ("body", body),
        ("redirect", "manual".into()),
        ("signal", signal.into()),
    ])
}

fn destination(forward: &Forward<'_, Uint8Array>, source: &Source, env: &JsValue) -> Result<Option<Fetcher>, JsValue> {
    let bound = |name: &str| property(env, name).ok_or(JsValue::UNDEFINED);
    match &source.forward.destination {
        Destination::Origin(_) => Ok(None),
        Destination::Service(binding) => bound(binding).map(JsCast::unchecked_into).map(Some),
        Destination::DurableObject { binding, name } => {
            let namespace: Namespace = bound(binding)?.unchecked_into();
            namespace.by_name(&name_of(forward, source, name)).map(Some)
        }
    }
}

fn name_of(forward: &Forward<'_, Uint8Array>, source: &Source, template: &str) -> String {
    let id = forward.verified().id();
    let json = match forward.payload() {
        Payload::Claims(claims) => claims.to_vec(),
        // The body is copied only for a template that looks into it.
        Payload::Received(body) if template.contains("{type}") || template.contains("{data.id}") => body.to_vec(),
        Payload::Received(_) => Vec::new(),
    };
    object_name(template, &source.name, id, &json)
}
