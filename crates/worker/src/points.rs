//! Points for Workers Analytics Engine: one for each outcome, where a binding `METRICS` is there.
//!
//! Source: <https://developers.cloudflare.com/analytics/analytics-engine/get-started/>. docs/metrics.md has queries.

use countersign::json::printed;
use js_sys::JSON;
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::state::State;

/// What came of one delivery or one attempt.
pub(crate) struct Point<'a> {
    /// `delivery` or `attempt`.
    pub(crate) kind: &'a str,
    /// The index: the source.
    pub(crate) source: &'a str,
    pub(crate) code: &'a str,
    pub(crate) destination: &'a str,
    /// The status of the response: the sender's, or the destination's (0: none).
    pub(crate) status: u16,
    /// The milliseconds that the destination took.
    pub(crate) ms: u64,
    /// The bytes of the body.
    pub(crate) bytes: u32,
}

/// Writes a point, if there is somewhere to write it. The platform does that after the request; a failure costs nothing but the point.
pub(crate) fn write(state: &State, point: &Point<'_>) {
    let Some(dataset) = &state.bindings.metrics else { return };
    let Point { kind, source, code, destination, status, ms, bytes } = point;
    let point = json!({ "indexes": [source], "blobs": [kind, code, destination], "doubles": [status, ms, bytes] });
    if let Ok(point) = JSON::parse(&printed(&point)) {
        let _ = dataset.write_data_point(&point);
    }
}

#[wasm_bindgen]
extern "C" {
    /// A dataset of Analytics Engine.
    pub(crate) type Dataset;
    #[wasm_bindgen(method, js_name = writeDataPoint, catch)]
    fn write_data_point(this: &Dataset, point: &JsValue) -> Result<(), JsValue>;
}
