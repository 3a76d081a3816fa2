//! Single values.

use std::borrow::Cow;

use serde_json::Value;

/// Reads a JSON text as a tree. Each further type to deserialize would add a reader to the Wasm.
pub fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Reads a JSON text as a string; `None` if it is anything else.
pub(crate) fn string(text: &str) -> Option<String> {
    unquoted(text).map(Cow::into_owned)
}

/// Reads a JSON text as a number; `None` if it is anything else, or beyond `f64`.
pub(crate) fn number(text: &str) -> Option<f64> {
    value(text)?.as_f64()
}

/// The content of a JSON string; `None` if the text, which is some JSON value, is no string.
pub(super) fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    match value(text)? {
        Value::String(text) => Some(Cow::Owned(text)),
        _ => None,
    }
}
