//! The schemes of senders, which the scripts hand over: this Wasm holds none.

use std::cell::RefCell;

use countersign::scheme::{Scheme, notation};
use countersign_npm_common::Fault;
use wasm_bindgen::prelude::*;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature.
///
/// # Errors
/// Those of [`read`].
#[wasm_bindgen(js_name = headerNames)]
pub fn header_names(scheme: &str) -> Result<Vec<String>, JsValue> {
    Ok(countersign_npm_common::header_names(read(scheme)?))
}

/// Whether a scheme signs the URL, so that it must be passed.
///
/// # Errors
/// Those of [`read`].
#[wasm_bindgen(js_name = signsUrl)]
pub fn signs_url(scheme: &str) -> Result<bool, JsValue> {
    Ok(read(scheme)?.signs_target())
}

/// Reads a scheme that `js/hmac-senders.js` has as text. Each is read once and lives as long as the instance, however many verifiers
/// there are.
///
/// # Errors
/// `config_invalid` if it is not such a text.
pub(crate) fn read(text: &str) -> Result<&'static Scheme, Fault> {
    READ.with_borrow_mut(|known| {
        if let Some((_, scheme)) = known.iter().find(|(known, _)| known == text) {
            return Ok(*scheme);
        }
        let scheme = notation::read(text).ok_or_else(|| Fault::config("there is no such scheme"))?;
        known.push((text.to_owned(), scheme));
        Ok(scheme)
    })
}

thread_local! {
    static READ: RefCell<Vec<(String, &'static Scheme)>> = const { RefCell::new(Vec::new()) };
}
