//! The Wasm of the npm package's default entry: verifies with secrets and key sets.
//!
//! It binds the core to JavaScript, and the core decides everything about headers, age, signatures and tokens. The scripts in
//! `crates/npm/js` read requests, headers and bodies in whatever form the user passes them, name misuse, compare the `urlToken`, and fetch
//! key sets when [`key_set`] says that a fetch is due. Reports, tokens and ECDSA are in `countersign-npm-full`.
//!
//! A fault leaves as an exception of the class [`Refused`](countersign_npm_common::Refused). Any other exception is a trap, after
//! which the scripts replace the instance.

mod extension;
pub mod key_set;
mod policy;
pub mod schemes;
mod verifier;

pub use extension::{Extension, Verify, extend};
pub use policy::signatures_policy;
pub use schemes::{find_named, no_scheme};
pub use verifier::Verifier;
