//! The other side of Countersign: what sends webhooks, and what they are forwarded to.
//!
//! * [`serve`]: the Gemini API as far as webhooks need it. Clients create webhooks and jobs; jobs end and are told of, signed as the
//!   real service does, with retries for 24 hours of a clock that can be compressed.
//! * [`send`]: deliveries to any receiver, right and wrong in every known way, and whether the answers are as they should be.
//! * [`origin`]: what events are forwarded to, with the misbehaviour of origins.
//!
//! In scope: everything that a receiver of webhooks can notice. Out of scope: models, files, quotas, and who a client is; any API key
//! will do. What Google does not document, or documents otherwise than it is seen, is a switch of [`options::ServeOptions`].
#![forbid(unsafe_code)]

mod api;
mod delivery;
mod guard;
mod json;
mod lifecycle;
mod random;
mod term;
mod trigger;

pub mod cli;
pub mod clock;
pub mod dialect;
pub mod emulator;
pub mod event;
pub mod job;
pub mod jwks;
pub mod keys;
pub mod options;
pub mod origin;
pub mod outgoing;
pub mod record;
pub mod schedule;
pub mod send;
pub mod serve;
pub mod webhook;
