//! The Wasm with which `countersign/custom` checks the description of a sender.
//!
//! The rules are those of `scheme = "hmac"` in the Worker's configuration. They and their messages would be 10 KB of the Wasm that every
//! program loads, gzipped, and few describe a sender.

use countersign::scheme::notation;
use countersign_npm_common::{Fault, described};
use wasm_bindgen::prelude::*;

/// Reads the description of a sender, as JSON, and returns its scheme in the notation that the other modules read.
///
/// # Errors
/// `config_invalid`: its first fault.
#[wasm_bindgen]
pub fn describe(description: &str) -> Result<String, JsValue> {
    let scheme = described(description)?;
    let fault = || Fault::config("`signed` cannot contain a line break here; only the Worker takes such a sender");
    Ok(notation::write(scheme).ok_or_else(fault)?)
}

/// HMAC-SHA512 of a message, for a platform that has none. Only a description names this hash, so it is here.
#[wasm_bindgen(js_name = hmacSha512)]
pub fn hmac_sha512(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    countersign::crypto::hmac_sha512(key, message).map(Vec::from)
}
