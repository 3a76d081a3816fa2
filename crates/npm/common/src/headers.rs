//! The headers that a scheme reads, and their values as JavaScript hands them over.

use countersign::Headers;
use countersign::scheme::{self, Scheme};
use wasm_bindgen::prelude::*;

/// The names of the headers that a scheme reads, in sets of id, timestamp and signature. Empty if there is no such scheme.
#[wasm_bindgen(js_name = headerNames)]
pub fn header_names(scheme: &str) -> Vec<String> {
    scheme::find(scheme).into_iter().flat_map(names).map(str::to_owned).collect()
}

/// The headers of a delivery, from the values of [`header_names`] in the same order. An empty value stands for an absent header.
pub fn headers<'v>(scheme: &'static Scheme, values: &'v [String]) -> Headers<'v> {
    names(scheme).zip(values).map(|(name, value)| (name, value.as_bytes())).collect()
}

fn names(scheme: &'static Scheme) -> impl Iterator<Item = &'static str> {
    scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature])
}
