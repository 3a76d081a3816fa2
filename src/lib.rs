//! Verifies signed webhooks, and decides what becomes of them. Nothing here reads a clock, a socket or a random number.
#![forbid(unsafe_code)]

mod delivery;
mod error;
mod json;
mod jwks;
mod jwt;
mod key;
mod sign;
mod timestamp;
mod verify;

pub mod gateway;
pub mod scheme;
pub mod signature;

pub use delivery::{Delivery, Headers};
pub use error::{Error, HeaderFault, JwksFault, JwtFault, SecretFault};
pub use jwks::Jwks;
pub use jwt::JwtPolicy;
pub use key::{Ed25519Key, HmacKey, SecretKey};
pub use sign::sign;
pub use timestamp::{Timestamp, Tolerance};
pub use verify::{Claim, Keys, Policy, Verified};
