//! How the npm package's Wasms read what JavaScript hands over, and what they hand back. It exports nothing by itself, so each
//! of them has of it what it names.

mod body;
mod fault;
mod given;
mod options;

pub use crate::body::Held;
pub use crate::fault::Fault;
pub use crate::given::Given;
pub use crate::options::Options;

use countersign::scheme::{self, Form, Scheme};
use countersign::signature::Portable;
use countersign::{Headers, HmacKey, Timestamp, Verified, sign};

/// The headers of a scheme, in the order of [`describe`]. The first character of `lines` parts the values that follow: one that
/// none of them holds.
pub fn named<'l>(scheme: &'static Scheme, lines: &'l str) -> Headers<'l> {
    let names = scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature]);
    let mut characters = lines.chars();
    let separator = characters.next().unwrap_or_default();
    names.zip(characters.as_str().split(separator)).map(|(name, value)| (name, value.as_bytes())).collect()
}

/// Form, set of headers and key of what was verified, in one number: two bits, six bits, and the rest.
pub fn pack<B>(scheme: &Scheme, verified: &Verified<'_, B>) -> u32 {
    let form = match verified.form() {
        Form::V1 => 0,
        Form::V1a => 1,
        _ => 2,
    };
    let set = scheme.headers.iter().position(|names| names.id == verified.names().id).unwrap_or_default();
    let number = |value: usize| u32::try_from(value).unwrap_or_default();
    form | (number(set) & 63) << 2 | number(verified.key()) << 8
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
/// `invalid_secret` where there is no key.
pub fn signed(keys: &[HmacKey], id: &str, timestamp: f64, body: &[u8]) -> Result<String, Fault> {
    if keys.is_empty() {
        return Err(Fault::no_signing_key());
    }
    Ok(sign(keys, id.as_bytes(), seconds(timestamp), body, &Portable))
}

/// The whole second of a clock.
pub fn seconds(now: f64) -> Timestamp {
    Timestamp::from_unix(now as u64)
}
