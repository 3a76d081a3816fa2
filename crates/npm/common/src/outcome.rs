//! What a call reports to JavaScript: the two classes of `js/outcome.js`, constructed here and decoded nowhere.

use countersign::Verified;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./outcome.js")]
extern "C" {
    /// A delivery that was accepted.
    pub type Accepted;

    #[wasm_bindgen(constructor)]
    fn new(
        scheme: &str,
        id: &str,
        timestamp: Option<f64>,
        key: usize,
        kid: Option<&str>,
        claims: Option<&[u8]>,
    ) -> Accepted;

    /// Why a call failed: the fields of the error that the user gets.
    ///
    /// An exception of this class is a fault in the input. Every other exception is a trap.
    pub type Refused;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(
        code: &str,
        status: u16,
        title: &str,
        message: &str,
        header: Option<&str>,
        retry_after: Option<&str>,
        may_be_rotation: bool,
    ) -> Refused;
}

impl Accepted {
    /// Reports a verified delivery. `kid` is the name of the key that matched, if its key set gives it one.
    pub fn from_verified<B>(verified: &Verified<'_, B>, kid: Option<&str>) -> Self {
        let timestamp = verified.metadata().timestamp().map(|at| at.as_unix() as f64);
        // An id is visible ASCII, or a token's own, which is text.
        let (form, id) = (verified.form().as_str(), std::str::from_utf8(verified.id()).unwrap_or_default());
        Self::new(form, id, timestamp, verified.key(), kid, verified.claims())
    }
}
