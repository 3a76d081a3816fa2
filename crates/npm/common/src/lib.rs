//! What the Wasm crates of the npm package share: how they read values of JavaScript, and how they report an outcome.
//!
//! Every call is a plain function over JavaScript values. Strings and options are read here, an outcome is an [`Accepted`] or a
//! [`Refused`], and no address of Wasm memory is known to JavaScript.

mod fault;
mod given;
mod headers;
mod native;
mod options;
mod outcome;
mod scheme;
mod target;

pub use crate::fault::{Fault, invalid_json};
pub use crate::given::Given;
pub use crate::headers::{header_names, headers};
pub use crate::native::{CheckP256, Native, install_p256};
pub use crate::options::{Options, is_absent, seconds as option_seconds};
pub use crate::outcome::{Accepted, Refused};
pub use crate::scheme::{described, read_once, with_header};
pub use crate::target::{delivery, targeted};

use countersign::crypto::Portable;
use countersign::{HmacKey, Timestamp, sign};

/// Signs a body: the value of `webhook-signature`, with one signature for each key.
///
/// # Errors
/// `invalid_secret` if there is no key, and the core's errors for an id or a timestamp that cannot be signed.
pub fn signed(keys: &[HmacKey], id: &str, timestamp: f64, body: &[u8]) -> Result<String, Fault> {
    if keys.is_empty() {
        return Err(Fault::no_signing_key());
    }
    sign(keys, id.as_bytes(), whole_second(timestamp), body, &Portable).map_err(Fault::unsignable)
}

/// The whole second of a clock's reading.
pub fn whole_second(now: f64) -> Timestamp {
    Timestamp::from_unix(now as u64)
}
