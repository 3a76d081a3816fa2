//! Why a key of a set cannot be used, in words for logs and reports.

use crate::error::Error;

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Neither Ed25519 nor RSA.
    Kind,
    /// Usable, but not for a form that the receiver accepts.
    OtherForm,
    /// `d` is present: whoever can read the set can sign.
    Private,
    /// `use`, `key_ops` or `alg` name another purpose.
    Purpose,
    /// A member is missing or cannot be read.
    Unreadable,
    /// Ed25519 of small order, or RSA outside the bounds of size and exponent.
    Weak,
}

impl Aside {
    const ALL: [Self; 6] = [Self::Kind, Self::OtherForm, Self::Private, Self::Purpose, Self::Unreadable, Self::Weak];

    /// In words, without anything of the key.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "neither Ed25519 (`OKP`) nor RSA",
            Self::OtherForm => "for a form of signature that is not accepted here",
            Self::Private => "published with its private half (`d`), so anybody can sign under it",
            Self::Purpose => "`use`, `key_ops` or `alg` say that it is not for these signatures",
            Self::Unreadable => "a member is missing, or is not a key in base64url",
            Self::Weak => "too weak: of small order, or RSA outside 2048 to 8192 bits",
        }
    }
}

/// Why no key of a set can be used, for logs and reports: each reason and how many keys it applies to. It holds no part of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unusable([u16; Aside::ALL.len()]);

impl Unusable {
    /// Says it in one sentence.
    pub fn to_text(self) -> String {
        let mut text = "no key of the key set can be used".to_owned();
        let found = Aside::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0);
        let mut found = found.peekable();
        if found.peek().is_none() {
            text.push_str(": it is empty");
        }
        for (why, count) in found {
            for part in ["; ", itoa::Buffer::new().format(count), ": ", why.as_str()] {
                text.push_str(part);
            }
        }
        text
    }

    pub(super) fn count(&mut self, why: Aside) {
        if let Some((_, count)) = Aside::ALL.into_iter().zip(&mut self.0).find(|(known, _)| *known == why) {
            *count = count.saturating_add(1);
        }
    }
}

impl From<Error> for Aside {
    fn from(error: Error) -> Self {
        if error == Error::WeakKey { Self::Weak } else { Self::Unreadable }
    }
}
