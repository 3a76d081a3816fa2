//! How senders sign, and the registry of the schemes known here: the one place where a provider is added.
//!
//! A provider is one file in this folder with a `SCHEME`, its `mod` line and its entry in [`ALL`], and test vectors; the test
//! run fails if one of them is missing.

mod gemini;
mod gemini_dynamic;
mod standard_webhooks;
mod svix;

pub(crate) use gemini::EVENTS as GEMINI_EVENTS;

/// Every scheme, in the order in which lists show them.
pub const ALL: [&Scheme; 4] = [&standard_webhooks::SCHEME, &svix::SCHEME, &gemini::SCHEME, &gemini_dynamic::SCHEME];

/// How a sender signs: the names of its headers, the forms of signature it may send, and where its keys come from.
#[derive(Debug)]
pub struct Scheme {
    /// The name in configurations.
    pub name: &'static str,
    /// Where the sender describes it.
    pub source: &'static str,
    /// Sets of header names; the first that is complete is the one that counts, and sets are never mixed.
    pub headers: &'static [HeaderNames],
    /// The forms that a source of this scheme may accept.
    pub forms: &'static [Form],
    /// The forms accepted where a source says nothing.
    pub default_forms: &'static [Form],
    /// Where the keys come from.
    pub keys: KeySource,
}

/// The three headers of the Standard Webhooks family.
#[derive(Debug)]
pub struct HeaderNames {
    /// The event's id, the same at every attempt.
    pub id: &'static str,
    /// Unix seconds of the attempt.
    pub timestamp: &'static str,
    /// The list of signatures, or the token.
    pub signature: &'static str,
}

/// A form of signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// HMAC-SHA256 over `id.timestamp.body`.
    V1,
    /// Ed25519 over `id.timestamp.body`.
    V1a,
    /// A compact JWS, which does not bind the body.
    Jwt,
}

/// Where the keys of a scheme come from.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// Secrets, a key set, or both.
    Either,
    /// Secrets only.
    Secrets,
    /// A key set only, at this URL unless told otherwise. Such keys sign for every customer of the sender, so a source of the
    /// scheme must also have a token in its URL.
    SharedJwks(&'static str),
}

impl Scheme {
    /// The names of all headers of a sender, set by set.
    pub fn header_names(&self) -> impl Iterator<Item = &'static str> {
        self.headers.iter().flat_map(HeaderNames::all)
    }
}

impl HeaderNames {
    /// All three.
    pub(crate) const fn all(&self) -> [&'static str; 3] {
        [self.id, self.timestamp, self.signature]
    }
}

impl Form {
    /// The name in configurations, logs and headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1a => "v1a",
            Self::Jwt => "jwt",
        }
    }

    /// The form of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::V1, Self::V1a, Self::Jwt].into_iter().find(|form| form.as_str() == name)
    }
}

/// The scheme of that name.
pub fn find(name: &str) -> Option<&'static Scheme> {
    ALL.into_iter().find(|scheme| scheme.name == name)
}

const WEBHOOK: HeaderNames =
    HeaderNames { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_defaults_are_allowed() {
        for scheme in ALL {
            assert_eq!(find(scheme.name).map(|found| found.source), Some(scheme.source));
            assert!(scheme.default_forms.iter().all(|form| scheme.forms.contains(form)), "{}", scheme.name);
            assert!(!scheme.headers.is_empty());
        }
    }

    #[test]
    fn no_scheme_takes_both_a_static_and_a_shared_key() {
        for scheme in ALL {
            if let KeySource::SharedJwks(_) = scheme.keys {
                assert!(!scheme.forms.contains(&Form::V1), "{}", scheme.name);
            }
        }
    }
}
