//! Key sets that JavaScript fetches: whether a document is one, how long it is fresh, and when a fetch is due. Times are Unix seconds.

use countersign::Jwks;
use countersign::gateway::forward::USER_AGENT;
use countersign::gateway::jwks_cache::{self, Freshness};
use countersign::scheme::{self, KeySource};
use countersign_npm_common::{Fault, Refused};
use wasm_bindgen::prelude::*;

/// What may be done with a key set.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// Use it.
    Fresh,
    /// Use it, and refresh it in the background.
    Stale,
    /// Do not use it.
    Expired,
}

/// The URL of the key set that a scheme's sender publishes.
#[wasm_bindgen(js_name = keySetUrl)]
pub fn key_set_url(scheme: &str) -> Option<String> {
    match scheme::find(scheme)?.keys {
        KeySource::SharedJwks(url) | KeySource::IssuerJwks(url) => Some(url.to_owned()),
        _ => None,
    }
}

/// Whether a scheme's sender proves its identity by a token, which only `countersign-npm-full` checks.
#[wasm_bindgen(js_name = hasIdentity)]
pub fn has_identity(scheme: &str) -> bool {
    scheme::find(scheme).is_some_and(|scheme| scheme.identity().is_some())
}

/// Checks that a document is a key set.
///
/// # Errors
/// `jwks_invalid`.
#[wasm_bindgen(js_name = checkKeySet)]
pub fn check_key_set(document: &[u8]) -> Result<(), JsValue> {
    Jwks::parse(document).map(drop).map_err(|error| Fault::from(error).into())
}

/// For how many seconds a fetched key set is fresh.
#[wasm_bindgen(js_name = timeToLive)]
pub fn time_to_live(cache_control: Option<String>) -> f64 {
    jwks_cache::ttl(cache_control.as_deref()) as f64
}

/// What may be done with a key set that was fetched at a time.
#[wasm_bindgen]
pub fn standing(fetched_at: f64, ttl: f64, now: f64) -> Standing {
    let set = Freshness { fetched_at: fetched_at as u64, ttl: ttl as u64 };
    match set.at(now as u64) {
        jwks_cache::Standing::Fresh => Standing::Fresh,
        jwks_cache::Standing::Stale => Standing::Stale,
        jwks_cache::Standing::Expired => Standing::Expired,
    }
}

/// Whether a refresh, or a signature that matched no key, may cause a fetch now: each once a minute.
#[wasm_bindgen(js_name = mayRefetch)]
pub fn may_refetch(last: Option<f64>, now: f64) -> bool {
    jwks_cache::may_refetch(last.map(|last| last as u64), now as u64)
}

/// The seconds for which a failed fetch is not repeated. `chance` is a random byte.
#[wasm_bindgen(js_name = pauseAfterFailure)]
pub fn pause_after_failure(chance: u8) -> f64 {
    jwks_cache::pause_after_failure(chance) as f64
}

/// Whether the pause after a failed fetch is over.
#[wasm_bindgen(js_name = mayFetchAfterFailure)]
pub fn may_fetch_after_failure(failed_at: f64, pause: f64, now: f64) -> bool {
    jwks_cache::may_fetch_after_failure(failed_at as u64, pause as u64, now as u64)
}

/// The `User-Agent` of a fetch.
#[wasm_bindgen(js_name = userAgent)]
pub fn user_agent() -> String {
    USER_AGENT.to_owned()
}

/// The fault of a key set that could not be fetched.
#[wasm_bindgen(js_name = keysUnavailable)]
pub fn keys_unavailable() -> Refused {
    Fault::keys_unavailable().into()
}
