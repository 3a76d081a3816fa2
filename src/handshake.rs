//! Answers the handshakes of senders.
//!
//! A handshake is never admitted or forwarded: one that is signed consumes its [`Verified`]. None of them signs what a stranger asks for.
//! A challenge is repeated only to who proved to be the sender, by a signature or by the source's `verify_token`. Zoom's reply is an HMAC by
//! the key that also signs its events, so without a signature only a token is accepted that can be no part of an event's signed content.

use serde_json::{Value, json};

use crate::crypto::{Crypto, constant_time_eq, hex};
use crate::json::{printed, value};
use crate::key::SecretKey;
use crate::scheme::{Handshake, Media, Scheme};
use crate::url::{percent_decode, query};
use crate::verify::Verified;

/// A response to a sender: to its handshake, or to a delivery that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type of its body.
    pub media: Media,
    /// Its body.
    pub text: String,
}

/// What a verified delivery turned out to be.
#[derive(Debug)]
pub enum Asked<'d, B> {
    /// A handshake, and its response.
    Handshake(Reply),
    /// An event.
    Event(Verified<'d, B>),
}

/// The largest body in bytes that is looked into for a handshake. Those of today's senders have less than 2 KiB.
pub const LARGEST: u32 = 16 * 1024;

impl<'d, B> Verified<'d, B> {
    /// Tells a handshake of the scheme from an event. The body is read only for a scheme that asks with a POST, and up to [`LARGEST`].
    pub fn asked<C: Crypto<B>>(self, scheme: &Scheme, secrets: &[SecretKey], crypto: &C) -> Asked<'d, B> {
        let reply = scheme.handshake.filter(|handshake| handshake.is_post()).and_then(|handshake| {
            let body = json_of(&crypto.message(&[], self.body()))?;
            match handshake {
                Handshake::Echo { marker, equals, challenge } => {
                    let text = |pointer| body.pointer(pointer).and_then(Value::as_str);
                    echo(text(challenge).filter(|_| text(marker) == Some(equals))?)
                }
                Handshake::EncryptedToken => encrypted(plain_token(&body)?, secrets.get(self.key())?),
                Handshake::Ping => pong(&body),
                Handshake::HubChallenge | Handshake::HeaderChallenge(_) | Handshake::Probe(_) => None,
            }
        });
        reply.map_or(Asked::Event(self), Asked::Handshake)
    }

    /// The reply to a handshake whose challenge is in the header that [`Handshake::header`] names: a GET without a body, verified like a delivery.
    /// `None` for a challenge that no sender would make.
    pub fn header_challenge(self, challenge: &str) -> Option<Reply> {
        let Reply { status, text, .. } = echo(challenge)?;
        Some(Reply { status, media: Media::Json, text: printed(&json!({ "verification": text })) })
    }
}

/// Answers a handshake that came without a signature, which only [`Handshake::EncryptedToken`] allows: its token must consist of
/// letters, digits, `-` and `_`, at most 128 of them.
pub fn unsigned(scheme: &Scheme, secrets: &[SecretKey], body: &[u8]) -> Option<Reply> {
    if scheme.handshake != Some(Handshake::EncryptedToken) {
        return None;
    }
    let body = json_of(body)?;
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let token = plain_token(&body).filter(|token| token.len() <= 128 && token.bytes().all(is_harmless))?;
    encrypted(token, secrets.first()?)
}

/// Answers a GET whose query holds the verify token and a challenge; `None` if it does not.
///
/// The token is what its receiver entered at the sender, compared in constant time; an empty one matches nothing.
///
/// ```
/// use countersign::handshake::hub_challenge;
///
/// let url = "https://hooks.example.com/meta?hub.mode=subscribe&hub.verify_token=a-long-random-token&hub.challenge=1158201444";
/// assert_eq!(hub_challenge(url, "a-long-random-token").map(|reply| reply.text).as_deref(), Some("1158201444"));
/// assert_eq!(hub_challenge(url, "another"), None);
/// ```
pub fn hub_challenge(url: &str, verify_token: &str) -> Option<Reply> {
    let mut fields = [("hub.mode", None), ("hub.verify_token", None), ("hub.challenge", None)];
    for pair in query(url).split('&') {
        let (name, given) = pair.split_once('=').unwrap_or((pair, ""));
        let name = form_decoded(name);
        if let Some((_, field)) = fields.iter_mut().find(|(known, _)| known.as_bytes() == name)
            && field.replace(form_decoded(given)).is_some()
        {
            return None;
        }
    }
    let [(_, mode), (_, token), (_, challenge)] = fields;
    if verify_token.is_empty() || mode? != b"subscribe" || !constant_time_eq(&token?, verify_token.as_bytes()) {
        return None;
    }
    echo(str::from_utf8(&challenge?).ok()?)
}

/// Repeats a challenge. One that no sender would make is not repeated.
fn echo(challenge: &str) -> Option<Reply> {
    let is_plausible =
        (1..=MAX_CHALLENGE).contains(&challenge.len()) && challenge.bytes().all(|byte| byte.is_ascii_graphic());
    is_plausible.then(|| Reply { status: 200, media: Media::Text, text: challenge.to_owned() })
}

fn plain_token(body: &Value) -> Option<&str> {
    let is_validation = body.get("event")? == "endpoint.url_validation";
    let token = body.pointer("/payload/plainToken").and_then(Value::as_str);
    token.filter(|token| is_validation && (1..=MAX_CHALLENGE).contains(&token.len()))
}

fn encrypted(token: &str, secret: &SecretKey) -> Option<Reply> {
    let SecretKey::Hmac(key) = secret else { return None };
    let encrypted = hex(&key.mac([token.as_bytes(), &[]]));
    let text = printed(&json!({ "plainToken": token, "encryptedToken": encrypted }));
    Some(Reply { status: 200, media: Media::Json, text })
}

/// An interaction of type 1 is a PING. A webhook event of type 1 is an event, which has an `event`; there, a PING has type 0.
fn pong(body: &Value) -> Option<Reply> {
    match body.get("type")?.as_u64()? {
        0 => Some(Reply { status: 204, media: Media::Json, text: String::new() }),
        1 if body.get("event").is_none() => {
            Some(Reply { status: 200, media: Media::Json, text: printed(&json!({ "type": 1 })) })
        }
        _ => None,
    }
}

fn json_of(body: &[u8]) -> Option<Value> {
    let is_small = u32::try_from(body.len()).is_ok_and(|length| length <= LARGEST);
    value(str::from_utf8(body).ok().filter(|_| is_small)?)
}

/// A name or value of a query, as forms encode it.
fn form_decoded(text: &str) -> Vec<u8> {
    percent_decode(text.replace('+', " ").as_bytes())
}

const MAX_CHALLENGE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme;

    const TOKEN: &str = "a-verify-token-&-more-=-25";

    #[test]
    fn a_challenge_is_repeated_only_with_the_token_and_only_as_a_word() {
        let ask =
            |query: &str| hub_challenge(&format!("https://h.example/meta?{query}"), TOKEN).map(|reply| reply.text);
        let token = "a-verify-token-%26-more-%3D-25";
        let good = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        assert_eq!(ask(&good), Some("1158201444".to_owned()));
        assert_eq!(ask(&good.replace("hub.", "hub%2E")), Some("1158201444".to_owned()));
        for bad in [
            good.replace("25", "24"),
            good.replace("subscribe", "unsubscribe"),
            good.replace("1158201444", "a%20b"),
            good.replace("1158201444", "a+b"),
            good.replace("1158201444", "%C3%A9"),
            good.replace("1158201444", "%ff"),
            good.replace("1158201444", ""),
            good.replace("1158201444", &"1".repeat(1025)),
            format!("{good}&hub.mode=subscribe"),
            "hub.mode=subscribe&hub.challenge=1158201444".to_owned(),
            String::new(),
        ] {
            assert_eq!(ask(&bad), None, "{bad}");
        }
        let blank = "https://h.example/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
        assert_eq!(hub_challenge(blank, ""), None, "without a token, nobody has it");
    }

    /// A token with which Zoom's reply would be the signature of an event is not accepted from a stranger.
    #[test]
    fn a_stranger_gets_no_signature_of_signed_content() {
        let zoom = scheme::find("zoom").unwrap();
        let key = [SecretKey::Hmac(crate::HmacKey::from_bytes(b"a secret of some length").unwrap())];
        let ask = |scheme, token: &str| {
            let body = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": token } }).to_string();
            unsigned(scheme, &key, body.as_bytes()).map(|reply| reply.text)
        };
        // By Python: hmac.new(b"a secret of some length", b"Ab-_09", "sha256").hexdigest()
        let expected = r#"{"encryptedToken":"a9965def5564cbccc630bfa985f718f62dae5abe0ce1a8b243209511ba2f26d9","plainToken":"Ab-_09"}"#;
        assert_eq!(ask(zoom, "Ab-_09").as_deref(), Some(expected));
        assert!(ask(zoom, &"x".repeat(128)).is_some());
        for token in ["v0:1700000000:{}", "", "a.b", "a b", "a\n", "é", &"x".repeat(129)] {
            assert_eq!(ask(zoom, token), None, "{token}");
        }
        for other in scheme::ALL.iter().filter(|scheme| scheme.name != "zoom") {
            assert_eq!(ask(other, "Ab-_09"), None, "{}", other.name);
        }
        assert_eq!(unsigned(zoom, &[], b"{}"), None);
    }

    #[test]
    fn a_webhook_event_is_no_ping() {
        let pong = |body: Value| pong(&body).map(|reply| (reply.status, reply.text));
        assert_eq!(pong(json!({ "type": 1, "token": "t" })), Some((200, r#"{"type":1}"#.to_owned())));
        assert_eq!(pong(json!({ "type": 0, "application_id": "1" })), Some((204, String::new())));
        for event in
            [json!({ "type": 1, "event": {} }), json!({ "type": 2 }), json!({ "type": "1" }), json!([]), json!({})]
        {
            assert_eq!(pong(event), None);
        }
    }
}
