//! What a scheme is made of.

use serde_json::Value;

use super::acknowledgement::Acknowledgement;
use super::form::Form;
use super::handshake::Handshake;
use super::template::{Field, IdSource, Template, Time};
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
    /// Whether the sender makes no further attempt after a 4xx, but for 429. It then gets a 5xx where it is to try again.
    pub ends_at_4xx: bool,
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
    /// The first of these headers that is there. Nothing signs it.
    Header(&'static [&'static str]),
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

    /// Whether a header has the signature or the time, so that the sender's next copy of an event can have another value.
    pub(crate) fn differs_in_copies(&'static self, header: &str) -> bool {
        let time = self.template().and_then(|template| template.layout.timestamp.as_ref());
        self.proof_headers().chain(time.map(Field::header)).any(|name| name == header)
    }

    /// Whether an event's id is in a header that is signed.
    pub fn signs_id(&'static self) -> bool {
        !self.sets().is_empty() || self.template().is_some_and(|template| template.id == IdSource::Header)
    }

    /// Whether a delivery states a time that is signed, so that its age can be judged. A token has limits of its own.
    pub fn signs_time(&'static self) -> bool {
        !self.sets().is_empty() || self.template().is_some_and(|template| template.time != Time::None)
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
    pub(crate) fn of<'a>(self, header: impl Fn(&str) -> Option<&'a str>, event: &'a Value) -> Option<&'a str> {
        match self {
            Self::Pointer(pointer) => event.pointer(pointer)?.as_str(),
            Self::Header(names) => names.iter().find_map(|name| header(name)),
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
