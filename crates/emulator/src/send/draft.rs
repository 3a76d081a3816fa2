//! A delivery before it is sent.

use anyhow::Result;
use countersign::scheme::HeaderNames;

use super::signer::Signer;
use crate::random;

/// The keys, time and body that drafts are made from.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) signer: Signer,
    pub(super) stranger: Signer,
    /// Unix seconds.
    pub(super) now: u64,
    /// Seconds.
    pub(super) tolerance: u64,
    pub(super) body: Vec<u8>,
}

/// One of the three headers, by any scheme's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Timestamp,
    Signature,
}

/// A delivery without the names of its headers.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) headers: Vec<(Field, String)>,
    pub(super) body: Vec<u8>,
}

impl Sender {
    /// A valid delivery of a new event.
    pub(super) fn fresh(&self) -> Result<Draft> {
        Ok(self.signed(&random::message_id()?, self.now, &self.body))
    }

    /// A delivery of this body, signed with this id and timestamp.
    pub(super) fn signed(&self, id: &str, timestamp: u64, body: &[u8]) -> Draft {
        Draft::new(id, timestamp, self.signer.sign(id, timestamp, body), body)
    }
}

impl Draft {
    /// A delivery with these header values.
    pub(super) fn new(id: &str, timestamp: u64, signature: String, body: &[u8]) -> Self {
        let (id, timestamp) = ((Field::Id, id.to_owned()), (Field::Timestamp, timestamp.to_string()));
        Self { headers: vec![id, timestamp, (Field::Signature, signature)], body: body.to_vec() }
    }

    /// The value of a header.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    pub(super) fn without(mut self, field: Field) -> Self {
        self.headers.retain(|(known, _)| *known != field);
        self
    }

    pub(super) fn with(self, field: Field, value: String) -> Self {
        let mut draft = self.without(field);
        draft.headers.push((field, value));
        draft
    }

    pub(super) fn with_signature(self, change: impl FnOnce(String) -> String) -> Self {
        let changed = change(self.get(Field::Signature).unwrap_or_default().to_owned());
        self.with(Field::Signature, changed)
    }
}

impl Field {
    /// The scheme's name of the header.
    pub(super) const fn name(self, names: &HeaderNames) -> &'static str {
        match self {
            Self::Id => names.id,
            Self::Timestamp => names.timestamp,
            Self::Signature => names.signature,
        }
    }
}
