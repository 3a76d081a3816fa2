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
    claims: Option<Vec<u8>>,
}

impl<'d, B> Verified<'d, B> {
    pub(super) fn of_list(signed: Signed<'d>, body: &'d B, form: Form, key: usize) -> Self {
        let id = Cow::Borrowed(signed.id);
        Self { metadata: signed.into(), body, id, form, key, claims: None }
    }

    pub(super) fn of_token(metadata: Metadata<'d>, body: &'d B, claims: Claims) -> Self {
        let Claims { json, id, key } = claims;
        Self { metadata, body, id: Cow::Owned(id.into_bytes()), form: Form::Jwt, key, claims: Some(json) }
    }

    /// The event's id, which the signature covers: the header's, or for a token its own.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What was verified.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Which key matched: its place among the secrets, or in the key set (behind the secrets, where there are both). Where signatures
    /// of several keys of a set hold, it is any of them.
    pub const fn key(&self) -> usize {
        self.key
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
