//! The Worker: I/O between the core's pure steps.
//!
//! ```text
//! open      path → source, token; method; Content-Length          404, 405, 413
//! (entry.js reads the body, in one piece)
//! receive   headers, timestamp, age                               400, 401
//!           keys                                                  503
//!           a signature matches                                   400, 401
//!           not seen before                                       200 duplicate, 409
//!           delivered, then marked                                502, 504; 200 delivered
//! ```
//!
//! `entry.js` owns each request and calls what is exported here. Each call returns a step (`step.rs`): the response, or what to do
//! next. A refusal is the number of a prepared response, returned at once if nothing had to be awaited: each promise costs about as much
//! as the HMAC of a small body.

mod access;
mod admin;
mod alerts;
mod archive;
mod arrival;
mod attempt;
mod body;
mod clock;
mod console;
mod courier;
mod crypto;
mod dedupe_kv;
mod env;
mod executor;
mod handshake;
mod health;
mod http;
mod inbox;
mod jwks;
mod kv;
mod open;
mod outbound;
mod pass_through;
mod points;
mod queue;
mod receive;
mod state;
mod step;
mod tally;
mod verdict;
mod verification;

pub use crate::admin::admin;
pub use crate::alerts::tell_faults;
pub use crate::body::Body;
pub use crate::courier::carry;
pub use crate::crypto::Platform;
pub use crate::env::take_any_key;
pub use crate::executor::{awaited, page_headers, resume, text};
pub use crate::handshake::greet;
pub use crate::health::health;
pub use crate::inbox::{Inbox, set_limit};
pub use crate::open::{BodyFault, open, refuse_body};
pub use crate::receive::receive;
pub use crate::state::setup;
pub use crate::step::Kind;
pub use crate::tally::take_counts;
