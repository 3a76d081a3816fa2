//! What a check leaves: a delivery that holds.

use std::borrow::Cow;

use super::metadata::{Metadata, Signed};
use crate::jose::Claims;
use crate::scheme::{Form, HeaderNames};

/// A delivery whose signature, age and id hold. It borrows what was verified, so it is about that body and no other.
#[derive(Debug)]
pub struct Verified<'d, B> {
    metadata: Metadata<'d>,
    body: &'d B,
    id: Cow<'d, [u8]>,
    form: Form,
    key: usize,
    key_in_set: Option<usize>,
    claims: Option<Vec<u8>>,
}

impl<'d, B> Verified<'d, B> {
    /// `secrets` is how many keys come before those of the set.
    pub(super) fn of_list(signed: Signed<'d>, body: &'d B, form: Form, key: usize, secrets: usize) -> Self {
        let (id, key_in_set) = (Cow::Borrowed(signed.id), key.checked_sub(secrets));
        Self { metadata: signed.into(), body, id, form, key, key_in_set, claims: None }
    }

    pub(super) fn of_token(metadata: Metadata<'d>, body: &'d B, claims: Claims) -> Self {
        let Claims { json, id, key } = claims;
        let id = Cow::Owned(id.into_bytes());
        Self { metadata, body, id, form: Form::Jwt, key, key_in_set: Some(key), claims: Some(json) }
    }

    /// The event's id, which the signature covers: the header's, or for a token its own.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What was verified.
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

    /// The verified claims, which are the event where a token does not bind the body.
    pub fn claims(&self) -> Option<&[u8]> {
        self.claims.as_deref()
    }

    /// What the headers claimed, and the signature bore out.
    pub const fn metadata(&self) -> Metadata<'d> {
        self.metadata
    }

    /// The names of the headers that it was verified by.
    pub const fn names(&self) -> &'static HeaderNames {
        match self.metadata {
            Metadata::Signed { names, .. } | Metadata::Token { names, .. } => names,
        }
    }

    /// The body that was verified, or that came with a token.
    pub const fn body(&self) -> &'d B {
        self.body
    }
}
