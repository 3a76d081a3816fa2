//! How the npm package's Wasms read what JavaScript hands over, and what they hand back. It exports nothing by itself, so each
//! of them has of it what it names.

mod body;
mod fault;
mod given;
mod options;
mod room;

pub use crate::body::Held;
pub use crate::fault::Fault;
pub use crate::given::Given;
pub use crate::options::Options;
pub use crate::room::{room, written};

use countersign::crypto::Portable;
use countersign::scheme::{self, Form, Scheme};
use countersign::{Error, HmacKey, Timestamp, Verified, sign};

/// What a check comes to, as one number. If it holds: the form, the set of headers and the key, in two bits, six bits and the
/// rest. If not, -1, and the fault is left in `fault`.
pub fn answer<B>(scheme: &Scheme, outcome: Result<Verified<'_, B>, Error>, fault: &mut Option<Fault>) -> i32 {
    let verified = match outcome {
        Ok(verified) => verified,
        Err(error) => {
            *fault = Some(error.into());
            return -1;
        }
    };
    let form = match verified.form() {
        Form::V1 => 0,
        Form::V1a => 1,
        _ => 2,
    };
    let set = scheme.headers.iter().position(|names| names.id == verified.names().id).unwrap_or_default();
    let number = |value: usize, most: i32| i32::try_from(value).unwrap_or_default().min(most);
    form | number(set, 0x3f) << 2 | number(verified.key(), 0x7f_ffff) << 8
}

/// What JavaScript has to know of a scheme, in words parted by spaces: the URL of its key set or `-`, then its headers, in sets of
/// id, timestamp and signature. Empty where there is no such scheme.
pub fn describe(name: &str) -> String {
    let Some(scheme) = scheme::find(name) else { return String::new() };
    let jwks = match scheme.keys {
        scheme::KeySource::SharedJwks(url) => url,
        _ => "-",
    };
    let names = scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature]);
    std::iter::once(jwks).chain(names).collect::<Vec<_>>().join(" ")
}

/// The value of `webhook-signature` for a body: one signature for each key.
///
/// # Errors
/// `invalid_secret` where there is no key, and those of the core for an id or a timestamp.
pub fn signed(keys: &[HmacKey], id: &str, timestamp: f64, body: &[u8]) -> Result<String, Fault> {
    if keys.is_empty() {
        return Err(Fault::no_signing_key());
    }
    sign(keys, id.as_bytes(), seconds(timestamp), body, &Portable).map_err(Fault::unsignable)
}

/// The whole second of a clock.
pub fn seconds(now: f64) -> Timestamp {
    Timestamp::from_unix(now as u64)
}
