//! The schemes of senders, which the scripts hand over: this Wasm holds none.

use countersign::scheme::{Scheme, notation};
use countersign_npm_common::{Fault, read_once};
use wasm_bindgen::prelude::*;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature.
///
/// # Errors
/// Those of `read`.
#[wasm_bindgen(js_name = headerNames)]
pub fn header_names(scheme: &str) -> Result<Vec<String>, JsValue> {
    Ok(countersign_npm_common::header_names(read(scheme)?))
}

/// Whether a scheme signs the URL, so that it must be passed.
///
/// # Errors
/// Those of `read`.
#[wasm_bindgen(js_name = signsUrl)]
pub fn signs_url(scheme: &str) -> Result<bool, JsValue> {
    Ok(read(scheme)?.signs_target())
}

/// Reads a scheme in its notation.
///
/// # Errors
/// `config_invalid` if it is in no notation.
pub(crate) fn read(text: &str) -> Result<&'static Scheme, Fault> {
    read_once(text, |text| notation::read(text).ok_or_else(|| Fault::config("there is no such scheme")))
}
