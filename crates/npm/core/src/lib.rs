//! The Wasm of the npm package's default entry: verifies with secrets and key sets.
//!
//! It binds the core to JavaScript and decides nothing about a delivery. Reports and RS256 are in `countersign-npm-full`, which the
//! scripts load when first used. `crates/npm/js` reads requests, headers and bodies from whatever the user passes, names what
//! was misused, and fetches key sets when [`key_set`] says that a fetch is due.
//!
//! A fault leaves as an exception of the class [`Refused`](countersign_npm_common::Refused). Any other exception is a trap, after
//! which the scripts replace the instance.

pub mod key_set;
mod policy;
mod verifier;

pub use policy::policy;
pub use verifier::Verifier;
