//! What `countersign-npm-full` adds: tokens, and senders that the receiver described. Few receivers need them, and they would be a tenth of
//! the Wasm that every program loads.

use std::sync::OnceLock;

use countersign::scheme::Scheme;
use countersign::{Delivery, Error, Headers, Keys, Policy, Timestamp, Verified};
use countersign_npm_common::{Fault, Native, Options};
use js_sys::Uint8Array;

/// Functions that take the place of this crate's own, and do more than they do.
pub struct Extension {
    /// Finds a scheme, also by its notation.
    pub find: fn(&str) -> Result<&'static Scheme, Fault>,
    /// Reads options, also those of tokens, into a policy.
    pub policy: fn(&Options, &'static Scheme) -> Result<Policy, Fault>,
    /// Checks headers and age, also of a token.
    pub check: fn(&Policy, &Headers<'_>, Timestamp) -> Result<(), Error>,
    /// Verifies a delivery, also by a token.
    pub verify: Verify,
}

/// [`Policy::verify`], by [`Native`].
pub type Verify =
    for<'d> fn(&Policy, Keys<'_>, &'d Delivery<'d, Uint8Array>, Timestamp) -> Result<Verified<'d, Uint8Array>, Error>;

/// Has every verifier that is made from now on do more. The first extension stays.
pub fn extend(by: Extension) {
    let _ = EXTENSION.set(by);
}

pub(crate) fn extension() -> Option<&'static Extension> {
    EXTENSION.get()
}

/// [`Policy::check`]. Without an extension, a token counts as a list in which nothing matches.
pub(crate) fn check(policy: &Policy, headers: &Headers<'_>, now: Timestamp) -> Result<(), Error> {
    match extension() {
        Some(by) => (by.check)(policy, headers, now),
        None => policy.check_signatures(headers, now).map(drop),
    }
}

/// [`Policy::verify`], likewise.
pub(crate) fn verify<'d>(
    policy: &Policy,
    keys: Keys<'_>,
    delivery: &'d Delivery<'d, Uint8Array>,
    now: Timestamp,
) -> Result<Verified<'d, Uint8Array>, Error> {
    match extension() {
        Some(by) => (by.verify)(policy, keys, delivery, now),
        None => policy.verify_signatures(keys, delivery, now, &Native),
    }
}

static EXTENSION: OnceLock<Extension> = OnceLock::new();
