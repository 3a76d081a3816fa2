//! Log records of an object.

use countersign::json::printed;
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::console;
use crate::env::property;

/// Logs what SQLite says, which holds no values.
pub(super) fn log_error(error: &JsValue) {
    log_failure(property(error, "message").and_then(|text| text.as_string()).as_deref());
}

/// Logs that the storage does not work.
pub(super) fn log_failure(detail: Option<&str>) {
    console::log(&printed(&json!({ "ev": "inbox", "code": "storage_unavailable", "detail": detail })));
}

/// Logs that the stored events of a source need an operator.
pub(super) fn log_event(code: &str, source: Option<&str>, detail: &str) {
    console::log(&printed(&json!({ "ev": "inbox", "code": code, "source": source, "detail": detail })));
}
