//! What people paste in place of a key, and the error for it.

use base64::Engine;

use super::encoding::BASE64;
use super::{KeyFormat, SecretKey};
use crate::crypto::{Ed25519SigningKey, HmacKey};
use crate::error::{Error, SecretFault};

#[track_caller]
fn assert_fault(text: &str, fault: SecretFault) {
    assert_eq!(SecretKey::parse(text).err(), Some(Error::InvalidSecret(fault)), "{text:?}");
}

const GOOD: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";

/// Text that people paste, each with its error. None of it may be read as a key.
#[test]
fn every_common_mistake_has_a_name() {
    use SecretFault::*;
    let bare = GOOD.trim_start_matches("whsec_");
    let with = |before: &str, after: &str| format!("{before}{GOOD}{after}");
    let table = [
        (with("\"", "\""), Quoted),
        (with("'", "'"), Quoted),
        (with("`", "`"), Quoted),
        (with("“", "”"), Quoted),
        (with("«", "»"), Quoted),
        (with("\"", ""), Quoted),
        (with("", "'"), Quoted),
        (with("’", ""), Quoted),
        (format!("whsec_\"{bare}\""), Quoted),
        (with("\u{feff}", ""), NotText("a byte order mark (U+FEFF)")),
        (with("", "\u{200b}"), NotText("a zero-width space (U+200B)")),
        (with("\u{a0}", ""), NotText("a no-break space (U+00A0, U+202F)")),
        (format!("whsec_\u{200d}{bare}"), NotText("a zero-width joiner (U+200C, U+200D, U+2060)")),
        (with("", "\u{3000}"), NotText("a character that is not ASCII")),
        (with("", "\0"), NotText("a control character")),
        (GOOD.replace('q', "\u{430}"), NotText("a character that is not ASCII")),
        (with("", "\\n"), Escaped),
        (with("", "\\r\\n"), Escaped),
        (format!("{GOOD}\\n{GOOD}"), Several),
        (with("GEMINI_WEBHOOK_SECRET=", ""), Beside),
        (with("export GEMINI_WEBHOOK_SECRET=", ""), Beside),
        (with("SECRET=", ""), Beside),
        (format!("SECRET={bare}"), Beside),
        (format!("WEBHOOK_SECRET=\"{GOOD}\""), Beside),
        (with("Bearer ", ""), Beside),
        (with("bearer ", ""), Beside),
        (with("Signing-secret:", ""), Beside),
        (with("whsec_", ""), Several),
        (format!("{GOOD},{GOOD}"), Several),
        (format!("{GOOD}{GOOD}"), Several),
        (format!("{bare},{bare}"), Several),
        ("<your secret>".into(), Placeholder),
        ("whsec_<your-secret-here>".into(), Placeholder),
        ("[secret]".into(), Placeholder),
        ("whsec_your_secret".into(), Placeholder),
        ("change-me".into(), Placeholder),
        ("whsec_test_secret".into(), Placeholder),
        ("${WEBHOOK_SECRET}".into(), Unexpanded),
        ("$WEBHOOK_SECRET".into(), Unexpanded),
        ("%WEBHOOK_SECRET%".into(), Unexpanded),
        ("{{ secrets.WEBHOOK }}".into(), Unexpanded),
        ("process.env.WEBHOOK_SECRET".into(), Unexpanded),
        ("op://vault/countersign/secret".into(), Unexpanded),
        ("undefined".into(), Unset),
        ("whsec_undefined".into(), Unset),
        ("null".into(), Unset),
        ("None".into(), Unset),
        ("[object Object]".into(), Unset),
        ("[object Promise]".into(), Unset),
        ("whsec_…abcd".into(), Masked),
        ("whsec_...abcd".into(), Masked),
        ("whsec_****************".into(), Masked),
        ("••••••••".into(), Masked),
        ("we_1NxyzABCDEFghijk".into(), Other("we_")),
        ("ep_2abcDEFghi".into(), Other("ep_")),
        ("sk_live_51NxyzABC".into(), Other("sk_live_")),
        ("sk_test_51NxyzABC".into(), Other("sk_test_")),
        ("rk_live_51NxyzABC".into(), Other("rk_live_")),
        ("pk_live_51NxyzABC".into(), Other("pk_live_")),
        ("sk-proj-abcdefghijkl".into(), Other("sk-")),
        ("ghp_abcdefghijklmnop".into(), Other("ghp_")),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv".into(), Other("AIza")),
        ("AIzaSyA1234567890abcdefghijklmnopqrst_v".into(), Other("AIza")),
        ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln".into(), Foreign("a JSON Web Token or JSON in base64 (`eyJ…`)")),
        ("https://example.com/hooks".into(), Foreign("a URL")),
        ("webhooks/abc123".into(), Other("webhooks/")),
        ("{\"secret\":\"x\"}".into(), Foreign("JSON")),
        ("6f1c0d2a-6a9c-4f30-9c5e-0d8f4f0b9a11".into(), Foreign("a UUID, as ids are")),
        ("acct_1NxyzABCDEFghijk".into(), Other("…_")),
        ("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----".into(), KeyFile),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA you@example".into(), KeyFile),
        ("302a300506032b6570032100d5288280e2".into(), PublicAsShared),
        ("whsec_abc%2Bdef%3D".into(), PercentEncoded),
        (GOOD.replace("whsec_", "WHSEC_"), Prefix),
        (GOOD.replace("whsec_", "hwsec_"), Prefix),
        (GOOD.replace("whsec_", "whsec-"), Prefix),
        (GOOD.replace("whsec_", "wsec_"), Prefix),
        ("whsec_MfKQ9r8GKYqrTw jUPD8ILPZIo2LaLaSw".into(), InnerWhitespace),
        ("my secret".into(), InnerWhitespace),
        ("correct!horse".into(), NotBase64),
        ("my-word".into(), NotBase64),
        ("whsec_--__--__--__--__--__--__--__--__".into(), UrlSafe),
        (format!("{GOOD}A"), Cut),
        ("whsec_%%%".into(), NotBase64),
        ("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=".into(), PrivateKey),
        ("whpk_MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=".into(), Spki),
        ("whpk_AAAA".into(), PublicKeyLength),
    ];
    for (text, fault) in table {
        assert_fault(&text, fault);
        let said = fault.to_string();
        assert!(!said.contains(bare) && !said.contains("replace `"), "{text:?}: {said}");
    }
    let public = HmacKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    assert_eq!(public.err(), Some(Error::InvalidSecret(SecretFault::PublicKey)));
    for good in [GOOD, bare, &format!("v1,{GOOD}"), &format!(" {GOOD}\r\n"), "MDEyMw=="] {
        assert!(SecretKey::parse(good).is_ok(), "{good}");
    }
}

/// Senders such as GitHub take any text as a secret, so what looks odd in it may be meant.
#[test]
fn a_secret_that_is_text_may_be_any_text() {
    for text in [
        "Zoë über 日本 🎉",
        "пароль-для-вебхуков",
        "k3=pvXm7YqA",
        "a {{ b",
        "a${b c",
        "Key_of=mine",
        "x=_y",
        "}}{{",
        "=a",
    ] {
        for format in [KeyFormat::Text, KeyFormat::PrefixedOrText, KeyFormat::TextOrDecoded] {
            let keys = format.parse_hmac(text).unwrap();
            assert_eq!(keys[0].as_bytes(), text.as_bytes(), "{text}");
        }
    }
    let fault = |format: KeyFormat, text: &str| format.parse_hmac(text).err();
    for (text, named) in [
        ("GITHUB_WEBHOOK=abc", SecretFault::Beside),
        ("secret=abc", SecretFault::Beside),
        ("export Signing_Key = abc", SecretFault::Beside),
        ("Bearer abc", SecretFault::Beside),
        ("${SECRET}", SecretFault::Unexpanded),
        ("x-${SECRET}", SecretFault::Unexpanded),
        ("{{ secrets.WEBHOOK }}", SecretFault::Unexpanded),
        ("process.env.SECRET", SecretFault::Unexpanded),
        ("a\u{3000}b", SecretFault::NotText("a character that is not ASCII")),
        ("a\u{2028}b", SecretFault::NotText("a character that is not ASCII")),
        ("a\0b", SecretFault::NotText("a control character")),
        ("\u{feff}a", SecretFault::NotText("a byte order mark (U+FEFF)")),
        ("“a”", SecretFault::Quoted),
        ("ab…yz", SecretFault::Masked),
    ] {
        assert_eq!(fault(KeyFormat::Text, text), Some(Error::InvalidSecret(named)), "{text}");
    }
    let beyond = SecretFault::NotText("a character that is not ASCII");
    assert_eq!(fault(KeyFormat::HeaderValue, "Bearer Zoë"), Some(Error::InvalidSecret(beyond)), "no header holds it");
}

#[test]
fn a_bad_key_has_a_remedy() {
    let point = |first: u8| format!("whpk_{}", BASE64.encode([&[first][..], &[0; 31]].concat()));
    for (text, fault) in [
        ("whpk_AAAA", Error::InvalidSecret(SecretFault::PublicKeyLength)),
        (&point(2), Error::InvalidSecret(SecretFault::NotOnCurve)),
        (&point(1), Error::WeakKey),
    ] {
        assert_eq!(SecretKey::parse(text).err(), Some(fault));
        assert!(
            fault.remedy().contains("public key") || fault.remedy().contains("`whpk_…`"),
            "{fault}: {}",
            fault.remedy()
        );
    }
    for fault in [SecretFault::PairMismatch, SecretFault::PrivateKeyLength] {
        assert!(fault.remedy().starts_with("copy"), "{fault}");
    }
}

#[test]
fn what_is_no_public_key_is_told_how_one_is_written() {
    let others = [
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----",
        "https://a.example/key",
        "SG.abcdefghijklmnop",
    ];
    for (format, fault) in
        [(KeyFormat::P256Spki, SecretFault::NotP256), (KeyFormat::Ed25519Hex, SecretFault::NotHexKey)]
    {
        for text in others {
            assert_eq!(format.parse(text).err(), Some(Error::InvalidSecret(fault)), "{text}");
        }
        assert_eq!(format.parse("\"MFkw\"").err(), Some(Error::InvalidSecret(SecretFault::Quoted)));
    }
}

#[test]
fn nothing_is_not_a_key() {
    for text in ["", "  ", "whsec_", "v1,whsec_", "whpk_"] {
        assert_eq!(SecretKey::parse(text).err(), Some(Error::EmptySecret), "{text:?}");
    }
}

#[test]
fn padding_is_there_or_not_never_half() {
    for text in ["MDEyMw==", "MDEyMw", "whsec_MDEyMw==\n"] {
        assert!(SecretKey::parse(text).is_ok(), "{text:?}");
    }
    assert_fault("MDEyMw=", SecretFault::Cut);
    assert_fault("MDEyMw===", SecretFault::Cut);
}

#[test]
fn a_private_key_is_a_seed_with_or_without_its_public_key() {
    let parse = |text: &str| Ed25519SigningKey::parse(text).map(|key| *key.public_key().as_bytes());
    let SecretKey::Ed25519(public) = SecretKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").unwrap()
    else {
        panic!()
    };
    let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
    assert_eq!(parse(pair), Ok(*public.as_bytes()));
    assert_eq!(parse(" whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=\n"), Ok(*public.as_bytes()));
    let fault = |text: &str| parse(text).err();
    assert_eq!(fault(&pair.replace("IDij", "IDik")), Some(Error::InvalidSecret(SecretFault::PairMismatch)));
    assert_eq!(fault("whsk_AAAA"), Some(Error::InvalidSecret(SecretFault::PrivateKeyLength)));
    assert_eq!(fault("whpk_AAAA"), Some(Error::InvalidSecret(SecretFault::NotPrivate)));
    assert_eq!(fault("whsk_"), Some(Error::EmptySecret));
    let key = Ed25519SigningKey::parse(pair).unwrap();
    assert_eq!(format!("{key:?}"), "Ed25519SigningKey(redacted)");
}

#[test]
fn no_key_can_be_printed() {
    let key = SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    assert_eq!(format!("{key:?}"), "Hmac(HmacKey(redacted))");
}

/// A space between the old and the new secret must not make one text of both, which no sender signs with.
#[test]
fn secrets_that_contain_no_spaces_are_split_at_any_white_space() {
    let (old, new) = ("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "F0E1D2C3B4A5968778695A4B3C2D1E0F");
    assert_eq!(KeyFormat::Text.split(&format!("{old} {new}")), [old, new]);
    assert_eq!(KeyFormat::Text.split(&format!("{old} word")), [format!("{old} word")]);
    let (old, new) = ("Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgXq4f1Zx8mB0y=", "a+long/secret-that_somebody.chose!");
    assert_eq!(KeyFormat::Text.split(&format!("{old} {new}")), [old, new]);
    for format in [KeyFormat::Text, KeyFormat::PrefixedOrText, KeyFormat::TextOrDecoded, KeyFormat::Standard] {
        assert_eq!(format.split(" whsec_old whsec_new\n"), ["whsec_old", "whsec_new"], "{format:?}");
        assert_eq!(format.split("whsec_old\nwhsec_new"), ["whsec_old", "whsec_new"], "{format:?}");
        assert!(format.split(" \n").is_empty());
    }
    assert_eq!(KeyFormat::Text.split("It's a Secret\nwhsec_new"), ["It's a Secret", "whsec_new"]);
    assert_eq!(KeyFormat::Text.split("whsec_ and more"), ["whsec_ and more"]);
}
