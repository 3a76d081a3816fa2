//! A request before its body is read: route, method, announced length.

use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::gateway::route::{Route, route};
use wasm_bindgen::prelude::*;

use crate::state::state;
use crate::step::Step;
use crate::tally::{self, NOWHERE};
use crate::{console, handshake};

/// Why a body was not read to its end.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum BodyFault {
    /// The sender ended it early.
    Incomplete,
    /// It exceeds the source's limit.
    TooLarge,
    /// It did not arrive in time.
    Late,
}

/// Steps 1 to 3: the step that leads on. `content_length` is NaN if the request has none: a number crosses for less than its digits.
#[wasm_bindgen]
pub fn open(method: &str, url: &str, content_length: f64) -> u32 {
    let Some(state) = state() else { return refuse(Refusal::ConfigInvalid, (NOWHERE, None), None) };
    match route(&state.config, method, url) {
        Ok(Route::Health) => Step::HEALTH.encode(),
        Ok(Route::Admin) => Step::ADMIN.encode(),
        Ok(Route::Console(file)) => Step::console(file).encode(),
        Ok(Route::Handshake(index)) => handshake::open(&state, index, url).encode(),
        Ok(Route::Source(index)) => match state.config.source(index) {
            Some(source) if content_length > source.max_body as f64 => {
                refuse(Refusal::BodyTooLarge, (index, Some(&source.name)), None)
            }
            _ => Step::read(index).encode(),
        },
        Err(missed) => {
            let source = missed.source.and_then(|at| state.config.name(at));
            refuse(missed.refusal, (missed.source.unwrap_or(NOWHERE), source.as_deref()), missed.detail)
        }
    }
}

/// Refuses a delivery whose body could not be read.
#[wasm_bindgen]
pub fn refuse_body(index: usize, fault: BodyFault) -> u32 {
    let state = state();
    let source = state.as_ref().and_then(|state| state.config.source(index));
    let refusal = match fault {
        BodyFault::Incomplete => Refusal::BodyIncomplete,
        BodyFault::TooLarge => Refusal::BodyTooLarge,
        BodyFault::Late => Refusal::BodyTimeout,
    };
    refuse(refusal, (index, source.map(|source| source.name.as_str())), None)
}

fn refuse(refusal: Refusal, (place, source): (usize, Option<&str>), detail: Option<&str>) -> u32 {
    tally::count(place, refusal.code());
    let status = refusal.response().status;
    console::log(&LogRecord { code: refusal.code(), status, source, detail, ..LogRecord::default() }.to_json());
    Step::refuse(refusal).encode()
}
