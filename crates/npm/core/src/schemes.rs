//! The schemes, as JavaScript names or describes them.

use countersign::scheme::{self, Scheme};
use countersign_npm_common::{Fault, read_once, with_header};
use wasm_bindgen::prelude::*;

use crate::extension::extension;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature.
///
/// # Errors
/// Those of [`find_named`].
#[wasm_bindgen(js_name = headerNames)]
pub fn header_names(scheme: &str) -> Result<Vec<String>, JsValue> {
    Ok(countersign_npm_common::header_names(find(scheme)?))
}

/// Whether a scheme signs the URL, so that it must be passed.
///
/// # Errors
/// Those of [`find_named`].
#[wasm_bindgen(js_name = signsUrl)]
pub fn signs_url(scheme: &str) -> Result<bool, JsValue> {
    Ok(find(scheme)?.signs_target())
}

/// Finds a scheme as an extension does, or by its name.
///
/// # Errors
/// Those of [`find_named`].
pub(crate) fn find(scheme: &str) -> Result<&'static Scheme, Fault> {
    extension().map_or(find_named as fn(&str) -> _, |by| by.find)(scheme)
}

/// Finds a scheme by its name, or by its name and the header that the receiver chose: `okta x-hook-key`.
///
/// # Errors
/// `config_invalid` if there is none, or if the header cannot be chosen.
pub fn find_named(scheme: &str) -> Result<&'static Scheme, Fault> {
    let named = |name| scheme::find(name).ok_or_else(no_scheme);
    match scheme.split_once(' ') {
        Some((name, header)) => read_once(scheme, |_| with_header(named(name)?, header)),
        None => named(scheme),
    }
}

/// The fault of a name that no scheme has.
pub fn no_scheme() -> Fault {
    Fault::config("there is no scheme of that name")
}
