//! What a delivery says of its event, once a signature holds: its id, its type and its time.

use super::message::Around;
use super::template::{Claim, parse};
use crate::crypto::{Crypto, hex, sha256};
use crate::error::Error;
use crate::event_id::id_or_hash;
use crate::json;
use crate::scheme::{EventType, IdSource, Time};
use crate::timestamp::Timestamp;

impl Claim<'_> {
    /// The event's id, from bytes that a signature covers, or the hash of the body where none does; and its type, if the body is read for
    /// the id and states it.
    pub(super) fn event<B, C: Crypto<B>>(&self, body: &B, crypto: &C) -> (Vec<u8>, Option<String>) {
        let (found, event_type) = match (self.template.id, self.id) {
            (IdSource::Header, Some(id)) => (Some(id.to_vec()), None),
            (IdSource::Body(pointer), _) => {
                let body = crypto.message(&[], body);
                let event = std::str::from_utf8(&body).unwrap_or_default();
                let event_type = match self.scheme.event_type {
                    EventType::Pointer(pointer) => json::string_at(event, pointer),
                    EventType::Header(_) | EventType::None => None,
                };
                (at(event, pointer), event_type)
            }
            (IdSource::BodyHash, _) => (Some(hex(&crypto.sha256(&[], body, &[])).into_bytes()), None),
            _ => (None, None),
        };
        let id = match found.filter(|id| !id.is_empty()) {
            Some(id) => id_or_hash(&id).into_owned(),
            None => hex(&self.hash(body, crypto)).into_bytes(),
        };
        (id, event_type)
    }

    /// The hash of what was signed, without the timestamp: a retry with a new timestamp is the same event.
    fn hash<B, C: Crypto<B>>(&self, body: &B, crypto: &C) -> [u8; 32] {
        match self.joined(&[], body, crypto).unwrap_or_default() {
            Around { prefix, has_body: true, suffix } => crypto.sha256(&prefix, body, &suffix),
            Around { prefix, has_body: false, suffix } => sha256(&[&prefix, &suffix]),
        }
    }

    /// The time that a verified body states, where the template says that it does.
    ///
    /// # Errors
    /// `invalid_timestamp`.
    pub(crate) fn time_in_body<B, C: Crypto<B>>(&self, body: &B, crypto: &C) -> Result<Option<Timestamp>, Error> {
        let Time::Body(pointer, unit) = self.template.time else { return Ok(None) };
        let body = crypto.message(&[], body);
        let event = std::str::from_utf8(&body).unwrap_or_default();
        let text = at(event, pointer).ok_or(Error::InvalidTimestamp)?;
        parse(&text, unit).map(Some)
    }
}

/// The text or whole number at a JSON pointer, as text.
fn at(event: &str, pointer: &str) -> Option<Vec<u8>> {
    let value = json::at(event, pointer)?;
    match value.as_bytes().first()? {
        b'"' => json::string(value).map(String::into_bytes),
        _ => value.parse::<u64>().ok().map(|_| value.as_bytes().to_vec()),
    }
}
