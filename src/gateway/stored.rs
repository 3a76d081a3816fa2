//! An event on its way into the inbox, and as it is read back.
//!
//! A durable source does not ask first whether an event was seen: the inbox's insert decides that as it stores the event. So a
//! verified event becomes an [`Insertable`], and what was stored is read back as [`Stored`]:
//!
//! ```
//! use countersign::gateway::content::Content;
//! use countersign::gateway::forward::Event;
//! use countersign::gateway::stored::{Columns, Stored};
//! use countersign::{Timestamp, Verified};
//!
//! fn insert<B: Clone>(verified: Verified<'_, B>, content: Content<'_>, now: Timestamp) -> Columns {
//!     verified.into_insertable("stripe", content, now).columns()
//! }
//!
//! fn deliver<B>(columns: &Columns, body: B, attempt: u32) -> Option<Event<B>> {
//!     Some(Stored::read("stripe", columns, body)?.into_event(attempt))
//! }
//! ```
//!
//! Only with the receipt of the insert that found it to be new can the event be forwarded. This does not compile:
//!
//! ```compile_fail,E0061
//! use countersign::gateway::content::Content;
//! use countersign::gateway::forward::Event;
//! use countersign::{Timestamp, Verified};
//!
//! fn deliver<B: Clone>(verified: Verified<'_, B>, content: Content<'_>, now: Timestamp) -> Event<B> {
//!     verified.into_insertable("stripe", content, now).into_event()
//! }
//! ```

use super::content::Content;
use super::copies::Copies;
use super::dedupe::EventKey;
use super::forward::{Event, Payload};
use super::header_list::HeaderList;
use super::kept_headers::kept_headers;
use crate::inbox::Receipt;
use crate::scheme::Form;
use crate::timestamp::Timestamp;
use crate::verify::Verified;

/// How a test event shows in the headers that are stored of it.
pub const TEST_MARK: &str = "[\"countersign-test\",\"1\"]";

/// A verified event that the inbox may insert. Whether it is new is not known.
#[derive(Clone, Debug)]
pub struct Insertable<B> {
    key: EventKey,
    id: String,
    form: Form,
    headers: HeaderList,
    payload: Payload<B>,
    received_at: Timestamp,
}

impl<B: Clone> Verified<'_, B> {
    /// The event for the inbox of a source. `content` is what the same delivery's headers say of its body.
    pub fn into_insertable(self, source: &str, content: Content<'_>, received_at: Timestamp) -> Insertable<B> {
        Insertable {
            key: EventKey::new(source, self.id()),
            id: String::from_utf8_lossy(self.id()).into_owned(),
            form: self.form(),
            headers: kept_headers(&self, content),
            payload: Payload::of(&self),
            received_at,
        }
    }
}

impl<B> Insertable<B> {
    /// The event's key.
    pub const fn key(&self) -> EventKey {
        self.key
    }

    /// The event's columns.
    pub fn columns(&self) -> Columns {
        Columns {
            key: *self.key.as_bytes(),
            id: self.id.clone(),
            form: self.form.as_str().to_owned(),
            headers: self.headers.to_json(),
            received_at: self.received_at.as_unix(),
        }
    }

    /// The event, once its insert has decided that it is new; for the first of the attempts that the receipt allows.
    pub fn into_event(self, receipt: &Receipt) -> Event<B> {
        Event {
            id: self.id.into_bytes(),
            form: self.form,
            headers: self.headers,
            payload: self.payload,
            received_at: self.received_at,
            attempt: receipt.attempts().first().map_or(1, |(_, attempt)| *attempt),
        }
    }

    /// The event's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is stored as the body.
    pub const fn payload(&self) -> &Payload<B> {
        &self.payload
    }
}

/// The columns of an event's row, without its body and its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The [`EventKey`].
    pub key: [u8; 32],
    /// The event's id.
    pub id: String,
    /// The form of signature that was verified.
    pub form: String,
    /// The headers that are passed on, as JSON: a [`HeaderList`], or the sets of several [`Copies`].
    pub headers: String,
    /// Unix seconds of its acceptance.
    pub received_at: u64,
}

/// An event that was read back.
#[derive(Debug)]
pub struct Stored<B> {
    id: String,
    form: Form,
    copies: Copies,
    body: B,
    received_at: Timestamp,
}

impl<B> Stored<B> {
    /// Reads an event of a source; `None` if its row is damaged.
    ///
    /// The row has to be one that was written from [`Insertable::columns`]. A key that is not that of the source and the id, a form that
    /// does not exist and headers that cannot be sent are found; damage to the body is not.
    pub fn read(source: &str, columns: &Columns, body: B) -> Option<Self> {
        let Columns { key, id, form, headers, received_at } = columns;
        (EventKey::new(source, id.as_bytes()) == EventKey::from_bytes(*key)).then_some(())?;
        Some(Self {
            id: id.clone(),
            form: Form::parse(form)?,
            copies: Copies::parse(headers)?,
            body,
            received_at: Timestamp::from_unix(*received_at),
        })
    }

    /// Attempt number `attempt` (from 1) at delivering it.
    pub fn into_event(self, attempt: u32) -> Event<B> {
        self.into_event_for(attempt, |_| true)
    }

    /// [`Stored::into_event`] with the headers of one of the copies that are meant for the destination, or of any if none is.
    pub fn into_event_for(self, attempt: u32, is_meant: impl Fn(&HeaderList) -> bool) -> Event<B> {
        Event {
            id: self.id.into_bytes(),
            form: self.form,
            headers: self.copies.of_attempt_for(attempt, is_meant),
            payload: Payload::Body(self.body),
            received_at: self.received_at,
            attempt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{HmacKey, Portable};
    use crate::delivery::{Delivery, Headers};
    use crate::gateway::dedupe::Seen;
    use crate::key::SecretKey;
    use crate::sign::sign;
    use crate::verify::{Keys, Policy};

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
    const BODY: &[u8] = b"{}";

    /// What a delivery that was signed under the first names of a scheme becomes.
    fn with_verified<T>(scheme: &str, then: impl FnOnce(Verified<'_, &'static [u8]>, Content<'_>) -> T) -> T {
        let key = HmacKey::from_bytes(&[7; 32]).unwrap();
        let policy = Policy::of(crate::scheme::find(scheme).unwrap());
        let signature = sign(std::slice::from_ref(&key), b"m", NOW, BODY, &Portable).unwrap();
        let of_body = format!("sha256={}", crate::crypto::hex(&key.mac([BODY, &[]])));
        let signed = match policy.scheme.sets().first() {
            Some(names) => [(names.id, "m"), (names.timestamp, "1700000000"), (names.signature, &*signature)],
            None => [("x-hub-signature-256", &*of_body), ("x-github-event", "push"), ("x-github-delivery", "d")],
        };
        let all = signed.into_iter().chain([("content-type", "a/b"), ("content-encoding", "gzip"), ("x-other", "y")]);
        let headers: Headers<'_> = all.map(|(name, value)| (name, value.as_bytes())).collect();
        let delivery = Delivery::new(headers, BODY);
        let secrets = [SecretKey::Hmac(key)];
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let verified = policy.verify(keys, &delivery, NOW, &Portable).unwrap();
        then(verified, Content::read(delivery.headers(), || BODY.to_vec()))
    }

    #[test]
    fn an_event_is_sent_alike_whether_it_was_stored_or_not() {
        for scheme in ["standard-webhooks", "svix", "gemini", "github"] {
            let passed =
                with_verified(scheme, |verified, content| Event::new(verified.admit(Seen::No).unwrap(), content, NOW));
            let columns =
                with_verified(scheme, |verified, content| verified.into_insertable("s", content, NOW).columns());
            let stored = Stored::read("s", &columns, BODY).unwrap().into_event(1);
            assert_eq!((stored.id(), stored.form()), (passed.id(), passed.form()), "{scheme}");
            assert_eq!(stored.headers, passed.headers, "{scheme}");
            let names: Vec<_> = passed.headers.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), 4, "the body's type, and three of the sender's own: {names:?}");
        }
    }

    /// An event is stored with its form's name. One that could not be read back would fail at every attempt.
    #[test]
    fn every_form_is_read_back() {
        let columns = with_verified("svix", |verified, content| verified.into_insertable("s", content, NOW).columns());
        for form in Form::ALL {
            let columns = Columns { form: form.as_str().to_owned(), ..columns.clone() };
            assert_eq!(Stored::read("s", &columns, BODY).map(|stored| stored.into_event(1).form()), Some(form));
        }
    }

    #[test]
    fn a_damaged_row_is_not_read_back() {
        let columns = with_verified("svix", |verified, content| verified.into_insertable("s", content, NOW).columns());
        let is_read = |source: &str, columns: &Columns| Stored::read(source, columns, BODY).is_some();
        assert!(is_read("s", &columns));
        assert!(!is_read("t", &columns), "of another source");
        assert!(!is_read("s", &Columns { id: "n".to_owned(), ..columns.clone() }), "another id");
        assert!(!is_read("s", &Columns { form: "v9".to_owned(), ..columns.clone() }), "no form");
        assert!(!is_read("s", &Columns { headers: "[]".to_owned(), ..columns }), "no headers");
    }
}
