//! The scheme `hmac`: what it reads, and what it refuses.

use super::*;
use crate::crypto::{HmacKey, Portable, hex};
use crate::error::{Error, HeaderFault};
use crate::{Delivery, Headers, Keys, Timestamp};

struct Acme;

impl Environment for Acme {
    fn secret(&self, name: &str) -> Secret {
        match name {
            "ACME" => Secret::Value(Zeroizing::new(KEY.to_owned())),
            _ => Secret::Missing,
        }
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

/// A text with spaces: the secrets of such senders are text.
const KEY: &str = "an acme secret of some length";
const AT: u64 = 1_700_000_000;
const SIGNATURE: &str = r#""signature":{"header":"X-Acme-Signature"}"#;

fn config(fields: &str) -> Config {
    Config::parse(Some(&format!(r#"{{"acme":{{"scheme":"hmac","secrets":["ACME"],{FORWARD},{fields}}}}}"#)), &Acme)
}

#[track_caller]
fn assert_hmac_fault(fields: &str, key: &str, problem: &str) {
    let config = config(fields);
    let faults: Vec<_> = config.faults().iter().flat_map(|one| one.faults).map(ToString::to_string).collect();
    let found = faults.iter().any(|fault| fault.starts_with(&format!("`{key}` ")) && fault.contains(problem));
    assert!(found && faults.len() == 1, "{fields}: {faults:?}");
}

fn mac(signed: &str) -> [u8; 32] {
    HmacKey::from_bytes(KEY.as_bytes()).unwrap().mac([signed.as_bytes(), b""])
}

/// The id of a delivery, as the configured source verifies it.
#[track_caller]
fn verified(fields: &str, headers: &[(&str, String)], body: &str) -> Result<String, Error> {
    let config = config(fields);
    let source = config.source(0).unwrap_or_else(|| panic!("{:?}", config.faults()));
    let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let delivery = Delivery::new(lines.collect::<Headers<'_>>(), body);
    let keys = Keys { secrets: &source.secrets, ..Keys::default() };
    let verified = source.policy.verify(keys, &delivery, Timestamp::from_unix(AT), &Portable);
    verified.map(|verified| String::from_utf8(verified.id().to_vec()).unwrap())
}

const BODY: &str = r#"{"id":"evt_1","type":"made"}"#;
const SHA512: &str = "a47337127c15149c8c32e99dc523bc76e4efcc7b287354e1d4b0c9dd7657d91a\
                      bb7f8c2aa4c8ab97c24295c8afd4cc115970a0060971fbde4261be1a71b10113";

#[test]
fn a_signature_of_the_body_is_all_that_has_to_be_configured() {
    let header = |text: String| [("x-acme-signature", text)];
    let signature = hex(&mac(BODY));
    assert!(verified(SIGNATURE, &header(signature.clone()), BODY).is_ok_and(|id| id.len() == 64));
    assert_eq!(
        verified(&format!(r#"{SIGNATURE},"id":"/id""#), &header(signature.clone()), BODY),
        Ok("evt_1".to_owned())
    );
    assert_eq!(verified(SIGNATURE, &header(signature.clone()), "{}"), Err(Error::NoMatchingSignature));
    assert_eq!(verified(SIGNATURE, &[], BODY), Err(Error::MissingHeader("x-acme-signature")));
    let sha1 = format!(r#"{SIGNATURE},"hash":"sha1""#);
    // By Python: hmac.new(KEY, BODY, "sha1").hexdigest()
    assert!(verified(&sha1, &header("83b3f39633fe15b6b9c8c4dd4f6abb16b0afbcc2".to_owned()), BODY).is_ok());
    assert_eq!(verified(&sha1, &header(signature.clone()), BODY), Err(Error::NoMatchingSignature));
    let sha512 = format!(r#"{SIGNATURE},"hash":"sha512""#);
    // By Python: hmac.new(KEY, BODY, "sha512").hexdigest()
    assert!(verified(&sha512, &header(SHA512.to_owned()), BODY).is_ok());
    assert_eq!(
        verified(&sha512, &header(SHA512.chars().take(64).collect()), BODY),
        Err(Error::NoMatchingSignature),
        "half of it"
    );
    assert_eq!(verified(&sha512, &header(signature.clone()), BODY), Err(Error::NoMatchingSignature));
    assert_hmac_fault(&format!(r#"{SIGNATURE},"hash":"md5""#), "hash", "is not known");
    let before_the_time = format!(r#"{sha1},"timestamp":{{"header":"T"}},"signed":"{{body}}.{{timestamp}}""#);
    // By Python: hmac.new(KEY, BODY + b".1700000000", "sha1").hexdigest()
    let [signature_header] = header("2e4de5d148c92ecebf90505bb01dcf82582cc874".to_owned());
    assert!(verified(&before_the_time, &[signature_header, ("t", AT.to_string())], BODY).is_ok());
    let prefixed = r#""signature":{"header":"x-acme-signature","prefix":"HMAC sha256=","encoding":"hex"}"#;
    assert!(verified(prefixed, &header(format!("HMAC sha256={signature}")), BODY).is_ok());
    assert_eq!(verified(prefixed, &header(signature), BODY), Err(Error::NoMatchingSignature));
}

#[test]
fn a_timestamp_is_signed_and_judged() {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    let own = r#""signature":{"header":"S","encoding":"base64"},"timestamp":{"header":"T","unit":"ms"},"signed":"v0:{timestamp}:{body}""#;
    let send = |at: u64| {
        let signature = STANDARD.encode(mac(&format!("v0:{at}:{BODY}")));
        verified(own, &[("s", signature), ("t", at.to_string())], BODY)
    };
    assert!(send(AT * 1000 + 999).is_ok());
    assert_eq!(send((AT - 301) * 1000), Err(Error::TimestampTooOld { age: 301 }));
    assert_eq!(send(AT), Err(Error::TimestampTooOld { age: AT - AT / 1000 }), "seconds are no milliseconds");

    let list = r#""signature":{"header":"S","member":"v1","encoding":"base64url","separator":";"},"timestamp":{"header":"S","member":"t"},"signed":"{timestamp}.{body}","tolerance":"1m""#;
    let value = |at: u64| {
        let signature = URL_SAFE_NO_PAD.encode(mac(&format!("{at}.{BODY}")));
        [("s", format!("t={at}; v1=old;v1={signature}"))]
    };
    assert!(verified(list, &value(AT), BODY).is_ok());
    assert_eq!(verified(list, &value(AT + 61), BODY), Err(Error::TimestampTooNew { ahead: 61 }));

    let behind =
        r#""signature":{"header":"S"},"timestamp":{"header":"T","unit":"rfc3339"},"signed":"{body}{timestamp}!""#;
    assert_hmac_fault(behind, "signed", "split another way");
    let behind = behind.replace("{body}", "{body}@");
    let at = "2023-11-14T23:13:20+01:00";
    let signature = hex(&mac(&format!("{BODY}@{at}!")));
    assert!(verified(&behind, &[("s", signature), ("t", at.to_owned())], BODY).is_ok());
}

#[test]
fn an_id_in_a_header_is_signed_and_ends_where_the_sender_ends_it() {
    let fields = format!(
        r#"{SIGNATURE},"id":{{"header":"X-Acme-Id"}},"timestamp":{{"header":"T"}},"signed":"{{id}}.{{timestamp}}.{{body}}""#
    );
    let send = |id: &str, signed: &str, body: &str| {
        let lines = [("x-acme-signature", hex(&mac(signed))), ("x-acme-id", id.to_owned()), ("t", AT.to_string())];
        verified(&fields, &lines, body)
    };
    let signed = format!("evt_1.{AT}.{BODY}");
    assert_eq!(send("evt_1", &signed, BODY), Ok("evt_1".to_owned()));
    assert_eq!(send("evt_2", &signed, BODY), Err(Error::NoMatchingSignature));
    // An old message whose body begins like a message of today.
    let old = format!("evt_1.1600000000.{AT}.{BODY}");
    let moved = send("evt_1.1600000000", &old, BODY);
    assert_eq!(moved, Err(Error::InvalidHeader("x-acme-id", HeaderFault::ShiftedBoundary)));
    let inner = send("evt_1.x", &format!("evt_1.x.{AT}.{BODY}"), BODY);
    assert_eq!(inner, Err(Error::InvalidHeader("x-acme-id", HeaderFault::Separator)));
    assert_eq!(verified(&fields, &[("x-acme-signature", hex(&mac(&signed)))], BODY), Err(Error::MissingHeader("t")));

    let behind = format!(r#"{SIGNATURE},"id":{{"header":"X-Acme-Id"}},"signed":"{{body}}:.{{id}}""#);
    let send = |id: &str| {
        let lines = [("x-acme-signature", hex(&mac(&format!("{BODY}:.{id}")))), ("x-acme-id", id.to_owned())];
        verified(&behind, &lines, BODY)
    };
    assert_eq!(send("a:b"), Ok("a:b".to_owned()));
    assert_eq!(send("a.b"), Err(Error::InvalidHeader("x-acme-id", HeaderFault::Separator)));
}

#[test]
fn a_key_is_text_unless_it_is_said_to_be_encoded() {
    let bytes = b"\x00\x01 a key of bytes, not text \xff";
    let signature = hex(&HmacKey::from_bytes(bytes).unwrap().mac([BODY.as_bytes(), b""]));
    let lines = [("x-acme-signature", signature.as_bytes())];
    let accepted = |encoding: &str, value: String| {
        let sources = format!(
            r#"{{"acme":{{"scheme":"hmac","secrets":["K"],{FORWARD},{SIGNATURE},"secret_encoding":"{encoding}"}}}}"#
        );
        let config = Config::parse(Some(&sources), &Valued(value));
        let faults: Vec<_> = config.faults().iter().flat_map(|one| one.faults).map(ToString::to_string).collect();
        let source = config.source(0).ok_or(faults.join("\n"))?;
        let delivery = Delivery::new(lines.into_iter().collect::<Headers<'_>>(), BODY);
        let keys = Keys { secrets: &source.secrets, ..Keys::default() };
        let verified = source.policy.verify(keys, &delivery, Timestamp::from_unix(AT), &Portable);
        verified.map(|_| source.secrets.len()).map_err(|error| error.to_string())
    };
    let encoded = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    assert_eq!(accepted("hex", hex(bytes)), Ok(1));
    assert_eq!(accepted("hex", hex(bytes).to_uppercase()), Ok(1));
    assert_eq!(accepted("base64", encoded(bytes)), Ok(1));
    assert_eq!(accepted("base64", format!("{} {}", encoded(&[7; 32]), encoded(bytes))), Ok(2));
    assert!(accepted("text", encoded(bytes)).is_err_and(|error| error.contains("no signature matches")));
    let refused = |encoding: &str, value: &str| accepted(encoding, value.to_owned()).unwrap_err();
    assert!(refused("hex", "an acme secret of some length").contains("pairs of hexadecimal digits"));
    assert!(refused("base64", "an-acme_secret.of(some)length!").contains("remove `secret_encoding`"));
}

/// Its one secret has this value.
struct Valued(String);

impl Environment for Valued {
    fn secret(&self, _: &str) -> Secret {
        Secret::Value(Zeroizing::new(self.0.clone()))
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

/// A retry has a new timestamp and is the same event.
#[test]
fn the_hash_of_what_is_signed_leaves_the_timestamp_out() {
    let fields = format!(r#"{SIGNATURE},"timestamp":{{"header":"T"}},"signed":"{{timestamp}}.{{body}}","id":"hash""#);
    let id = |at: u64, body: &str| {
        let signature = hex(&mac(&format!("{at}.{body}")));
        verified(&fields, &[("x-acme-signature", signature), ("t", at.to_string())], body).unwrap()
    };
    assert_eq!(id(AT, BODY), id(AT + 9, BODY));
    assert_ne!(id(AT, BODY), id(AT, "{}"));
}

#[test]
fn every_fault_of_a_configured_scheme_names_its_key() {
    assert_hmac_fault(r#""signed":"{body}""#, "signature", "is required");
    assert!(format!("{:?}", config(r#""signature":"X-Acme""#).faults()).contains("`signature` is not a table"));
    for (signature, key, problem) in [
        ("", "header", "is required"),
        (r#""header":"X Y""#, "header", "is not the name of a header"),
        (r#""header":"Content-Type""#, "header", "HTTP, Cloudflare or Countersign"),
        (r#""header":"countersign-source""#, "header", "HTTP, Cloudflare or Countersign"),
        (r#""header":"S","encoding":"HEX""#, "encoding", "use one of \"hex\", \"base64\", \"base64url\""),
        (r#""header":"S","member":"v1="#, "member", "is not the name of an item"),
        (r#""header":"S","member":"v1","prefix":"x"#, "prefix", "does not go with `member`"),
        (r#""header":"S","prefix":"é"#, "prefix", "cannot stand in a header"),
        (r#""header":"S","separator":",","prefix":"a,b"#, "prefix", "contains the separator"),
        (r#""header":"S","separator":"=""#, "separator", "use one of"),
        (r#""header":"S","encodign":"hex""#, "encodign", "did you mean `encoding`?"),
    ] {
        let quote = if signature.matches('"').count() % 2 == 1 { "\"" } else { "" };
        let fields = format!(r#""signature":{{{signature}{quote}}}"#);
        assert_hmac_fault(&fields, &format!("signature.{key}"), problem);
    }
    for (timestamp, key, problem) in [
        ("", "header", "is required"),
        (r#""header":"T","unit":"us""#, "unit", "use one of \"s\", \"ms\", \"rfc3339\""),
        (r#""header":"T","separator":";""#, "separator", "needs `member`"),
        (r#""header":"x-acme-signature""#, "member", "the header also has the signature"),
        (r#""header":"T","pointer":"/t""#, "pointer", "is not a key"),
    ] {
        let fields = format!(r#"{SIGNATURE},"timestamp":{{{timestamp}}},"signed":"{{timestamp}}.{{body}}""#);
        assert_hmac_fault(&fields, &format!("timestamp.{key}"), problem);
    }
    let both = r#""signature":{"header":"S","member":"v1","separator":","},"timestamp":{"header":"S","member":"MEMBER","separator":";"},"signed":"{timestamp}.{body}""#;
    assert_hmac_fault(&both.replace("MEMBER", "t"), "timestamp.separator", "is not that of the signature");
    let same = both.replace("MEMBER", "v1").replace(r#","separator":";""#, "");
    assert_hmac_fault(&same, "timestamp.member", "is also that of the signature");
    assert_hmac_fault(&format!(r#"{SIGNATURE},"timestamp":{{"header":"T"}}"#), "timestamp", "is not part of `signed`");
    assert_hmac_fault(&format!(r#"{SIGNATURE},"signed":"{{timestamp}}.{{body}}""#), "signed", "nothing says where");
    assert_hmac_fault(&format!(r#"{SIGNATURE},"signed":"{{nonce}}.{{body}}""#), "signed", "not known");
    assert_hmac_fault(&format!(r#"{SIGNATURE},"signed":"{{id}}.{{body}}""#), "signed", "add `id`, like { header");
    let id = |table: &str, signed: &str| format!(r#"{SIGNATURE},"id":{{{table}}},"signed":"{signed}""#);
    let header = r#""header":"X-Id""#;
    assert_hmac_fault(&id(header, "{body}"), "id.header", "put {id} into `signed`");
    assert_hmac_fault(&id(header, "{id}{body}"), "signed", "nothing next to it that ends the id");
    assert_hmac_fault(&id(r#""header":"x-acme-signature""#, "{id}.{body}"), "id.header", "also has the signature");
    assert_hmac_fault(&id(r#""header":"Host""#, "{id}.{body}"), "id.header", "HTTP, Cloudflare or Countersign");
    assert!(
        format!("{:?}", config(&id(r#""haeder":"X-Id""#, "{id}.{body}")).faults()).contains("did you mean `header`?")
    );
    assert_hmac_fault(
        &format!(r#"{SIGNATURE},"secret_encoding":"utf-8""#),
        "secret_encoding",
        "use one of \"text\", \"hex\", \"base64\"",
    );
    assert_hmac_fault(&format!(r#"{SIGNATURE},"hash":"md5""#), "hash", "is not known");
    for id in ["id", "Hash", "/a~2", "/a~"] {
        assert_hmac_fault(&format!(r#"{SIGNATURE},"id":"{id}""#), "id", "is neither a JSON pointer nor");
    }
    assert_hmac_fault(&format!(r#"{SIGNATURE},"accept":["v1"]"#), "accept", "does not take");
}

#[test]
fn what_describes_a_sender_is_only_for_one_without_a_preset() {
    for key in ["signature", "hash", "signed", "timestamp", "id", "secret_encoding"] {
        assert_eq!(
            faults(&gemini(&format!(r#","{key}":"x""#))),
            format!("`{key}` is only for `scheme = \"hmac\"`; remove it: a preset knows how its sender signs")
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_fault_of_a_configured_scheme_repeats_a_value(secret in pasted()) {
        let mut fields = Vec::new();
        for key in ["signature", "hash", "signed", "timestamp", "id", "secret_encoding"] {
            fields.push(format!(r#""{key}":"{secret}""#));
        }
        for key in ["header", "prefix", "member", "separator", "encoding", "unit", &secret] {
            fields.push(format!(r#""signature":{{"{key}":"{secret}"}},"timestamp":{{"{key}":"{secret}"}},"signed":"{{{secret}}}""#));
            fields.push(format!(r#"{SIGNATURE},"timestamp":{{"header":"X-Acme-Signature","{key}":"{secret}"}}"#));
            fields.push(format!(r#"{SIGNATURE},"id":{{"{key}":"{secret}"}}"#));
        }
        for fields in fields {
            let text = format!("{:?}", config(&fields).faults()).to_lowercase();
            prop_assert!(!text.contains(&secret.to_lowercase()), "{text}");
        }
    }
}
