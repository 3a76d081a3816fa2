//! Identity tokens, which say who sent a request and cover nothing of it.

use crate::delivery::Headers;
use crate::error::Error;
use crate::scheme::Identity;

/// The token of a delivery.
///
/// # Errors
/// `missing_header`, also for credentials of another method, such as `Basic`.
pub(crate) fn token<'h>(identity: &'static Identity, headers: &'h Headers<'_>) -> Result<&'h [u8], Error> {
    let parts = headers.get(identity.header).and_then(|value| value.split_at_checked(identity.method.len()));
    let token = parts.filter(|(method, _)| method.eq_ignore_ascii_case(identity.method.as_bytes()));
    token.map(|(_, token)| token).ok_or(Error::MissingHeader(identity.header))
}
