//! What a scheme is made of.

/// How a sender signs: the names of its headers, the forms of signature it may send, and where its keys come from.
#[derive(Debug)]
pub struct Scheme {
    /// The name in configurations.
    pub name: &'static str,
    /// Where the sender describes it.
    pub source: &'static str,
    /// Sets of header names. The first complete set counts; sets are never mixed.
    pub headers: &'static [HeaderNames],
    /// The forms that a source of this scheme may accept.
    pub forms: &'static [Form],
    /// The forms that a source accepts if its configuration names none.
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
    /// A compact JWS (a token), which does not cover the body.
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
    /// A key set only, at this URL unless the configuration names another. Its keys sign for every customer of the sender, so a
    /// source of the scheme must also have a secret segment in its URL.
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

    /// Finds a form by its name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::V1, Self::V1a, Self::Jwt].into_iter().find(|form| form.as_str() == name)
    }
}

/// The headers of Standard Webhooks.
pub(super) const WEBHOOK: HeaderNames =
    HeaderNames { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };
