//! What a template says is signed, put together around the body.

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
            let derived;
            let bytes = match part {
                Part::Id => parts.id,
                Part::Timestamp => parts.timestamp,
                Part::Text(text) => text.as_bytes(),
                Part::Header(name) => parts.headers.get(name)?,
                Part::BodySha256 => {
                    derived = hex(&sha256(&[&body()])).into_bytes();
                    &derived
                }
                Part::Method => parts.target?.method.as_bytes(),
                Part::Url => parts.target?.url.as_bytes(),
                Part::Derived(derive) => {
                    derived = derive(parts.target?, body)?;
                    &derived
                }
                Part::Body => {
                    around.has_body = true;
                    continue;
                }
            };
            if around.has_body { &mut around.suffix } else { &mut around.prefix }.extend_from_slice(bytes);
        }
        Some(around)
    }
}
