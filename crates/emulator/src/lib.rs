//! The other side of Countersign: a sender of webhooks, and the destination they are forwarded to.
//!
//! * [`serve`]: the Gemini API, as far as webhooks need it. Clients create webhooks and jobs. Jobs end and send events, signed and
//!   retried for 24 hours like the real service's, on a clock that can be compressed.
//! * [`send`]: sends valid and invalid deliveries to any receiver, and checks the responses.
//! * [`origin`]: a destination for forwarded events, with faults on demand.
//!
//! In scope: everything that a receiver of webhooks can observe. Out of scope: models, files, quotas and authentication; any API key
//! will do. Behaviour that Google does not document, or documents differently from what is observed, is an option in
//! [`options::ServeOptions`].
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
