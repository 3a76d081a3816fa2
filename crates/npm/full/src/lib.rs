//! What few need of the npm package and would more than double its Wasm: reports, and RS256 for the `jwt` form.

use countersign::crypto::PORTABLE_RS256;
use countersign::explain::{self, Receiver};
use countersign::{Delivery, Headers};
use countersign_npm_common::{Given, seconds};
use countersign_npm_core::policy;
use js_sys::Array;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// Installs RS256, before any verifier is made.
#[wasm_bindgen(js_name = prepare)]
pub fn prepare() {
    // It fails where it was done before, which is as good.
    let _ = PORTABLE_RS256.install_default();
}

/// A report of a delivery, as JSON: `crates/npm/js/index.d.ts` describes it. `headers` is a JSON array of pairs.
///
/// # Errors
/// Where the options cannot be read.
#[wasm_bindgen]
pub fn inspect(
    scheme: &str,
    options: &str,
    secrets: &Array,
    jwks: Option<Vec<u8>>,
    headers: &str,
    body: &[u8],
    now: f64,
) -> Result<String, JsValue> {
    let policy = policy(scheme, options)?;
    let given = Given::read(secrets);
    let secrets: Vec<_> = given.iter().map(Given::secret).collect();
    let headers: Value = serde_json::from_str(headers).unwrap_or_default();
    let pair = |pair: &'_ Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
    let pairs: Vec<_> = headers.as_array().into_iter().flatten().filter_map(pair).collect();
    let headers: Headers<'_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let receiver = Receiver { policy: &policy, secrets: &secrets, jwks: jwks.as_deref(), now: seconds(now) };
    let report = explain::report(&receiver, &Delivery::new(headers, body));
    Ok(serde_json::to_string(&report).unwrap_or_default())
}
