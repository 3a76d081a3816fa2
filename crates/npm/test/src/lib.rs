//! The npm package's Wasm with a trap that tests can spring. Never published.

use countersign_npm_core as _;
use wasm_bindgen::prelude::*;

/// Panics.
#[wasm_bindgen]
#[expect(clippy::panic, reason = "tests what follows a panic")]
pub fn trap() {
    panic!("a trap, on purpose");
}
