//! Verifies signed webhooks: Standard Webhooks, Svix, Gemini, Stripe, GitHub and 60 other senders.
//!
//! ```
//! # use countersign::{Delivery, Headers, Receiver, scheme};
//! # use std::time::{Duration, UNIX_EPOCH};
//! # let (secret, body) = ("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP", r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! # let request = [("stripe-signature", &b"t=1614265330,v1=4073fcca2a6c94498cc1e896650a0349ec2c3fb7a783577ede7269b99cd4b58e"[..])];
//! # let now = UNIX_EPOCH + Duration::from_secs(1_614_265_330);
//! let stripe = Receiver::new(scheme::find("stripe").ok_or("no such scheme")?, &[secret])?; // once, at the start
//! let headers = request.iter().map(|(name, value)| (*name, *value)); // of any HTTP library
//! let delivery = Delivery::new(Headers::from_iter(headers), body); // the raw body, never parsed and printed again
//! let verified = stripe.verify(&delivery, now.into())?; // SystemTime::now()
//! assert_eq!(verified.id(), b"evt_1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An error has the status to respond with, a stable code, and a text for your log that names the fix: see [`Error`]. [`scheme::ALL`] has every
//! sender, and [`config::describe_hmac`] makes a scheme for another one. [`Verified::asked`] replies to what senders ask before they send
//! events. [`explain`] says why a delivery was refused. [`sign_as`] signs like a sender, for tests.
//!
//! The repository's `examples/axum` is a server with an extractor for every sender that signs with a secret or a public key.
//!
//! # Scope
//!
//! The crate is the core of Countersign, a webhook gateway on Cloudflare Workers: pure functions over values. It reads no clock, no socket and no
//! random number. Time, configuration, key sets and the responses of a store are arguments, so the same code decides in a server, in a Worker, in
//! a browser and in a test.
//!
//! It does not parse events, store them, fetch anything or wait. It has no features, and [`crypto::Portable`] needs nothing but this crate.
//!
//! # The gateway
//!
//! Each value exists only if the step before it succeeded. Forwarding an unverified event or a duplicate does not compile.
//!
//! 1. [`config::Config::parse`] reads the sources; [`gateway::route`] finds the source of a request.
//! 2. A [`Delivery`] holds the request's headers and raw body. Nothing about it is known to be true.
//! 3. [`Policy::verify`] checks headers, age and signature against [`Keys`]. It is the only way to construct a [`Verified`], with
//!    its variants [`Policy::verify_presented`], [`Policy::verify_signatures`] and [`Policy::verify_hmac`].
//! 4. [`Verified::admit`] rejects duplicates, and returns a [`gateway::dedupe::Admitted`]. [`Verified::into_insertable`] leaves that to the
//!    insert of a store, from which the event is read back as a [`gateway::stored::Stored`].
//! 5. [`gateway::forward`] builds the destination's request from either of them, [`inbox`] decides when it is sent again.
//! 6. [`gateway::response`] maps each outcome to a response for the sender, [`gateway::log_record`] to a record for the operator.
#![forbid(unsafe_code)]

mod calendar;
mod delivery;
mod event_id;
mod key;
mod nearest;
mod receiver;
mod sign;
mod sign_as;
mod timestamp;
mod url;

pub mod access;
pub mod admin;
pub mod config;
pub mod crypto;
pub mod error;
pub mod explain;
pub mod gateway;
pub mod handshake;
pub mod inbox;
pub mod jose;
pub mod json;
pub mod scheme;
pub mod verify;

pub use crypto::{Ed25519SigningKey, HmacKey};
pub use delivery::{Delivery, Headers, Target};
pub use error::Error;
pub use jose::{Jwks, JwtPolicy};
pub use key::{KeyFormat, SecretKey};
pub use receiver::Receiver;
pub use sign::{sign, sign_v1a};
pub use sign_as::{SignedHeader, SigningKey, Unsigned, sign_as};
pub use timestamp::{Timestamp, Tolerance};
pub use verify::{Keys, Policy, Verified};
