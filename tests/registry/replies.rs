//! What senders read in responses, in words: acknowledgements, and the replies to handshakes.

#![allow(unreachable_patterns, reason = "a new variant of a public enum must not stop this file from compiling")]

use std::fmt::Write as _;

use countersign::scheme::{Acknowledgement, Handshake, IdSource, Media, Scheme, Time};

use crate::sender::Sender;
use crate::words::{code, debug};

/// What the sender reads when a delivery was taken.
pub(crate) fn acknowledgement(scheme: &Scheme) -> String {
    match scheme.acknowledgement {
        Acknowledgement::Success => "200, or 202 for a stored event, with JSON".to_owned(),
        Acknowledgement::Ok => "200 with JSON, also for a stored event".to_owned(),
        Acknowledgement::Exactly { status, text: "", .. } => format!("{status} without a body"),
        Acknowledgement::Exactly { status, media, text } => {
            format!("{status} with {} as {}", code(text), media_type(media))
        }
        other => debug(other),
    }
}

pub(crate) fn media_type(media: Media) -> &'static str {
    match media {
        Media::Json => "`application/json`",
        Media::Text => "`text/plain`",
        Media::Xml => "`text/xml`",
        _ => "another type",
    }
}

/// What a delivery is that the sender sends again, by itself or because somebody asks for it.
pub(crate) fn sent_again(scheme: &'static Scheme) -> &'static str {
    match scheme.template().map(|template| (template.id, template.time)) {
        _ if scheme.signs_id() => "a duplicate, under the same id",
        Some((IdSource::Body(_), _)) => "a duplicate, under the same id",
        Some((IdSource::SignedWithout(_), _)) => "a duplicate, if nothing else of the body changes",
        None | Some((_, Time::None)) => "a duplicate, with the same body",
        Some(_) => "a duplicate, with the same body, also at another time",
    }
}

/// A handshake: what the sender asks, what the reply is, and what has to be configured for it.
pub(crate) struct Asking {
    pub(crate) request: String,
    pub(crate) reply: String,
    pub(crate) needs: &'static str,
}

impl Asking {
    /// The handshake of a scheme.
    pub(crate) fn of(scheme: &Scheme) -> Option<Self> {
        let secrets = "`secrets`";
        Some(match scheme.handshake? {
            Handshake::HubChallenge => Self {
                request: "a GET with `hub.mode`, `hub.verify_token` and `hub.challenge`".to_owned(),
                reply: "the challenge, as `text/plain`".to_owned(),
                needs: "`verify_token`: without it, the GET gets 405",
            },
            Handshake::HeaderChallenge(name) => Self {
                request: format!("a GET with a challenge in {} and the sender's token", code(name)),
                reply: "the challenge, as `verification` in JSON".to_owned(),
                needs: secrets,
            },
            Handshake::Probe(method) => Self {
                request: format!("{} {method}", if method == "HEAD" { "a" } else { "an" }),
                reply: "200 without a body".to_owned(),
                needs: "nothing",
            },
            Handshake::Echo { marker, equals, challenge } => Self {
                request: format!("a signed POST with {} at {}", code(equals), code(marker)),
                reply: format!("the text at {}, as `text/plain`", code(challenge)),
                needs: secrets,
            },
            Handshake::EncryptedToken => Self {
                request: "a POST with the event `endpoint.url_validation`, signed or not".to_owned(),
                reply: "JSON with `plainToken` and its HMAC as `encryptedToken`; if the POST is not signed, only for a token \
                        of at most 128 letters, digits, `-` and `_`"
                    .to_owned(),
                needs: secrets,
            },
            Handshake::Ping => Self {
                request: "a signed POST with `type` 1 as an interaction, or 0 as a webhook event".to_owned(),
                reply: "`{\"type\":1}` to an interaction, 204 to a webhook event".to_owned(),
                needs: secrets,
            },
            other => Self { request: debug(other), reply: String::new(), needs: secrets },
        })
    }
}

/// The section about handshakes: a table of the senders that have one.
pub(crate) fn handshakes(senders: &[Sender]) -> String {
    let mut text = "
## Handshakes

Some senders ask an endpoint something before they send it events, and again later. Countersign replies itself, forwards nothing and
remembers nothing. A POST that does not prove its sender gets the usual refusal, and such a GET 403 `handshake_refused`. The
[package's adapters](library.md) do the same; there, `verify_token` is the option `verifyToken`.
[`npx countersign send --handshake`](testing.md#a-handshake) asks your endpoint as the sender would.

| sender | asks | gets | needs |
|---|---|---|---|
"
    .to_owned();
    for sender in senders {
        if let Some(Asking { request, reply, needs }) = Asking::of(sender.scheme) {
            writeln!(text, "| {} | {request} | {reply} | {needs} |", sender.title).unwrap();
        }
    }
    text
}
