//! What the ledger keeps (ledger.js): counts of refusals, captured deliveries, the audit.

use countersign::access::Who;
use countersign::admin::{Operation, Request, redacted};
use countersign::gateway::response::{RESPONSES, Refusal};
use countersign::json::{printed, value};
use js_sys::{Array, Promise};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use super::page::Page;
use super::shards::call;
use crate::console;
use crate::env::property;
use crate::executor::settled;
use crate::inbox::registry;
use crate::state::State;

/// Calls a method of the ledger: what it returns.
///
/// # Errors
/// `storage_unavailable`, also without the binding `INBOX`, or if it does not answer in time.
pub(super) async fn ask(state: &State, method: &str, values: &[JsValue]) -> Result<JsValue, Refusal> {
    let values: Array = values.iter().collect();
    let asked = registry(&state.bindings).and_then(|ledger| ledger.ledger(method, &values).ok());
    call(asked.ok_or(JsValue::UNDEFINED)).await
}

/// [`ask`] for a method that returns JSON.
pub(super) async fn read(state: &State, method: &str, values: &[JsValue]) -> Result<Value, Refusal> {
    let text = ask(state, method, values).await?.as_string();
    text.and_then(|text| value(&text)).ok_or(Refusal::StorageUnavailable)
}

/// Refused deliveries of 24 hours, by source and code.
pub(super) async fn refused(state: &State, request: &Request<'_>) -> Result<Value, Refusal> {
    let source = request.query.get("source").map_or(JsValue::UNDEFINED, JsValue::from_str);
    let mut counted = read(state, "counted", &[source]).await?;
    let rows = counted.get_mut("by_code").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let refused: Vec<_> =
        rows.into_iter().filter(|row| row.get("code").and_then(Value::as_str).is_some_and(is_refusal)).collect();
    Ok(json!({ "since": counted.get("since"), "by_code": refused }))
}

/// Whether deliveries with this code are refused.
pub(super) fn is_refusal(code: &str) -> bool {
    RESPONSES.iter().any(|response| response.code == code)
}

/// A page of the audit.
pub(super) async fn audit(state: &State, request: &Request<'_>) -> Result<Value, Refusal> {
    let before = request.query.get("cursor").map_or(Ok(0), str::parse::<u32>).map_err(|_| Refusal::InvalidQuery)?;
    read(state, "records", &[before.into(), request.query.count("limit", 50).into()]).await
}

/// Begins or ends a capture, or shows what was captured.
pub(super) async fn captures(state: &State, request: &Request<'_>, source: &str) -> Result<Page, Refusal> {
    let name = JsValue::from_str(source);
    match request.operation() {
        operation @ (Operation::Capture | Operation::StopCapture) => {
            let on = read(state, "capture", &[name, (operation == Operation::Capture).into()]).await?;
            // This isolate need not wait for its next counts.
            if let Some(all) = ask(state, "capturing", &[]).await?.as_string() {
                learn(&all);
            }
            Ok(on.into())
        }
        Operation::Captures => {
            let mut kept = read(state, "kept", &[name]).await?;
            let all = kept.get_mut("captures").and_then(Value::as_array_mut);
            for capture in all.into_iter().flatten().filter_map(Value::as_object_mut) {
                // It may hold the token of the source.
                capture.remove("url");
                capture.insert("headers".to_owned(), shown_headers(state, source, capture.get("headers").cloned()));
            }
            Ok(kept.into())
        }
        Operation::Captured if !state.config.admin().shows_bodies() => Err(Refusal::BodiesHidden),
        operation => {
            let found = ask(state, "keptOne", &[name, JsValue::from_str(&request.item())]).await?;
            let text = property(&found, "text").and_then(|text| text.as_string()).ok_or(Refusal::NotFound)?;
            let mut capture = value(&text).ok_or(Refusal::StorageUnavailable)?;
            if operation == Operation::Explain {
                return report(source, &text, &capture, &found).await;
            }
            capture.as_object_mut().map(|members| members.remove("url"));
            Ok(capture.into())
        }
    }
}

/// Has the second Wasm explain a captured delivery.
async fn report(source: &str, text: &str, capture: &Value, found: &JsValue) -> Result<Page, Refusal> {
    let at = capture.get("at").and_then(Value::as_str).map_or(f64::NAN, js_sys::Date::parse);
    let body = property(found, "body").ok_or(Refusal::StorageUnavailable)?;
    // Its clock is that of the capture: the delivery may have been on time.
    let report = settled(explain(source, text, &body, at)).await.map_err(|_| Refusal::StorageUnavailable)?;
    let report = report.as_string().ok_or(Refusal::NotFound)?;
    Ok(Page::text("application/json", ["{\"report\":", &report, "}"].concat()))
}

/// Adds a record to the audit. What was done was done, so a failure is logged and not told.
pub(super) async fn record(state: &State, who: &Who, mut record: Value) {
    if let Some(members) = record.as_object_mut() {
        members.insert("who".to_owned(), who.label().into());
        members.insert("role".to_owned(), who.role.as_str().into());
    }
    if state.bindings.inbox.is_some() && ask(state, "record", &[printed(&record).into()]).await.is_err() {
        console::log(&printed(
            &json!({ "ev": "admin", "code": "storage_unavailable", "detail": "an action is not in the audit" }),
        ));
    }
}

/// The headers of a capture without what could authenticate anybody. A refused delivery has no form that says what its proof covers.
fn shown_headers(state: &State, source: &str, headers: Option<Value>) -> Value {
    let mut headers = headers.unwrap_or_default();
    let known = state.config.find(source.as_bytes()).and_then(|(place, _)| state.config.source(place));
    for pair in headers.as_array_mut().into_iter().flatten() {
        let text = |at| pair.get(at).and_then(Value::as_str).unwrap_or_default();
        let shown = known.map(|source| redacted((text(0), text(1)), source.policy.scheme, None).into_owned());
        if let Some(value) = pair.get_mut(1) {
            *value = shown.into();
        }
    }
    headers
}

#[wasm_bindgen(raw_module = "./captures.js")]
extern "C" {
    fn learn(on: &str);
}

#[wasm_bindgen(raw_module = "./explain.js")]
extern "C" {
    fn explain(source: &str, capture: &str, body: &JsValue, now: f64) -> Promise;
}
