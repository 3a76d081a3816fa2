//! Verifies signed webhooks, and decides what becomes of them.
//!
//! This crate is the core of Countersign: pure functions over values. It reads no clock, no socket and no random number. Time,
//! configuration, key sets and the responses of a store are arguments, so the same code decides in a Worker, in a browser and in
//! a test.
//!
//! # The path of an event
//!
//! Each value exists only if the step before it succeeded. To forward what was not verified, or what was seen before, does not
//! compile.
//!
//! 1. [`config::Config::parse`] reads the sources; [`gateway::route`] finds the source of a request.
//! 2. A [`Delivery`] holds the request's headers and raw body. Nothing about it is known to be true.
//! 3. [`Policy::verify`] checks headers, age and signature against [`Keys`]. It is the only way to construct a [`Verified`], with
//!    its two variants [`Policy::verify_presented`] and [`Policy::verify_hmac`].
//! 4. [`Verified::admit`] rejects duplicates, and returns a [`gateway::dedupe::Admitted`]. [`Verified::into_insertable`] leaves that to the
//!    insert of a store, from which the event is read back as a [`gateway::stored::Stored`].
//! 5. [`gateway::forward`] builds the destination's request from either of them, [`inbox`] decides when it is sent again.
//! 6. [`gateway::response`] maps each outcome to a response for the sender, [`gateway::log_record`] to a record for the operator.
//!
//! [`explain`] says why a delivery was refused. [`sign()`] and [`sign_v1a`] are the inverse of verification, and [`sign_as`] for every
//! scheme.
//!
//! # Example
//!
//! ```
//! use countersign::crypto::Portable;
//! use countersign::{Delivery, Headers, Keys, Policy, SecretKey, Timestamp, scheme};
//!
//! let policy = Policy::of(scheme::find("standard-webhooks").ok_or("no such scheme")?);
//! let secrets = [SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?];
//! let headers: [(&str, &[u8]); 3] = [
//!     ("webhook-id", b"msg_p5jXN8AQM9LWM0D4loKWxJek"),
//!     ("webhook-timestamp", b"1614265330"),
//!     ("webhook-signature", b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
//! ];
//! let delivery = Delivery::new(Headers::from_iter(headers), "{\"test\": 2432232314}");
//! let (keys, now) = (Keys { secrets: &secrets, ..Keys::default() }, Timestamp::from_unix(1_614_265_330));
//!
//! let verified = policy.verify(keys, &delivery, now, &Portable)?;
//! assert_eq!(verified.id(), b"msg_p5jXN8AQM9LWM0D4loKWxJek");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Scope
//!
//! In scope: Standard Webhooks `v1` and `v1a`, Svix, Gemini static and dynamic, the token that Gemini documents, signing, the
//! configuration of a gateway, and its decisions about deduplication, retries and responses.
//!
//! Out of scope: parsing events, storing them, fetching anything, and waiting.
#![forbid(unsafe_code)]

mod calendar;
mod delivery;
mod event_id;
mod key;
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
pub use sign::{sign, sign_v1a};
pub use sign_as::{SignedHeader, SigningKey, Unsigned, sign_as};
pub use timestamp::{Timestamp, Tolerance};
pub use verify::{Keys, Policy, Verified};
