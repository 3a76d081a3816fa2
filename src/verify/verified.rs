//! The result of a check: a delivery that holds.

use std::borrow::Cow;

use super::metadata::{Metadata, Signed};
use super::template::Claim;
use crate::crypto::{hex, sha256};
use crate::jose::Claims;
use crate::scheme::Form;

/// A delivery whose signature, age and id hold.
///
/// [`Policy`](super::Policy) is the only way to construct one. It borrows the body that was verified, so it cannot be used with
/// another.
#[derive(Debug)]
pub struct Verified<'d, B> {
    metadata: Metadata<'d>,
    body: &'d B,
    id: Cow<'d, [u8]>,
    form: Form,
    key: usize,
    key_in_set: Option<usize>,
    claims: Option<Vec<u8>>,
    event_type: Option<String>,
}

impl<'d, B> Verified<'d, B> {
    /// `secrets` is how many keys come before those of the set.
    pub(super) fn of_list(signed: Signed<'d>, body: &'d B, form: Form, key: usize, secrets: usize) -> Self {
        let (id, key_in_set) = (Cow::Borrowed(signed.id), key.checked_sub(secrets));
        Self { metadata: signed.into(), body, id, form, key, key_in_set, claims: None, event_type: None }
    }

    /// `key` is the key, and how many keys come before those of the set. `id` is from bytes that the form covers, or the hash of the body;
    /// `event_type` is from the body.
    pub(super) fn of_claim(
        claim: Claim<'d>,
        body: &'d B,
        form: Form,
        key: (usize, usize),
        id: Vec<u8>,
        event_type: Option<String>,
    ) -> Self {
        let ((key, secrets), id) = (key, Cow::Owned(id));
        let key_in_set = key.checked_sub(secrets);
        Self { metadata: claim.into(), body, id, form, key, key_in_set, claims: None, event_type }
    }

    pub(super) fn of_token(metadata: Metadata<'d>, body: &'d B, claims: Claims) -> Self {
        let Claims { json, id, key } = claims;
        let id = Cow::Owned(id.into_bytes());
        Self { metadata, body, id, form: Form::Jwt, key, key_in_set: Some(key), claims: Some(json), event_type: None }
    }

    /// `id` is the hash of the body, of which an identity token covers nothing.
    pub(super) fn of_identity(metadata: Metadata<'d>, body: &'d B, id: String, key: usize) -> Self {
        let (id, form) = (Cow::Owned(id.into_bytes()), Form::IdToken);
        Self { metadata, body, id, form, key, key_in_set: Some(key), claims: None, event_type: None }
    }

    /// The event's id, which rests on what the signature covers: a header's, a token's own, one from the body, or a hash. Where the form
    /// covers the sender alone, it is the hash of the body.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Makes an unsigned value part of the event's id, which then is a hash of both. Whoever has a copy of the delivery can send it again
    /// with another value, as another event.
    #[must_use]
    pub fn told_apart_by(self, value: &[u8]) -> Self {
        // An id has no NUL, so the two can be told apart.
        let id = Cow::Owned(hex(&sha256(&[&self.id, b"\0", value])).into_bytes());
        Self { id, ..self }
    }

    /// The form of the signature that matched.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Which key matched: its place among the secrets, or in the key set (after the secrets, if there are both). If several keys
    /// match, it is any of them.
    pub const fn key(&self) -> usize {
        self.key
    }

    /// The place of that key in the key set, if it is one of the set. Pass it as [`Keys::recent`](super::Keys::recent) for the next
    /// delivery of this sender.
    pub const fn key_in_set(&self) -> Option<usize> {
        self.key_in_set
    }

    /// The verified claims of a token. They are the event, as a token does not cover the body.
    pub fn claims(&self) -> Option<&[u8]> {
        self.claims.as_deref()
    }

    /// The type that the body states, if the check read the body for the event's id.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// What the headers said, confirmed by the signature.
    pub const fn metadata(&self) -> Metadata<'d> {
        self.metadata
    }

    /// The body that was verified, or the unverified body that came with a token.
    pub const fn body(&self) -> &'d B {
        self.body
    }
}
