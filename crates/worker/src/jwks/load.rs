//! Loading a key set: from KV, or from its URL, and then into KV.

use countersign::Jwks;
use countersign::crypto::{hex, sha256};
use countersign::gateway::jwks_cache::{Freshness, Standing, ttl};
use countersign::json::{printed, value};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use crate::clock;
use crate::executor;
use crate::kv::KvNamespace;
use crate::outbound;

/// What a load came to.
pub(super) struct Loaded {
    pub(super) set: Option<(Jwks, Freshness)>,
    /// Whether the network gave no readable set. The set is then the last good one of KV, if any.
    pub(super) failed: bool,
}

/// Where a set is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup {
    KvThenNetwork,
    Network,
}

/// Loads the set of a URL: a newer one than `held`, which is in memory.
pub(super) async fn load(
    url: &str,
    kv: Option<KvNamespace>,
    context: &Context,
    lookup: Lookup,
    held: Option<Freshness>,
) -> Loaded {
    let stored = match &kv {
        // KV may not have taken the last one: its writes of a day are limited.
        Some(kv) if lookup == Lookup::KvThenNetwork => {
            stored(kv, url).await.filter(|(_, freshness)| held.is_none_or(|held| age(*freshness) <= age(held)))
        }
        _ => None,
    };
    let standing =
        |stored: &Option<(Jwks, Freshness)>| stored.as_ref().map(|(_, freshness)| freshness.at(clock::now()));
    if standing(&stored) == Some(Standing::Fresh) {
        return Loaded { set: stored, failed: false };
    }
    match fetch(url).await {
        Some((set, document, freshness)) => {
            if let Some(kv) = kv {
                store(kv, url, &document, freshness, context);
            }
            Loaded { set: Some((set, freshness)), failed: false }
        }
        None => {
            let last_good = stored.filter(|(_, freshness)| freshness.at(clock::now()) != Standing::Expired);
            Loaded { set: last_good, failed: true }
        }
    }
}

/// The seconds since a set was fetched; as many if it is from the future.
fn age(freshness: Freshness) -> u64 {
    clock::now().abs_diff(freshness.fetched_at)
}

/// Fetches a readable set, and the document that it was read from.
async fn fetch(url: &str) -> Option<(Jwks, Vec<u8>, Freshness)> {
    let document = outbound::key_set(url).await?;
    let ttl = ttl(document.cache_control().as_deref());
    let document = document.bytes().to_vec();
    let set = Jwks::parse(&document).ok()?;
    Some((set, document, Freshness { fetched_at: clock::now(), ttl }))
}

async fn stored(kv: &KvNamespace, url: &str) -> Option<(Jwks, Freshness)> {
    let asked = kv.request(&name(url)).ok()?;
    let text = clock::outcome_within(&asked, KV_MS).await.ok()?.as_string()?;
    let stored: Value = value(&text)?;
    let number = |name: &str| stored.get(name).and_then(Value::as_u64);
    let freshness = Freshness { fetched_at: number("fetched_at")?, ttl: number("ttl")? };
    Some((Jwks::parse(stored.get("document")?.as_str()?.as_bytes()).ok()?, freshness))
}

/// The milliseconds that KV has to answer: with those of the network, no more than a delivery waits.
const KV_MS: f64 = 1_000.0;

/// Stores a set in the background; without it the next isolate fetches for itself.
fn store(kv: KvNamespace, url: &str, document: &[u8], freshness: Freshness, context: &Context) {
    let Ok(document) = std::str::from_utf8(document) else { return };
    let value = printed(&json!({ "fetched_at": freshness.fetched_at, "ttl": freshness.ttl, "document": document }));
    let key = name(url);
    let stored = executor::spawn(async move {
        let _ = kv.put(&key, &value, freshness.keep()).await;
        JsValue::UNDEFINED
    });
    // It throws only after the request's end; the write may then be lost.
    let _ = context.wait_until(&stored);
}

fn name(url: &str) -> String {
    ["jwks:", &hex(&sha256(&[url.as_bytes()]))].concat()
}
