//! Delivers one event to one receiver. Each attempt is signed anew; attempts go on for 24 hours of the emulated clock.

use std::io::{Write, stdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::Uri;
use countersign::crypto::Portable;
use countersign::{Timestamp, sign, sign_v1a};
use hyper::body::Bytes;
use serde_json::{Map, Value};

use crate::emulator::Emulator;
use crate::event::Event;
use crate::options::Dynamic;
use crate::outgoing::{Answer, Fault, Post};
use crate::record::{Attempt, DeliveryState, Record, Target};
use crate::schedule::next_wait;
use crate::{random, term, webhook};

/// The header names of Standard Webhooks.
pub(crate) const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// Starts a delivery in a task of its own.
pub(crate) fn start(emulator: &Arc<Emulator>, event: Event, target: Target) {
    let (webhook, uri) = match &target {
        Target::Webhook(id) => (Some(id.clone()), String::new()),
        Target::Dynamic(uri) => (None, uri.clone()),
    };
    let (id, kind) = (event.id.clone(), event.kind.clone());
    let record = Record { id, kind, webhook, uri, state: DeliveryState::Pending, attempts: Vec::new() };
    let number = emulator.write(|store| {
        store.deliveries.push(record);
        store.deliveries.len().saturating_sub(1)
    });
    tokio::spawn(run(Arc::clone(emulator), number, event, target));
}

async fn run(emulator: Arc<Emulator>, number: usize, event: Event, target: Target) {
    let (mut failed, mut waited, mut kept) = (0_u32, Duration::ZERO, None);
    loop {
        let Ok(slot) = emulator.slots.acquire().await else { return };
        let Some(stamp) = stamp(&emulator, &event, &target, &mut kept) else {
            return settle(&emulator, number, DeliveryState::Dropped);
        };
        let result = attempt(&emulator, &event, &stamp).await;
        drop(slot);
        let succeeded = matches!(&result, Ok(answer) if (200..300).contains(&answer.status));
        note(&emulator, number, &target, &stamp, result);
        if succeeded {
            return settle(&emulator, number, DeliveryState::Delivered);
        }
        failed = failed.saturating_add(1);
        let Some(wait) = next_wait(failed, waited, random::fraction()) else {
            return settle(&emulator, number, DeliveryState::GivenUp);
        };
        waited = waited.saturating_add(wait);
        tokio::time::sleep(emulator.clock.compress(wait)).await;
    }
}

/// The receiver, timestamp and signature of an attempt.
#[derive(Clone, Debug)]
struct Stamp {
    uri: String,
    timestamp: u64,
    signature: String,
}

/// Signs an attempt. `None` if the webhook no longer receives deliveries.
///
/// With `--keep-timestamp`, every attempt repeats the first.
fn stamp(emulator: &Emulator, event: &Event, target: &Target, kept: &mut Option<Stamp>) -> Option<Stamp> {
    let (now, timestamp) = (emulator.clock.now_ms(), emulator.clock.now());
    let at = Timestamp::from_unix(timestamp);
    let (uri, signature) = match target {
        Target::Webhook(id) => {
            let (uri, keys) = emulator.read(|store| {
                let webhook = store.webhooks.iter().find(|webhook| webhook.id == *id);
                let webhook = webhook.filter(|webhook| webhook.state == webhook::State::Enabled)?;
                Some((webhook.uri.clone(), webhook.signing_keys(now, emulator.options.rotation)))
            })?;
            (uri, sign(&keys, event.id.as_bytes(), at, &event.body, &Portable).ok()?)
        }
        Target::Dynamic(uri) => (uri.clone(), sign_dynamic(emulator, event, uri, at).ok()?),
    };
    let stamp = Stamp { uri, timestamp, signature };
    if emulator.options.keep_timestamp {
        return Some(kept.get_or_insert(stamp).clone());
    }
    Some(stamp)
}

fn sign_dynamic(emulator: &Emulator, event: &Event, uri: &str, at: Timestamp) -> Result<String> {
    if emulator.options.dynamic == Dynamic::Jwt {
        let audience = emulator.options.audience.as_deref().unwrap_or(uri);
        let claims = claims(event, audience, at.as_unix())?;
        return emulator.read(|store| store.keys.rsa()?.token(&claims));
    }
    let key = emulator.read(|store| store.keys.signing().cloned())?;
    Ok(sign_v1a(&[key], event.id.as_bytes(), at, &event.body)?)
}

/// The claims of the documented token. Only `aud` is documented, as a placeholder. The claims contain the event, because a token
/// proves nothing else.
fn claims(event: &Event, audience: &str, now: u64) -> Result<Vec<u8>> {
    let mut claims: Map<String, Value> = serde_json::from_slice(&event.body)?;
    claims.insert("iss".into(), "https://generativelanguage.googleapis.com".into());
    claims.insert("aud".into(), audience.into());
    claims.insert("jti".into(), event.id.as_str().into());
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), now.saturating_add(TOKEN_LIFETIME).into());
    serde_json::to_vec(&claims).context("claims are JSON")
}

async fn attempt(emulator: &Emulator, event: &Event, stamp: &Stamp) -> Result<Answer, Fault> {
    let timestamp = stamp.timestamp.to_string();
    let values = [event.id.as_str(), timestamp.as_str(), stamp.signature.as_str()];
    let body = Bytes::copy_from_slice(&event.body);
    let unsendable = |error: String| Fault::Connection(error);
    let uri: Uri = stamp.uri.parse().map_err(|_| unsendable("the address cannot be sent to".to_owned()))?;
    let post = Post::signed(&uri, HEADERS, values, body).map_err(|error| unsendable(error.to_string()))?;
    emulator.outgoing.post(post, emulator.options.timeout).await
}

fn note(emulator: &Emulator, number: usize, target: &Target, stamp: &Stamp, result: Result<Answer, Fault>) {
    let (status, error, took) = match result {
        Ok(answer) => (Some(answer.status), None, answer.took),
        Err(fault) => (None, Some(fault.to_string()), emulator.options.timeout),
    };
    let succeeded = status.is_some_and(|status| (200..300).contains(&status));
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let attempt = Attempt { timestamp: stamp.timestamp, status, error, took_ms };
    emulator.write(|store| {
        if let Target::Webhook(id) = target
            && let Some(webhook) = store.webhooks.iter_mut().find(|webhook| webhook.id == *id)
        {
            if succeeded { webhook.succeeded() } else { webhook.failed(emulator.options.disable_after) }
        }
        if let Some(record) = store.deliveries.get_mut(number) {
            record.uri.clone_from(&stamp.uri);
            record.attempts.push(attempt);
            if emulator.options.verbose {
                // Deliveries go on without a reader of the output.
                let _ = writeln!(stdout(), "{}", line(record));
            }
        }
    });
}

/// The last attempt as a line for a terminal.
fn line(record: &Record) -> String {
    let Record { id, kind, uri, attempts, .. } = record;
    let said = match attempts.last() {
        Some(Attempt { status: Some(status @ 200..=299), .. }) => term::green(status),
        Some(Attempt { status: Some(status), .. }) => term::red(status),
        Some(Attempt { error, .. }) => term::red(error.as_deref().unwrap_or("no answer")),
        None => String::new(),
    };
    format!("{said} {} {id}, attempt {}, {}", term::bold(kind), attempts.len(), term::dim(uri))
}

fn settle(emulator: &Emulator, number: usize, state: DeliveryState) {
    emulator.write(|store| {
        if let Some(record) = store.deliveries.get_mut(number) {
            record.state = state;
        }
    });
}

/// Seconds; no lifetime is documented.
const TOKEN_LIFETIME: u64 = 300;
