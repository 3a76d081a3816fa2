//! An event as it is handed to its object.

use countersign::inbox::Layout;
use js_sys::{JsString, Object, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// An object with the members below. What an insert only passes on to SQLite stays JavaScript's.
    #[wasm_bindgen(extends = Object)]
    #[derive(Clone)]
    pub type NewEvent;

    #[wasm_bindgen(method, getter)]
    pub(super) fn source(this: &NewEvent) -> String;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_source(this: &NewEvent, source: &str);

    #[wasm_bindgen(method, getter)]
    pub(super) fn shard(this: &NewEvent) -> u32;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_shard(this: &NewEvent, shard: u32);

    /// How many shards the source has; 0 if the Worker does not know.
    #[wasm_bindgen(method, getter)]
    pub(super) fn shards(this: &NewEvent) -> u32;
    #[wasm_bindgen(method, setter)]
    fn set_shards(this: &NewEvent, shards: u32);

    /// The hash of the template that its lane is of, if it has several shards; or null. A Worker of an earlier version sets none.
    #[wasm_bindgen(method, getter)]
    fn template(this: &NewEvent) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_template(this: &NewEvent, template: &JsValue);

    /// Whether every shard that could have its id says that another has it: see [`hand_over`](super::hand_over). Only then is it set.
    #[wasm_bindgen(method, getter)]
    pub(super) fn disowned(this: &NewEvent) -> Option<bool>;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_disowned(this: &NewEvent, disowned: bool);

    #[wasm_bindgen(method, getter)]
    pub(super) fn id(this: &NewEvent) -> String;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_id(this: &NewEvent, id: &str);

    #[wasm_bindgen(method, getter)]
    pub(super) fn form(this: &NewEvent) -> JsString;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_form(this: &NewEvent, form: &str);

    #[wasm_bindgen(method, getter)]
    pub(super) fn headers(this: &NewEvent) -> JsString;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_headers(this: &NewEvent, headers: &str);

    #[wasm_bindgen(method, getter, js_name = receivedAt)]
    pub(super) fn received_at(this: &NewEvent) -> f64;
    #[wasm_bindgen(method, setter, js_name = receivedAt)]
    pub(super) fn set_received_at(this: &NewEvent, seconds: f64);

    /// The type that the event states, or null.
    #[wasm_bindgen(method, getter, js_name = eventType)]
    pub(super) fn event_type(this: &NewEvent) -> JsValue;
    #[wasm_bindgen(method, setter, js_name = eventType)]
    pub(super) fn set_event_type(this: &NewEvent, event_type: &JsValue);

    /// Which key matched.
    #[wasm_bindgen(method, getter)]
    pub(super) fn matched(this: &NewEvent) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_matched(this: &NewEvent, key: &JsValue);

    /// Which destinations it is not for, each with the condition, as JSON text of an object; or null.
    #[wasm_bindgen(method, getter)]
    pub(super) fn filtered(this: &NewEvent) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_filtered(this: &NewEvent, filtered: &JsValue);

    /// Its lane, or null.
    #[wasm_bindgen(method, getter)]
    pub(super) fn lane(this: &NewEvent) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_lane(this: &NewEvent, lane: &JsValue);

    #[wasm_bindgen(method, getter)]
    pub(super) fn body(this: &NewEvent) -> Uint8Array;
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_body(this: &NewEvent, body: &Uint8Array);
}

impl NewEvent {
    /// An object without members.
    pub(super) fn empty() -> Self {
        Object::new().unchecked_into()
    }

    /// How the source spreads its events over shards, as the Worker knows it.
    pub(super) fn layout(&self) -> Layout {
        Layout { shards: self.shards(), order: self.template().as_f64().map(|hash| hash as u64) }
    }

    pub(super) fn set_layout(&self, layout: Layout) {
        self.set_shards(layout.shards);
        self.set_template(&layout.order.map_or(JsValue::NULL, |hash| JsValue::from_f64(hash as f64)));
    }

    /// Its lane, if it is ordered. A Worker of an earlier version sends none.
    pub(super) fn order(&self) -> Option<u64> {
        self.lane().as_f64().map(|lane| lane as u64)
    }
}
