//! What a scheme is made of.

use serde_json::Value;

use super::acknowledgement::Acknowledgement;
use super::handshake::Handshake;
use super::template::{IdSource, Template};
use crate::key::KeyFormat;

/// How a sender signs: where its signatures stand and what they cover, the forms it may send, and where its keys come from.
#[derive(Debug)]
pub struct Scheme {
    /// The name in configurations.
    pub name: &'static str,
    /// Where signatures stand, and what they cover.
    pub signing: Signing,
    /// The forms that a source of this scheme may accept.
    pub forms: &'static [Form],
    /// The forms that a source accepts if its configuration names none.
    pub default_forms: &'static [Form],
    /// Where the keys come from.
    pub keys: KeySource,
    /// How the sender writes its secrets.
    pub secrets: KeyFormat,
    /// Where an event says of what type it is.
    pub event_type: EventType,
    /// Headers of the sender's that are passed on besides those that were verified. Nothing signs them.
    pub forward: &'static [&'static str],
    /// Headers that a delivery must have with exactly this value, such as a version.
    pub constants: &'static [(&'static str, &'static str)],
    /// Whether the receiver chooses at the sender which header has the token. A configuration then may name another one.
    pub header_is_chosen: bool,
    /// What the sender asks before it sends events.
    pub handshake: Option<Handshake>,
    /// What the sender reads when a delivery was taken.
    pub acknowledgement: Acknowledgement,
    /// For how many seconds the sender retries a delivery, if it says so; 0 if it does not retry.
    pub retries: Option<u64>,
}

/// Where signatures stand, and what they cover.
#[derive(Debug)]
pub enum Signing {
    /// Standard Webhooks: a list of tagged signatures, or a token, over `id.timestamp.body`. The first complete set of headers counts;
    /// sets are never mixed.
    Standard(&'static [HeaderNames]),
    /// What a template describes.
    Template(Template),
    /// An identity token, which covers nothing of the delivery.
    Identity(Identity),
}

/// How a sender proves its identity by an ID token of OpenID Connect: a compact JWS that names its receiver and its sender.
///
/// A source names the receiver in `audience`, and the sender's account in `email`. The issuer's keys sign for everybody who has an account
/// there, so a token without either proves nothing.
#[derive(Debug)]
pub struct Identity {
    /// The header of the token.
    pub header: &'static str,
    /// What the header's value begins with, in any case: `Bearer `.
    pub method: &'static str,
    /// The `iss` of a token, unless the configuration names another.
    pub issuer: &'static str,
}

/// Where an event says of what type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A JSON pointer (RFC 6901) into the body, or into a token's claims.
    Pointer(&'static str),
    /// A header, which nothing signs.
    Header(&'static str),
    /// Nowhere.
    None,
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
    /// HMAC-SHA256 over what the scheme's template describes.
    HmacSha256,
    /// HMAC-SHA1 over what the scheme's template describes.
    HmacSha1,
    /// HMAC-SHA256 over some members of the JSON body, inside the body.
    HmacSha256Fields,
    /// Ed25519 over what the scheme's template describes.
    Ed25519,
    /// ECDSA on P-256 with SHA-256, in DER, over what the scheme's template describes.
    EcdsaP256,
    /// The shared secret itself, as the value of a header. It covers nothing.
    Token,
    /// A compact JWS (a token) about the sender. It covers nothing.
    IdToken,
}

/// What of a delivery a signature proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The body: it is what the sender sent.
    Body,
    /// Some members of the body, which the scheme names. The others can be changed.
    Fields,
    /// Claims of its own, which are the event. They are forwarded in place of the body.
    Claims,
    /// Who sent it, and nothing else. Whoever reads the proof once can send any body with it.
    Sender,
}

/// Where the keys of a scheme come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource {
    /// Secrets, a key set, or both.
    Either,
    /// Secrets only.
    Secrets,
    /// A key set only, at this URL unless the configuration names another. Its keys sign for every customer of the sender, so a
    /// source of the scheme must also have a secret segment in its URL.
    SharedJwks(&'static str),
    /// A key set only, at this URL unless the configuration names another. Its keys sign for everybody, and each token names its receiver and
    /// its sender.
    IssuerJwks(&'static str),
}

impl Scheme {
    /// The sets of headers of Standard Webhooks; none for another scheme.
    pub const fn sets(&self) -> &'static [HeaderNames] {
        match self.signing {
            Signing::Standard(sets) => sets,
            Signing::Template(_) | Signing::Identity(_) => &[],
        }
    }

    /// The template, if it has one.
    pub const fn template(&'static self) -> Option<&'static Template> {
        match &self.signing {
            Signing::Template(template) => Some(template),
            Signing::Standard(_) | Signing::Identity(_) => None,
        }
    }

    /// How its identity tokens are sent, if it has some.
    pub const fn identity(&'static self) -> Option<&'static Identity> {
        match &self.signing {
            Signing::Identity(identity) => Some(identity),
            Signing::Standard(_) | Signing::Template(_) => None,
        }
    }

    /// The headers of what proves the sender: of signatures, or of a token.
    pub(crate) fn proof_headers(&'static self) -> impl Iterator<Item = &'static str> {
        let of_template = self.template().into_iter().flat_map(|of| of.layout.signatures.headers).copied();
        let of_sets = self.sets().iter().map(|set| set.signature);
        of_sets.chain(of_template).chain(self.identity().map(|identity| identity.header))
    }

    /// Whether an event's id is in a header that is signed.
    pub fn signs_id(&'static self) -> bool {
        !self.sets().is_empty() || self.template().is_some_and(|template| template.id == IdSource::Header)
    }

    /// Whether the method or the URL of the request is signed, so that the receiver must pass a [`Target`](crate::Target).
    pub fn signs_target(&'static self) -> bool {
        self.template().is_some_and(Template::signs_target)
    }

    /// The names of all headers of a sender that are read, each once.
    pub fn header_names(&'static self) -> impl Iterator<Item = &'static str> {
        let of_sets = self.sets().iter().flat_map(HeaderNames::all);
        let of_template = self.template().into_iter().flat_map(Template::header_names);
        of_sets
            .chain(of_template)
            .chain(self.identity().map(|identity| identity.header))
            .chain(self.constants.iter().map(|(name, _)| *name))
            .chain(self.forward.iter().copied())
    }
}

impl EventType {
    /// The type that an event states. `header` looks a header up; `event` is the event's verified JSON.
    pub(crate) fn of<'a>(self, header: impl FnOnce(&str) -> Option<&'a str>, event: &'a Value) -> Option<&'a str> {
        match self {
            Self::Pointer(pointer) => event.pointer(pointer)?.as_str(),
            Self::Header(name) => header(name),
            Self::None => None,
        }
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
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256Fields => "hmac-sha256-fields",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::Token => "token",
            Self::IdToken => "id-token",
        }
    }

    /// Finds a form by its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == name)
    }

    /// What of a delivery a signature of this form proves.
    pub const fn covers(self) -> Covers {
        match self {
            Self::V1 | Self::V1a | Self::HmacSha256 | Self::HmacSha1 | Self::Ed25519 | Self::EcdsaP256 => Covers::Body,
            Self::HmacSha256Fields => Covers::Fields,
            Self::Jwt => Covers::Claims,
            Self::Token | Self::IdToken => Covers::Sender,
        }
    }

    /// Whether a public key of Ed25519 verifies it.
    pub(crate) const fn is_ed25519(self) -> bool {
        matches!(self, Self::V1a | Self::Ed25519)
    }

    /// Whether a shared secret verifies it.
    pub(crate) const fn is_shared(self) -> bool {
        matches!(self, Self::V1 | Self::HmacSha256 | Self::HmacSha1 | Self::HmacSha256Fields | Self::Token)
    }

    /// Whether it is a token that a key of a set signs by RS256.
    pub(crate) const fn is_rs256(self) -> bool {
        matches!(self, Self::Jwt | Self::IdToken)
    }

    const ALL: [Self; 10] = [
        Self::V1,
        Self::V1a,
        Self::Jwt,
        Self::HmacSha256,
        Self::HmacSha1,
        Self::HmacSha256Fields,
        Self::Ed25519,
        Self::EcdsaP256,
        Self::Token,
        Self::IdToken,
    ];
}

impl Covers {
    /// The value of `countersign-covers`, and of `covers` in the log; `None` for the body, which goes without saying.
    pub const fn as_note(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Fields => Some("fields"),
            Self::Claims => Some("claims"),
            Self::Sender => Some("sender"),
        }
    }
}
