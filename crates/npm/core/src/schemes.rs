//! The schemes, as JavaScript names or describes them.

use countersign::scheme::{self, Scheme, notation};
use countersign_npm_common::{Fault, read_once, with_header};
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

/// Finds a scheme by its name, by its name and the header that the receiver chose (`okta x-hook-key`), or reads one in its notation: a
/// sender that the receiver described.
///
/// # Errors
/// `config_invalid` if there is none, or if the header cannot be chosen.
pub fn find(scheme: &str) -> Result<&'static Scheme, Fault> {
    let none = || Fault::config("there is no scheme of that name");
    let named = |name| scheme::find(name).ok_or_else(none);
    let first_line_only = |(name, _): &(&str, &str)| !name.contains('\n');
    if let Some((name, header)) = scheme.split_once(' ').filter(first_line_only) {
        return read_once(scheme, |_| with_header(named(name)?, header));
    }
    if scheme.contains('\n') {
        return read_once(scheme, |text| notation::read(text).ok_or_else(none));
    }
    named(scheme)
}
