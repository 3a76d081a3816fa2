//! Key sets as servers publish them, each with its source. Whatever a careful reader of RFC 7517 understands is accepted; whatever
//! would let somebody else sign is not.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::Portable;
use countersign::scheme::{self, Form};
use countersign::{
    Delivery, Ed25519SigningKey, Error, Headers, Jwks, Keys, Policy, SecretKey, Timestamp,
    explain::{self, Receiver},
    sign_v1a,
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
/// The public key of the seed of 32 sevens, in base64url and in standard base64, which differ in it.
const X: &str = "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw";
const X_STANDARD: &str = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw";
/// A modulus of 2048 bits: `rsa-1` of `tests/vectors/jwks-jwt.json`.
fn modulus() -> String {
    let (_, text) = countersign_vectors::FILES.iter().find(|(name, _)| *name == "jwks-jwt").unwrap();
    let vectors: Value = serde_json::from_str(text).unwrap();
    vectors["default_jwks"]["keys"][0]["n"].as_str().unwrap().to_owned()
}

/// Whether a delivery that the key of [`X`] signed is accepted under a document.
fn verifies(document: &[u8]) -> Result<bool, Error> {
    let set = Jwks::parse(document)?;
    let signature = sign_v1a(&[Ed25519SigningKey::from_seed(&[7; 32])], b"msg_1", NOW, "{}").unwrap();
    let keys = Keys { jwks: Some(&set), ..Keys::default() };
    Ok(Policy::of(scheme::find("gemini-dynamic").unwrap())
        .verify(keys, &Delivery::new(headers(&signature), "{}"), NOW, &Portable)
        .is_ok())
}

fn headers(signature: &str) -> Headers<'_> {
    let lines = [("webhook-id", "msg_1"), ("webhook-timestamp", "1800000000"), ("webhook-signature", signature)];
    lines.into_iter().map(|(name, value)| (name, value.as_bytes())).collect()
}

fn x_of(key: &Ed25519SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(key.public_key().as_bytes())
}

fn set(key: &Value) -> Vec<u8> {
    json!({ "keys": [key] }).to_string().into_bytes()
}

/// The key of [`X`] with more members, or other ones.
fn key(more: Value) -> Value {
    let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
    key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    key
}

#[test]
fn sets_of_ed25519_keys_are_understood_as_serialisers_write_them() {
    let lines =
        X_STANDARD.as_bytes().chunks(20).map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n");
    let written = [
        ("RFC 8037, appendix A.2", json!({})),
        (
            "jose's exportJWK with alg and use, https://github.com/panva/jose",
            json!({"alg": "EdDSA", "use": "sig", "kid": "a"}),
        ),
        ("RFC 9864, section 2.2: the fully specified name", json!({"alg": "Ed25519"})),
        (
            "WebCrypto's exportKey, https://www.w3.org/TR/webcrypto-2/",
            json!({"alg": "Ed25519", "ext": true, "key_ops": ["verify"]}),
        ),
        (
            "key_ops of a pair, https://tsg.dataspac.es/docs/v0.13.0/apis/sso-bridge/schemas/jwks",
            json!({"key_ops": ["sign", "verify"], "ext": false}),
        ),
        (
            "lists never set, https://github.com/AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet/issues/2254",
            json!({"key_ops": [], "oth": [], "x5c": [], "use": "sig", "kid": "a"}),
        ),
        (
            "null for what is absent, https://github.com/Abblix/Oidc.Server/pull/263 and https://github.com/okta/okta-sdk-dotnet/pull/856",
            json!({"alg": null, "use": null, "key_ops": null, "kid": null, "d": null, "x5c": null, "x5t": null, "x5t#S256": null, "n": null, "e": null, "y": null}),
        ),
        (
            "empty text: Go's structs without omitempty",
            json!({"alg": "", "use": "", "kid": "", "d": "", "n": "", "e": "", "y": "", "x5c": []}),
        ),
        ("padding, https://github.com/MicahParks/jwkset/issues/23", json!({"x": format!("{X}=")})),
        (
            "standard base64, https://github.com/IdentityServer/IdentityServer3/issues/732",
            json!({"x": format!("{X_STANDARD}=")}),
        ),
        ("Ruby's Base64.encode64: lines", json!({"x": format!("{lines}=\n")})),
        ("a kid that is a number", json!({"kid": 7})),
        (
            "members of other types, which RFC 7517, section 4 has ignored",
            json!({"kid": {"a": 1}, "exp": 1_900_000_000, "iat": 1.5, "nbf": "soon", "x5t": 3, "ext": true, "status": ["active"]}),
        ),
    ];
    for (source, members) in written {
        let key = key(members);
        assert_eq!(verifies(&set(&key)), Ok(true), "{source}: {key}");
    }
}

#[test]
fn documents_are_understood_as_servers_send_them() {
    let good = key(json!({"kid": "a"}));
    let text = |document: &Value| document.to_string().into_bytes();
    let with_bom = [b"\xef\xbb\xbf", set(&good).as_slice()].concat();
    // https://github.com/instructure/canvas-lms/issues/2639
    assert_eq!(verifies(&with_bom), Ok(true));
    // Canvas, Keycloak and others keep keys of several kinds and uses in one set.
    let others = [
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!({"kty": "oct", "k": "AA"}),
        json!(null),
        json!("a"),
        json!({}),
    ];
    let mut keys: Vec<_> = others.iter().cycle().take(60).cloned().collect();
    keys.insert(40, good.clone());
    assert_eq!(verifies(&text(&json!({ "keys": keys }))), Ok(true));
    let mut twice = vec![key(json!({"kid": "a", "use": "enc"})), good.clone(), good];
    twice.push(json!({"kty": "OKP", "crv": "Ed448", "kid": "a", "x": X}));
    assert_eq!(
        verifies(&text(&json!({ "keys": twice, "additionalData": {}, "skipUnresolvedJsonWebKeys": true }))),
        Ok(true)
    );
    // https://github.com/HewlettPackard/py-spiffe/pull/176
    for empty in [json!({"keys": []}), json!({"keys": null})] {
        assert_eq!(verifies(&text(&empty)), Ok(false));
    }
    for other in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": "a"}), json!(null)] {
        assert_eq!(verifies(&text(&other)).err().map(|error| error.code()), Some("jwks_invalid"));
    }
}

/// A key for another purpose, or under which somebody else can sign, is set aside, and the set says why.
#[test]
fn strictness_that_protects_stays_and_is_named() {
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let kept_out = [
        (key(json!({"use": "enc"})), "`use`"),
        (key(json!({"use": 3})), "`use`"),
        (key(json!({"alg": "ES256"})), "`alg`"),
        (key(json!({"alg": "ECDH-ES"})), "`alg`"),
        (key(json!({"alg": -8})), "`alg`"),
        (key(json!({"key_ops": ["sign"]})), "`key_ops`"),
        (key(json!({"key_ops": ["deriveKey", null]})), "`key_ops`"),
        (key(json!({"key_ops": {"verify": true}})), "`key_ops`"),
        (key(json!({"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})), "private"),
        (key(json!({"d": 1})), "private"),
        (key(json!({"crv": "X25519"})), "neither"),
        (key(json!({"kty": "EC"})), "neither"),
        (key(json!({"x": weak})), "too weak"),
        (key(json!({"x": null})), "missing"),
        (key(json!({"x": "AAAA"})), "missing"),
        (key(json!({"x": format!("{X}A")})), "missing"),
        (json!({"kty": "RSA", "n": modulus(), "e": "AQAB"}), "form of signature"),
        (json!(null), "neither"),
    ];
    for (key, reason) in kept_out {
        let document = set(&key);
        assert_eq!(verifies(&document), Ok(false), "{key}");
        let why = Jwks::parse(&document).unwrap().unusable_for(&[Form::V1a]).unwrap().to_text();
        assert!(why.starts_with("no key of the key set can be used; 1: ") && why.contains(reason), "{key}: {why}");
        assert!(!why.contains("nWGx") && !why.contains(X), "{why}");
    }
    let parse = |document: &Value| Jwks::parse(document.to_string().as_bytes()).unwrap();
    let none = parse(&json!({"keys": []})).unusable_for(&[Form::V1a]).unwrap();
    assert_eq!(none.to_text(), "no key of the key set can be used: it is empty");
    let mixed =
        parse(&json!({"keys": [key(json!({"use": "enc"})), key(json!({"x": weak})), key(json!({"use": "enc"}))]}));
    let why = mixed.unusable_for(&[Form::V1a, Form::Jwt]).unwrap().to_text();
    assert!(why.contains("; 2: `use`") && why.contains("; 1: too weak"), "{why}");
    for forms in [&[Form::V1a][..], &[Form::V1a, Form::Jwt], &[Form::Jwt, Form::V1a]] {
        assert_eq!(parse(&json!({"keys": [null, key(json!({}))]})).unusable_for(forms), None, "{forms:?}");
    }
}

#[test]
fn rsa_keys_are_understood_as_serialisers_write_them() {
    let n = modulus();
    let bytes = URL_SAFE_NO_PAD.decode(&n).unwrap();
    // https://github.com/jenkinsci/oidc-provider-plugin/issues/205 and https://github.com/cloudfoundry/uaa/issues/449
    let signed = URL_SAFE_NO_PAD.encode([&[0], bytes.as_slice()].concat());
    let written = [
        json!({"n": n, "e": "AQAB", "alg": "RS256", "use": "sig", "x5c": ["MII"], "x5t": "a", "kid": "a"}),
        json!({"n": signed, "e": "AAEAAQ"}),
        json!({"n": STANDARD.encode(&bytes), "e": "AQAB=="}),
        json!({"n": n, "e": "AQAB", "alg": null, "use": null, "key_ops": [], "d": null, "p": null, "crv": null, "x": null}),
    ];
    for members in written {
        let mut key = json!({"kty": "RSA"});
        key.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(Jwks::parse(&set(&key)).unwrap().unusable_for(&[Form::Jwt]), None, "{key}");
        key["use"] = json!("enc");
        assert!(Jwks::parse(&set(&key)).unwrap().unusable_for(&[Form::Jwt]).is_some(), "{key}");
    }
}

/// Which key matched comes back as a value, to be handed in for the next delivery; a wrong hint changes nothing.
#[test]
fn the_key_of_the_set_that_matched_comes_back() {
    let private = [5, 6].map(|seed| Ed25519SigningKey::from_seed(&[seed; 32]));
    let jwk = |key: &Ed25519SigningKey| json!({"kty": "OKP", "crv": "Ed25519", "x": x_of(key)});
    let set = Jwks::parse(json!({"keys": private.each_ref().map(jwk)}).to_string().as_bytes()).unwrap();
    let own = Ed25519SigningKey::from_seed(&[7; 32]);
    let secrets = [SecretKey::Ed25519(own.public_key())];
    let policy = Policy::of(scheme::find("standard-webhooks").unwrap());
    for (signer, secrets, place) in
        [(&private[1], &secrets[..], (2, Some(1))), (&private[1], &[], (1, Some(1))), (&own, &secrets, (0, None))]
    {
        let signature = sign_v1a(std::slice::from_ref(signer), b"msg_1", NOW, "{}").unwrap();
        let delivery = Delivery::new(headers(&signature), "{}");
        for recent in [None, Some(0), Some(1), Some(9)] {
            let keys = Keys { secrets, jwks: Some(&set), recent };
            let verified = policy.verify(keys, &delivery, NOW, &Portable).unwrap();
            assert_eq!((verified.key(), verified.key_in_set()), place, "{recent:?}");
        }
    }
}

/// The report gives the same reason as the log.
#[test]
fn a_report_says_why_no_key_can_be_used() {
    let document = set(&key(json!({"use": "enc"})));
    let policy = Policy::of(scheme::find("gemini-dynamic").unwrap());
    let receiver = Receiver { policy: &policy, secrets: &[], jwks: Some(&document), now: NOW };
    let report = explain::report(&receiver, &Delivery::new(Headers::from_iter([("webhook-id", b"a".as_slice())]), b""));
    let step = report.steps.iter().find(|step| step.name == "keys").unwrap();
    assert_eq!(step.code, Some("jwk_unusable"));
    assert!(step.detail.contains("`use`"), "{}", step.detail);
}
