//! The check itself, in this order: headers, timestamp, age, signature.
//!
//! ```text
//! headers present and well-formed   400 missing_header, invalid_header, invalid_timestamp, jwt_malformed
//! timestamp within tolerance        401 timestamp_too_old, timestamp_too_new
//! a signature matches               401 no_matching_signature, 400 too_many_signatures, 401 jwt_*
//! ```
//!
//! [`Policy::verify`], which is [`Policy::read`] and [`Policy::verify_presented`], and its parts, [`Policy::verify_signatures`] without tokens and
//! [`Policy::verify_hmac`] for shared secrets alone, are the only ways to construct a [`Verified`], and nothing is forwarded that is not made
//! from one.

mod described;
mod event;
mod fields;
mod identity;
mod key_set;
mod keys;
mod layout;
mod list;
mod mac;
mod matching;
mod message;
mod metadata;
mod policy;
mod ports;
mod template;
mod token;
mod v1;
mod v1a;
mod verified;

pub(crate) use described::{decode_p256, decode_strict, find_match as find_described_match};
pub(crate) use identity::token as identity_token;
pub use keys::Keys;
pub(crate) use layout::{layout, missing};
pub(crate) use list::{pieces, signature, signatures};
pub(crate) use mac::{encoded, signature_length};
pub use metadata::{Metadata, Presented};
pub(crate) use metadata::{Signed, signed_prefix};
pub use policy::Policy;
pub(crate) use template::{Claim, find_at_url, read as read_described, signature_of};
pub(crate) use v1::{MAC_TEXT, mac_text};
pub(crate) use v1a::{Tried, decode_ed25519};
pub use verified::Verified;

#[cfg(test)]
mod tests;
