//! The schemes, as JavaScript names them.

use countersign::scheme::{self, Scheme};
use countersign_npm_common::Fault;
use wasm_bindgen::prelude::*;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature.
///
/// # Errors
/// Those of [`find`].
#[wasm_bindgen(js_name = headerNames)]
pub fn header_names(scheme: &str) -> Result<Vec<String>, JsValue> {
    Ok(countersign_npm_common::header_names(find(scheme)?))
}

/// Whether a scheme signs the URL, so that it must be passed.
///
/// # Errors
/// Those of [`find`].
#[wasm_bindgen(js_name = signsUrl)]
pub fn signs_url(scheme: &str) -> Result<bool, JsValue> {
    Ok(find(scheme)?.signs_target())
}

/// Finds a scheme by its name.
///
/// # Errors
/// `config_invalid` if there is none.
pub fn find(scheme: &str) -> Result<&'static Scheme, Fault> {
    scheme::find(scheme).ok_or_else(|| Fault::config("there is no scheme of that name"))
}
