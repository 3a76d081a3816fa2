//! What the destinations of a source have in common.

use super::durable::Storage;
use crate::inbox::Retention;
use crate::key::SecretKey;

/// What the destinations of a source have in common.
pub(super) struct Common<'a> {
    pub(super) source: &'a str,
    pub(super) is_durable: bool,
    pub(super) max_body: u64,
    pub(super) storage: &'a Storage,
    pub(super) retention: Retention,
    pub(super) senders: &'a [SecretKey],
}
