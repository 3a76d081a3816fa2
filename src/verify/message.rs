//! What a template says is signed, put together around the body.

use std::borrow::Cow;

use super::fields::Item;
use crate::crypto::{hex, sha256};
use crate::delivery::{Headers, Target};
use crate::scheme::Part;

/// What is signed, around the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    pub(crate) prefix: Vec<u8>,
    /// Whether the body itself is signed, between the two.
    pub(crate) has_body: bool,
    pub(crate) suffix: Vec<u8>,
}

/// What a delivery has for each part of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'p> {
    pub(super) id: &'p [u8],
    pub(super) timestamp: &'p [u8],
    pub(super) headers: &'p Headers<'p>,
    pub(super) target: Option<Target<'p>>,
}

impl Around {
    /// Joins the parts of a message; `None` if the delivery lacks one, so that nothing can match. `body` copies the body, for a part that
    /// is derived from it.
    pub(super) fn join(message: &[Part], parts: Parts<'_>, body: &dyn Fn() -> Vec<u8>) -> Option<Self> {
        let mut around = Self::default();
        for part in message {
            if matches!(part, Part::Body) {
                around.has_body = true;
                continue;
            }
            let bytes = parts.bytes(*part, body)?;
            if around.has_body { &mut around.suffix } else { &mut around.prefix }.extend_from_slice(&bytes);
        }
        Some(around)
    }

    /// The same with another spelling of the URL; `None` if what is signed does not begin with the URL.
    pub(super) fn at(&self, url: &str, other: &str) -> Option<Self> {
        let rest = self.prefix.strip_prefix(url.as_bytes())?;
        Some(Self { prefix: [other.as_bytes(), rest].concat(), has_body: self.has_body, suffix: self.suffix.clone() })
    }
}

impl<'p> Parts<'p> {
    /// The bytes of one part; `None` if the delivery lacks it.
    pub(super) fn bytes(self, part: Part, body: &dyn Fn() -> Vec<u8>) -> Option<Cow<'p, [u8]>> {
        Some(match part {
            Part::Id => self.id.into(),
            Part::Timestamp => self.timestamp.into(),
            Part::Text(text) => text.as_bytes().into(),
            Part::Header(name) => self.headers.get(name)?.into(),
            Part::Body => body().into(),
            Part::BodySha256 => hex(&sha256(&[&body()])).into_bytes().into(),
            Part::Method => self.target?.method.as_bytes().into(),
            Part::Url | Part::UrlAnyPort => self.target?.url.as_bytes().into(),
            Part::Derived(derive) => derive(self.target?, body)?.into(),
            Part::Fields(fields) => Item::find(fields, &body())?.message()?.into_bytes().into(),
        })
    }
}
