//! What senders ask of an endpoint before they send it events, and the replies that they read.

/// A handshake. [`crate::handshake`] answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handshake {
    /// A GET with `hub.mode`, `hub.verify_token` and `hub.challenge` in its query. The reply is the challenge, if the token is the one
    /// that the source's `verify_token` names.
    HubChallenge,
    /// A GET with a challenge in this header, and with the headers that prove the sender. The reply has the challenge as `verification`.
    HeaderChallenge(&'static str),
    /// A request of this method, which holds and proves nothing. The reply is 200 without a body: the URL exists.
    Probe(&'static str),
    /// A signed POST whose body has the text `equals` at the pointer `marker`. The reply is the text at the pointer `challenge`.
    Echo {
        /// A JSON pointer.
        marker: &'static str,
        /// What is there in a handshake, and in no event.
        equals: &'static str,
        /// A JSON pointer.
        challenge: &'static str,
    },
    /// Zoom's `endpoint.url_validation`: a POST with a `plainToken`. The reply has its HMAC too.
    EncryptedToken,
    /// Discord's PING: a signed POST of type 1 as an interaction, or of type 0 as a webhook event.
    Ping,
}

/// The media type of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Media {
    /// `application/json`.
    Json,
    /// `text/plain`, never to be taken for anything else.
    Text,
    /// `text/xml`.
    Xml,
}

impl Handshake {
    /// The header of its challenge.
    pub const fn header(self) -> Option<&'static str> {
        match self {
            Self::HeaderChallenge(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the sender asks with a POST, like that of an event.
    pub const fn is_post(self) -> bool {
        !matches!(self, Self::HubChallenge | Self::HeaderChallenge(_) | Self::Probe(_))
    }
}
