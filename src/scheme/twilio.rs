//! Twilio: <https://www.twilio.com/docs/usage/security#validating-requests>, read in November 2026, and `src/webhooks/webhooks.ts` of
//! twilio/twilio-node.
//!
//! HMAC over the URL that Twilio called, then the pairs of the form, sorted by name: each name and value, and nothing between them.
//! The hash is SHA-1 and the key the account's auth token, unless one of Twilio's webhook rules matches the URL: then the setting's shared
//! key signs, with SHA-1 or SHA-256, and `X-Twilio-Webhooks-Signature-Settings` says so, unsigned. Name both secrets to take either.
//! <https://github.com/twilio/twilio-node/blob/main/examples/WebhookSignatureValidation.md>
//!
//! A form of more than 10,000 pairs matches nothing; Twilio sends some dozens.
//!
//! Where the URL has `bodySHA256`, as for JSON, the URL alone is signed, and the body must have that hash.
//!
//! What this does not protect: nothing says when Twilio signed, so a copy never expires. As nothing separates the pairs, who has a copy
//! can move text between a name, its value and the next pair (`Body=x` and `Bod=yx` are the same signed bytes), and can change the order
//! of the pairs. `I-Twilio-Idempotency-Token` is not signed, so it is passed on and is not the event's id: an event is known by the hash of
//! what was signed.
//!
//! Twilio signs some URLs with their port and some without, as its libraries say and try. So both count, and 443 (with `http`, 80) for a URL
//! without a port. The event's id leaves the port out: a copy that is sent to another port is the same event.
//!
//! Twilio signs an apostrophe of the query as it is, and parsers of URLs, `Request` among them, write `%27` for it. Both count, as in
//! twilio-node. <https://github.com/twilio/twilio-node/issues/1183>
//!
//! Twilio reads instructions (TwiML) in the response to a call or a message, and reports anything else as an error, such as 12300 for
//! another content type. The acknowledgement is TwiML without an instruction, which ends a call. For instructions of your application's,
//! set `reply = "origin"`. <https://www.twilio.com/docs/api/errors/15003>

use std::collections::BinaryHeap;

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::form::Form;
use super::handshake::Media;
use super::template::{Encoding, Part, Template, in_header, of_body};
use super::types::{EventType, Scheme};
use crate::crypto::{constant_time_eq, hex, sha256};
use crate::delivery::Target;
use crate::url::{percent_decode, query};

pub(super) const SCHEME: Scheme = Scheme {
    forms: FORMS,
    default_forms: FORMS,
    event_type: EventType::None,
    forward: &["i-twilio-idempotency-token", "x-twilio-webhooks-signature-settings"],
    acknowledgement: Acknowledgement::Exactly { status: 200, media: Media::Xml, text: "<Response/>" },
    ..hmac(
        "twilio",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::UrlAnyPort, Part::Derived(content)],
            ..of_body(in_header(&["x-twilio-signature"], ""))
        },
    )
};

/// Which one a signature is of follows from its length.
const FORMS: &[Form] = &[Form::HmacSha1, Form::HmacSha256];

/// What is signed of a body: its pairs, or nothing if the URL has its hash; `None` if that is the hash of another body.
pub(super) fn content(target: Target<'_>, body: &dyn Fn() -> Vec<u8>) -> Option<Vec<u8>> {
    let body = body();
    let announced = pairs(query(target.url).as_bytes()).into_iter().find(|(name, _)| name == b"bodySHA256");
    match announced {
        Some((_, hash)) => constant_time_eq(hex(&sha256(&[&body])).as_bytes(), &hash).then(Vec::new),
        None => {
            if body.iter().filter(|byte| **byte == b'&').count() > MOST_PAIRS {
                return None;
            }
            // A heap: `sort` would be 1.6 KB of Wasm more, gzipped, and nothing else in `countersign/hmac` sorts.
            let mut pairs = BinaryHeap::from(pairs(&body)).into_sorted_vec();
            // Twilio signs each value of a name once.
            pairs.dedup();
            Some(pairs.into_iter().flat_map(|(name, value)| [name, value]).flatten().collect())
        }
    }
}

/// The most pairs of a form. A stranger can send a megabyte of them, and to take that apart costs thirty times as much as its HMAC.
const MOST_PAIRS: usize = 10_000;

/// The pairs of a form, or of a query, in their order.
fn pairs(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decoded = |text: &[u8]| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_decode(&spaced)
    };
    let pair = |text: &[u8]| {
        let mut halves = text.splitn(2, |byte| *byte == b'=').map(decoded);
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    };
    text.split(|byte| *byte == b'&').filter(|text| !text.is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(url: &str, body: &str) -> Option<String> {
        let target = Target { method: "POST", url };
        content(target, &|| body.as_bytes().to_vec()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn pairs_are_sorted_decoded_and_signed_once() {
        let form = |body| signed("https://a.example/?x=1", body).unwrap();
        assert_eq!(form("b=2&a=1"), "a1b2");
        assert_eq!(form("a=2&a=1&a=2"), "a1a2");
        assert_eq!(form("a=x=y&c&&b="), "ax=ybc");
        assert_eq!(form("a=1+2%2B%263"), "a1 2+&3");
        assert_eq!(form(""), "");
    }

    #[test]
    fn a_form_has_so_many_pairs_at_most() {
        assert!(signed("https://a.example/", &"a&".repeat(MOST_PAIRS)).is_some());
        assert_eq!(signed("https://a.example/", &"a&".repeat(MOST_PAIRS + 1)), None);
    }

    #[test]
    fn the_hash_in_the_url_is_the_bodys() {
        let url = format!("https://a.example/?bodySHA256={}", hex(&sha256(&[b"{}"])));
        assert_eq!(signed(&url, "{}").as_deref(), Some(""));
        assert_eq!(signed(&url, "{} "), None);
    }
}
