//! Verifies signed webhooks, and decides what becomes of them. Nothing here reads a clock, a socket or a random number: time,
//! configuration, key sets and what a store answered come in as plain values.
//!
//! The way of an event, each step possible only after the one before:
//!
//! 1. [`gateway::route`] finds the source of a request.
//! 2. A [`Delivery`] is its headers and raw body; nothing about it is known to be true.
//! 3. [`Policy::verify`] checks headers, age and signature against [`Keys`], and is the only maker of [`Verified`].
//! 4. [`Verified::admit`] turns away what was seen before, and leaves a [`gateway::dedupe::Admitted`].
//! 5. [`gateway::forward::Event`] is what the destination gets, made from an admitted event and from nothing else.
//! 6. [`gateway::response`] is what the sender gets, and [`gateway::log_record`] what the operator sees.
//!
//! In scope: Standard Webhooks `v1` and `v1a`, Svix, Gemini static and dynamic, Gemini's documented token, and signing. Out of
//! scope: parsing events, storing them, and fetching anything.
#![forbid(unsafe_code)]

mod delivery;
mod error;
mod event_id;
mod jose;
pub mod json;
mod key;
mod sign;
mod timestamp;
mod url;
mod verify;

pub mod config;
pub mod crypto;
pub mod explain;
pub mod gateway;
pub mod inbox;
pub mod scheme;

pub use crypto::{Ed25519Key, Ed25519SigningKey, HmacKey};
pub use delivery::{Delivery, Headers};
pub use error::{CODES, Code, Error, HeaderFault, JwksFault, JwtFault, SecretFault};
pub use jose::{Jwks, JwtPolicy, Unusable};
pub use key::SecretKey;
pub use sign::{sign, sign_v1a};
pub use timestamp::{Timestamp, Tolerance};
pub use verify::{Keys, Metadata, Policy, Presented, Verified};
