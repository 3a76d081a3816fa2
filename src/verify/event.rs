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

    /// The hash of what was signed, without the timestamp and what else a retry changes: a retry is the same event.
    fn hash<B, C: Crypto<B>>(&self, body: &B, crypto: &C) -> [u8; 32] {
        // A copy that is sent to another port, or with an apostrophe for `%27`, is the same event.
        let url = self.plain_url();
        let claim = url.as_deref().map_or(*self, |url| self.at(url));
        let around = claim.joined(&[], body, crypto).unwrap_or_default();
        match (around, self.template.id) {
            (Around { prefix, suffix, .. }, IdSource::SignedWithout(name)) => {
                let body = crypto.message(&[], body);
                sha256(&[&prefix, &without(&body, name), &suffix])
            }
            (around, _) => hash_of(&around, body, crypto),
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

fn hash_of<B, C: Crypto<B>>(around: &Around, body: &B, crypto: &C) -> [u8; 32] {
    let Around { prefix, has_body, suffix } = around;
    if *has_body { crypto.sha256(prefix, body, suffix) } else { sha256(&[prefix, suffix]) }
}

/// A body without the values of a member of its object, or of each object in its list. What is not JSON stays as it is.
fn without(body: &[u8], name: &str) -> Vec<u8> {
    let event = std::str::from_utf8(body).unwrap_or_default();
    let is_list = event.trim_ascii_start().starts_with('[');
    let pointers = (0..if is_list { MOST_ITEMS } else { 1 }).map(|place| match is_list {
        true => ["/", itoa::Buffer::new().format(place), "/", name].concat(),
        false => ["/", name].concat(),
    });
    let (mut kept, mut from) = (Vec::with_capacity(body.len()), 0);
    for value in pointers.map_while(|pointer| json::at(event, &pointer)) {
        // It is a part of the text, so it has a place there.
        let start = value.as_ptr().addr().saturating_sub(event.as_ptr().addr());
        kept.extend_from_slice(body.get(from..start).unwrap_or_default());
        from = start.saturating_add(value.len());
    }
    kept.extend_from_slice(body.get(from..).unwrap_or_default());
    kept
}

/// The items of a list that are looked into: HubSpot sends 100 at most.
const MOST_ITEMS: usize = 100;

/// The text or whole number at a JSON pointer, as text.
fn at(event: &str, pointer: &str) -> Option<Vec<u8>> {
    let value = json::at(event, pointer)?;
    match value.as_bytes().first()? {
        b'"' => json::string(value).map(String::into_bytes),
        _ => value.parse::<u64>().ok().map(|_| value.as_bytes().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::crypto::{HmacKey, Portable};
    use crate::delivery::{Delivery, Headers, Target};
    use crate::key::SecretKey;
    use crate::scheme;
    use crate::verify::{Keys, Policy};

    #[test]
    fn what_a_retry_changes_is_left_out() {
        let kept = |body: &str| String::from_utf8(without(body.as_bytes(), "n")).unwrap();
        assert_eq!(kept(r#"{"a":1,"n":17,"b":{"n":2}}"#), r#"{"a":1,"n":,"b":{"n":2}}"#);
        assert_eq!(kept(r#" [{"n":0,"é":1}, {"x":2,"n": 13}]"#), r#" [{"n":,"é":1}, {"x":2,"n": }]"#);
        for same in ["", "{}", "[]", "[1]", "no JSON", r#"{"a":1}"#, r#"[{"a":1},{"n":1}]"#, "{\"n\":1"] {
            assert_eq!(kept(same), same);
        }
        assert_eq!(without(b"\xff{\"n\":1}", "n"), b"\xff{\"n\":1}");
    }

    /// The id of an event of Linear's or HubSpot's.
    fn id(scheme: &str, at: u64, body: &str) -> String {
        let key = HmacKey::from_bytes(b"a secret of some length").unwrap();
        let (millis, url) = ((at * 1000).to_string(), "https://hooks.example/in");
        let of_hubspot = key.mac([["POST", url, body, &millis].concat().as_bytes(), b""]);
        let values = [
            ("linear-signature", hex(&key.mac([body.as_bytes(), b""]))),
            ("x-hubspot-request-timestamp", millis),
            ("x-hubspot-signature-v3", STANDARD.encode(of_hubspot)),
        ];
        let headers: Headers<'_> = values.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let delivery = Delivery::new(headers, body).with_target(Target { method: "POST", url });
        let secrets = [SecretKey::Hmac(key.clone())];
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let policy = Policy::of(scheme::find(scheme).unwrap());
        let verified = policy.verify(keys, &delivery, Timestamp::from_unix(at), &Portable).unwrap();
        String::from_utf8(verified.id().to_vec()).unwrap()
    }

    #[test]
    fn a_retry_that_changes_its_body_is_the_same_event() {
        let linear = |at: u64, title: &str| {
            let millis = at * 1000 + 7;
            id("linear", at, &format!(r#"{{"type":"Issue","webhookTimestamp":{millis},"data":{{"title":"{title}"}}}}"#))
        };
        assert_eq!(linear(1_700_000_000, "a"), linear(1_700_003_600, "a"));
        assert_ne!(linear(1_700_000_000, "a"), linear(1_700_000_000, "b"));
        let hubspot = |at: u64, attempt: u32, event: u32| {
            let event = format!(r#"{{"eventId":{event},"attemptNumber":{attempt},"objectId":1}}"#);
            id("hubspot", at, &format!("[{event},{event}]"))
        };
        assert_eq!(hubspot(1_700_000_000, 0, 1), hubspot(1_700_003_600, 9, 1));
        assert_eq!(hubspot(1_700_000_000, 0, 1), hubspot(1_700_003_600, 10, 1));
        assert_ne!(hubspot(1_700_000_000, 0, 1), hubspot(1_700_000_000, 0, 2));
    }
}
