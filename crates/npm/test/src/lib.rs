//! What tests need of the package's Wasm and nobody else may have: a trap.

use countersign_npm_core as _;
use wasm_bindgen::prelude::*;

/// Panics.
#[wasm_bindgen]
#[expect(clippy::panic, reason = "what happens then is what is tested")]
pub fn trap() {
    panic!("a trap, on purpose");
}
