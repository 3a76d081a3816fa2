//! What a template reads of a delivery, at its edges.

use super::described::decode_strict;
use super::list::MAX_SIGNATURES;
use super::*;
use crate::crypto::{Ed25519SigningKey, HmacKey, Portable, hex, sha256};
use crate::error::Error;
use crate::jose::JwtPolicy;
use crate::key::SecretKey;
use crate::scheme::{
    self, Encoding, Field, Form, IdSource, Layout, Part, Scheme, Signatures, Signing, Template, Time, Unit,
};
use crate::{Delivery, Headers, SigningKey, Timestamp, Unsigned, sign_as};

const AT: Timestamp = Timestamp::from_unix(1_700_000_000);
const KEY: &[u8] = b"a shared secret of some length";

fn find(name: &str) -> &'static Scheme {
    scheme::find(name).unwrap()
}

/// The headers by which a sender with [`KEY`] signs.
fn signed(scheme: &'static Scheme, id: &str, body: &str) -> Vec<(&'static str, String)> {
    let unsigned = Unsigned { id, timestamp: AT, target: None, body };
    sign_as(scheme, &[SigningKey::Hmac(HmacKey::from_bytes(KEY).unwrap())], &unsigned, &Portable).unwrap()
}

/// The id of a delivery to a receiver with [`KEY`].
fn verified(scheme: &'static Scheme, headers: &[(&'static str, String)], body: &str) -> Result<String, Error> {
    let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let delivery = Delivery::new(Headers::from_iter(lines), body);
    let secrets = [SecretKey::Hmac(HmacKey::from_bytes(KEY).unwrap())];
    let keys = Keys { secrets: &secrets, ..Keys::default() };
    let verified = Policy::of(scheme).verify(keys, &delivery, AT, &Portable);
    verified.map(|verified| String::from_utf8(verified.id().to_vec()).unwrap())
}

fn id_of(name: &str, body: &str) -> String {
    verified(find(name), &signed(find(name), "", body), body).unwrap()
}

#[test]
fn an_id_in_a_body_is_text_or_a_whole_number_that_could_be_signed() {
    assert_eq!(id_of("stripe", r#"{"id":"evt_1"}"#), "evt_1");
    assert_eq!(id_of("stripe", r#"{"id":7}"#), "7");
    for id in ["evt 1", "é", "a.1700000000", &"x".repeat(257)] {
        assert_eq!(id_of("stripe", &format!(r#"{{"id":"{id}"}}"#)), hex(&sha256(&[id.as_bytes()])), "{id}");
    }
    for body in ["{}", "[]", "", r#"{"id":""}"#, r#"{"id":1.5}"#, r#"{"id":true}"#, r#"{"id":-1}"#, r#"{"id":["a"]}"#] {
        assert_eq!(
            id_of("stripe", body),
            hex(&sha256(&[b".", body.as_bytes()])),
            "the signed bytes without the time: {body}"
        );
    }
}

#[test]
fn where_nothing_is_signed_the_body_is_the_event() {
    assert_eq!(id_of("gitlab-token", "{}"), hex(&sha256(&[b"{}"])));
}

#[test]
fn a_token_is_compared_with_its_white_space() {
    let scheme = find("gitlab-token");
    let [(name, token)] = <[_; 1]>::try_from(signed(scheme, "", "{}")).unwrap();
    for changed in [format!(" {token}"), format!("{token} "), format!("{token}{token}"), token.to_uppercase()] {
        assert_eq!(verified(scheme, &[(name, changed)], "{}"), Err(Error::NoMatchingSignature));
    }
}

#[test]
fn who_takes_no_tokens_reads_none() {
    let headers = [("authorization", &b"Bearer e30.e30.AA"[..])];
    let delivery = Delivery::new(Headers::from_iter(headers), "{}");
    let policy = Policy::of(find("google-pubsub"));
    let refused = policy.verify_signatures(Keys::default(), &delivery, AT, &Portable);
    assert_eq!(refused.err(), Some(Error::NoMatchingSignature));
    assert_eq!(
        policy.verify(Keys::default(), &delivery, AT, &Portable).err().map(|error| error.code()),
        Some("jwt_alg")
    );
    let none = Delivery::new(Headers::default(), "{}");
    let refused = policy.check_signatures(none.headers(), AT);
    assert_eq!(refused.err(), Some(Error::MissingHeader("authorization")));
}

/// Of a token only the header with the signature is needed, so that is the one to name; a list needs its id as well.
#[test]
fn a_missing_header_is_one_that_the_accepted_forms_need() {
    let jwt = JwtPolicy { audience: "a".to_owned(), issuer: None, email: None, leeway: 0, longest: None };
    let list = Headers::from_iter([("webhook-signature", &b"v1a,AA=="[..]), ("webhook-timestamp", b"1700000000")]);
    for (forms, jwt, headers, missing) in [
        (vec![Form::Jwt], Some(jwt.clone()), Headers::default(), "webhook-signature"),
        (vec![Form::V1a, Form::Jwt], Some(jwt), list.clone(), "webhook-id"),
        (vec![Form::V1a], None, list, "webhook-id"),
    ] {
        let policy = Policy { forms, jwt, ..Policy::of(find("gemini-dynamic")) };
        assert_eq!(policy.check(&headers, AT).err(), Some(Error::MissingHeader(missing)), "{:?}", policy.forms);
    }
}

#[test]
fn a_missing_header_is_of_the_set_that_was_begun_or_of_the_first() {
    let begun = Headers::from_iter([("webhook-id", &b"msg_1"[..])]);
    for (headers, missing) in [(Headers::default(), "svix-id"), (begun, "webhook-timestamp")] {
        let refused = Policy::of(find("svix")).check(&headers, AT);
        assert_eq!(refused.err(), Some(Error::MissingHeader(missing)));
    }
}

#[test]
fn an_id_in_a_header_may_have_dots() {
    let headers = signed(find("twitch"), "a.b", "{}");
    assert_eq!(verified(find("twitch"), &headers, "{}"), Ok("a.b".to_owned()));
}

#[test]
fn a_list_has_a_limit_of_signatures() {
    let [(name, value)] = <[_; 1]>::try_from(signed(find("stripe"), "", "{}")).unwrap();
    let behind = |others: usize| {
        let (time, right) = value.split_once(',').unwrap();
        [(name, format!("{time}{},{right}", ",v1=00".repeat(others)))]
    };
    assert!(verified(find("stripe"), &behind(MAX_SIGNATURES - 1), "{}").is_ok());
    assert_eq!(verified(find("stripe"), &behind(MAX_SIGNATURES), "{}"), Err(Error::TooManySignatures));
}

#[test]
fn a_signature_in_hex_has_one_spelling() {
    let key = SigningKey::Ed25519(Ed25519SigningKey::from_seed(&[7; 32]));
    let unsigned = Unsigned { id: "", timestamp: AT, target: None, body: "{}" };
    let headers = sign_as(find("discord"), &[key], &unsigned, &Portable).unwrap();
    let (_, text) = headers.iter().find(|(name, _)| name.ends_with("ed25519")).unwrap();
    assert!(decode_strict(Encoding::Hex, text.as_bytes()).is_some());
    for other in [format!("{text}0"), format!("{text}00"), text.chars().skip(1).collect(), text.to_uppercase()] {
        assert_eq!(decode_strict(Encoding::Hex, other.as_bytes()), None, "{other}");
    }
}

/// A scheme whose sender signs in two layouts, each of a signature and a time.
fn in_two_layouts() -> &'static Scheme {
    let layout = |signature: &'static [&'static str], time| Layout {
        signatures: Signatures { headers: signature, separator: None, prefix: "" },
        timestamp: Some(Field::Header(time)),
        id: None,
    };
    let template = Template {
        layout: layout(&["old-signature"], "old-time"),
        others: Box::leak(Box::new([layout(&["new-signature"], "new-time")])),
        encoding: Encoding::Hex,
        message: &[Part::Timestamp, Part::Body],
        time: Time::Header(Unit::Seconds),
        tolerance: 300,
        id: IdSource::Signed,
    };
    Box::leak(Box::new(Scheme { signing: Signing::Template(template), ..*find("stripe") }))
}

#[test]
fn the_first_complete_layout_counts_and_layouts_are_never_mixed() {
    let scheme = in_two_layouts();
    let old = signed(scheme, "", "{}");
    let new: Vec<_> = old
        .iter()
        .map(|(name, value)| (if name.ends_with("time") { "new-time" } else { "new-signature" }, value.clone()))
        .collect();
    assert!(verified(scheme, &old, "{}").is_ok());
    assert!(verified(scheme, &new, "{}").is_ok());
    for (name, _) in &old {
        let half_old = [vec![(*name, "0".to_owned())], new.clone()].concat();
        assert!(verified(scheme, &half_old, "{}").is_ok(), "{name}");
    }
    for (part, missing) in [(&old, ["old-time", "old-signature"]), (&new, ["new-time", "new-signature"])] {
        for missing in missing {
            let rest: Vec<_> = part.iter().filter(|(name, _)| *name != missing).cloned().collect();
            assert_eq!(verified(scheme, &rest, "{}"), Err(Error::MissingHeader(missing)));
        }
    }
    assert_eq!(verified(scheme, &[], "{}"), Err(Error::MissingHeader("old-signature")));
}

/// A sender that writes dates is not told to write seconds.
#[test]
fn a_time_that_cannot_be_read_is_asked_for_as_its_sender_writes_it() {
    let policy = Policy::of(find("box"));
    let headers: [(&str, &[u8]); 5] = [
        ("box-delivery-timestamp", b"1700000000"),
        ("box-signature-primary", b"AAAA"),
        ("box-signature-secondary", b"AAAA"),
        ("box-signature-version", b"1"),
        ("box-signature-algorithm", b"HmacSHA256"),
    ];
    let error = policy.read(&Headers::from_iter(headers)).err().unwrap();
    assert_eq!(error.code(), "invalid_timestamp");
    for text in [error.title(), error.remedy(), &error.to_text()] {
        assert!(!text.contains("seconds"), "{text}");
    }
}
