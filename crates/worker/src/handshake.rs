//! Handshakes of senders: which deliveries may be one, and the record of each in the log.

use countersign::config::Source;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::handshake::{Asked, LARGEST, Reply, unsigned};
use countersign::scheme::{Handshake, Media};
use countersign::verify::Keys;
use countersign::{Delivery, Error, Timestamp, Verified};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::console;
use crate::crypto::Platform;
use crate::executor::{Outcome, last_step};
use crate::state::{State, delivery_headers, state};
use crate::step::Step;

/// The code of a handshake in the log.
pub(crate) const CODE: &str = "handshake";

/// Answers a handshake by another method than POST, or has its headers read first.
#[inline(never)]
pub(crate) fn open(state: &State, index: usize, url: &str) -> Step {
    let found = Reply { status: 200, media: Media::Text, text: String::new() };
    match state.config.source(index) {
        Some(source) if matches!(source.policy.scheme.handshake, Some(Handshake::Probe(_))) => end(source, Some(found)),
        Some(source) if source.policy.scheme.handshake.and_then(Handshake::header).is_some() => Step::greet(index),
        Some(source) => end(source, source.hub_challenge(url)),
        None => Step::refuse(Refusal::ConfigInvalid),
    }
}

/// Answers the GET of a handshake whose challenge is in a header. `headers` are as for [`receive`](crate::receive()).
#[wasm_bindgen]
pub fn greet(index: usize, headers: String, challenge: Option<String>, now: f64) -> u32 {
    let state = state();
    let Some(source) = state.as_ref().and_then(|state| state.config.source(index)) else {
        return Step::refuse(Refusal::ConfigInvalid).encode();
    };
    let no_body = Body::new(Uint8Array::new_with_length(0), Some(Vec::new()));
    let request = Delivery::new(delivery_headers(source, headers.as_bytes()), no_body);
    let now = Timestamp::from_unix((now as u64).div_euclid(1000));
    let keys = Keys { secrets: &source.secrets, ..Keys::default() };
    let verified = source.policy.verify(keys, &request, now, &Platform).ok();
    end(source, challenge.and_then(|challenge| verified?.header_challenge(&challenge))).encode()
}

fn end(source: &Source, reply: Option<Reply>) -> Step {
    let (code, status, outcome) = match reply {
        Some(reply) => (CODE, reply.status, Outcome::from(reply)),
        None => {
            let refusal = Refusal::HandshakeRefused;
            (refusal.code(), refusal.response().status, Outcome::Refused(refusal))
        }
    };
    let (source, scheme) = (Some(source.name.as_str()), Some(source.policy.scheme.name));
    console::log(&LogRecord { code, status, source, scheme, ..LogRecord::default() }.to_json());
    last_step(outcome)
}

/// Whether a delivery to a source may be a handshake.
pub(crate) fn is_possible(source: &Source, body: &Body) -> bool {
    body.length() <= LARGEST && source.policy.scheme.handshake.is_some_and(Handshake::is_post)
}

/// Tells a handshake from an event.
#[inline(never)]
pub(crate) fn asked<'d>(source: &Source, verified: Verified<'d, Body>) -> Asked<'d, Body> {
    verified.asked(source.policy.scheme, &source.secrets, &Platform)
}

/// The reply to a handshake that came without a signature, or the refusal.
#[inline(never)]
pub(crate) fn unsigned_or(error: Error, source: &Source, body: &Body) -> Result<Reply, Refusal> {
    let reply = match error {
        Error::MissingHeader(_) if is_possible(source, body) => {
            unsigned(source.policy.scheme, &source.secrets, &body.to_vec())
        }
        _ => None,
    };
    reply.ok_or(Refusal::Check(error))
}
