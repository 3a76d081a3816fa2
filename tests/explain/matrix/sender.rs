//! A sender of each scheme, and what it sends.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Report, Secret};
use countersign::scheme::{Covers, Fields, Form, IdSource, Part, Scheme, Signing, Template, Time, Unit};
use countersign::{
    Delivery, Ed25519SigningKey, Headers, JwtPolicy, KeyFormat, Policy, SecretKey, SigningKey, Target, Timestamp,
    Unsigned, sign_as,
};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::NOW;

const URL: &str = "https://hooks.example.com/in/42?source=shop&region=eu";
const AUDIENCE: &str = "https://hooks.example.com/in/42";
const EMAIL: &str = "pusher@example-project.iam.gserviceaccount.com";

/// A delivery as it arrived, and the receiver that checks it.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) scheme: &'static Scheme,
    /// As the receiver has it; empty for a sender whose keys are in a set.
    pub(super) secret: String,
    pub(super) jwks: Option<String>,
    pub(super) lines: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) url: String,
    pub(super) now: u64,
}

impl Sent {
    pub(super) fn report(&self) -> Report {
        let mut policy = Policy::of(self.scheme);
        policy.jwt = self.scheme.identity().map(|identity| JwtPolicy {
            audience: AUDIENCE.to_owned(),
            issuer: Some(identity.issuer.to_owned()),
            email: Some(EMAIL.to_owned()),
            leeway: 60,
            longest: None,
        });
        let secrets = [Secret::Text(&self.secret)];
        let secrets = if self.jwks.is_some() { &[][..] } else { &secrets };
        let jwks = self.jwks.as_deref().map(str::as_bytes);
        let receiver = Receiver { policy: &policy, secrets, jwks, now: Timestamp::from_unix(self.now) };
        let headers: Headers<'_> = self.lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let target = Target { method: "POST", url: &self.url };
        explain::report(&receiver, &Delivery::new(headers, &self.body).with_target(target))
    }

    /// The value of the first header that proves the sender.
    pub(super) fn proof(&mut self) -> Option<&mut String> {
        let name = proof_header(self.scheme)?;
        self.lines.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

fn proof_header(scheme: &'static Scheme) -> Option<&'static str> {
    match &scheme.signing {
        Signing::Standard(sets) => sets.first().map(|set| set.signature),
        Signing::Template(of) => of.layout.signatures.headers.first().copied(),
        Signing::Identity(of) => Some(of.header),
    }
}

/// Whether the sender's keys are in a set that it publishes.
pub(super) fn has_key_set(scheme: &Scheme) -> bool {
    use countersign::scheme::KeySource::{IssuerJwks, SharedJwks};
    matches!(scheme.keys, SharedJwks(_) | IssuerJwks(_))
}

/// A genuine delivery.
pub(super) fn sent(scheme: &'static Scheme) -> Sent {
    signed(scheme, &event(scheme, NOW), 1, NOW)
}

/// The secret of that number, as the sender shows it; for a public key, the key.
pub(super) fn secret(scheme: &Scheme, number: u8) -> String {
    let bytes: [u8; 32] = Sha256::digest([number]).into();
    let text: String = STANDARD.encode(bytes).replace(['+', '/', '='], "x");
    match scheme.secrets {
        _ if has_key_set(scheme) => String::new(),
        KeyFormat::Standard | KeyFormat::Joined | KeyFormat::Pem | KeyFormat::PrefixedOrText => {
            format!("whsec_{}", STANDARD.encode(bytes))
        }
        KeyFormat::TextOrDecoded => format!("polar_whs_{text}"),
        KeyFormat::HeaderValue => format!("Bearer {text}"),
        KeyFormat::Hex => hex(&bytes).to_uppercase(),
        KeyFormat::Base64 => STANDARD.encode(bytes),
        KeyFormat::Ed25519Hex => hex(ed25519(number).public_key().as_bytes()),
        KeyFormat::Ed25519Base64 => STANDARD.encode(ed25519(number).public_key().as_bytes()),
        KeyFormat::P256Spki => STANDARD.encode(spki(number)),
        _ if ["stripe", "openrouter"].contains(&scheme.name) => format!("whsec_{text}"),
        _ => text,
    }
}

/// What the sender sends, signed with the secret of that number at that time.
pub(super) fn signed(scheme: &'static Scheme, body: &[u8], number: u8, at: u64) -> Sent {
    let url = URL.to_owned();
    let mut body = body.to_vec();
    let lines = match &scheme.signing {
        Signing::Identity(_) => vec![("authorization", format!("Bearer {}", id_token(at)))],
        Signing::Template(Template { message: [Part::Fields(fields)], .. }) => {
            body = with_signature(&body, fields, &secret(scheme, number));
            Vec::new()
        }
        Signing::Template(of) if scheme.default_forms == [Form::EcdsaP256] => by_p256(of, &body, number, at),
        _ => {
            let key = signing_key(scheme, number);
            let target = Some(Target { method: "POST", url: &url });
            let unsigned = Unsigned { id: "msg_1", timestamp: Timestamp::from_unix(at), target, body: &body[..] };
            sign_as(scheme, &[key], &unsigned, &Portable).unwrap_or_else(|error| panic!("{}: {error}", scheme.name))
        }
    };
    let lines = lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Sent { scheme, secret: secret(scheme, number), jwks: jwks(scheme, number), lines, body, url, now: NOW }
}

fn signing_key(scheme: &Scheme, number: u8) -> SigningKey {
    let secret = secret(scheme, number);
    match scheme.secrets.parse(&secret).as_deref() {
        Ok([SecretKey::Hmac(_), ..]) => {
            SigningKey::Hmac(scheme.secrets.parse_hmac(&secret).unwrap().into_iter().next().unwrap())
        }
        _ => SigningKey::Ed25519(ed25519(number)),
    }
}

fn ed25519(number: u8) -> Ed25519SigningKey {
    Ed25519SigningKey::from_seed(&[number; 32])
}

fn p256_key(number: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap()
}

/// A public key on P-256 as a SubjectPublicKeyInfo (RFC 5480): what names the curve, then the point.
fn spki(number: u8) -> Vec<u8> {
    let point = p256_key(number).verifying_key().to_sec1_point(false);
    let head =
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    [head.as_slice(), point.as_bytes()].concat()
}

fn by_p256(of: &'static Template, body: &[u8], number: u8, at: u64) -> Vec<(&'static str, String)> {
    let at = at.to_string();
    let signature: p256::ecdsa::Signature = p256_key(number).sign(&[at.as_bytes(), body].concat());
    let text = STANDARD.encode(signature.to_der());
    vec![(of.layout.timestamp.as_ref().unwrap().header(), at), (of.layout.signatures.headers[0], text)]
}

/// A body of Adyen's, with the signature in it.
fn with_signature(body: &[u8], fields: &Fields, secret: &str) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(body).unwrap();
    let item = &mut event[fields.list][0][fields.item];
    let text = |at: &&str| match item.pointer(at) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let signed = fields.signed.iter().map(text).collect::<Vec<_>>().join(&fields.separator.to_string());
    let key = (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap());
    let mac = Hmac::<Sha256>::new_from_slice(&key.collect::<Vec<_>>()).unwrap().chain_update(signed);
    item["additionalData"]["hmacSignature"] = json!(STANDARD.encode(mac.finalize().into_bytes()));
    event.to_string().into_bytes()
}

fn rsa_key() -> rsa::PrivateKey {
    rsa::PrivateKey::from_pkcs8_pem(include_str!("../../../crates/emulator/src/test-only-rs256.pem")).unwrap()
}

fn id_token(at: u64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" }));
    let claims = json!({
        "aud": AUDIENCE, "email": EMAIL, "email_verified": true, "iss": "https://accounts.google.com",
        "iat": at, "exp": at + 3600, "sub": "1"
    });
    let signed = format!("{header}.{}", part(claims));
    let signature = rsa_key().sign(rsa::Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&signed)).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The set that a sender with one publishes, with the key of that number alone.
fn jwks(scheme: &Scheme, number: u8) -> Option<String> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key = match scheme.default_forms {
        _ if !has_key_set(scheme) => return None,
        [Form::IdToken] if number == 1 => {
            let key = rsa_key();
            json!({ "kty": "RSA", "alg": "RS256", "kid": "k1", "n": text(&key.n_bytes()), "e": text(&key.e_bytes()) })
        }
        [Form::IdToken] => json!({ "kty": "RSA", "alg": "RS256", "kid": "k1", "n": text(&[0xc1; 256]), "e": "AQAB" }),
        _ => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(ed25519(number).public_key().as_bytes()) }),
    };
    Some(json!({ "keys": [key] }).to_string())
}

/// An event of the scheme, with all that is read from its body.
pub(super) fn event(scheme: &Scheme, at: u64) -> Vec<u8> {
    if scheme.name == "twilio" {
        return b"From=%2B15017122661&Body=caf%C3%A9+at+5".to_vec();
    }
    let mut event = json!({ "type": "invoice.paid", "name": "café" });
    if let Signing::Template(of) = &scheme.signing {
        if let [Part::Fields(fields)] = of.message {
            let item = json!({
                "pspReference": "7914073381342284", "merchantAccountCode": "TestMerchant", "merchantReference": "café-1",
                "amount": { "value": 1130, "currency": "EUR" }, "eventCode": "AUTHORISATION", "success": "true"
            });
            event[fields.list] = json!([{ fields.item: item }]);
        }
        if let IdSource::Body(pointer) = of.id {
            set(&mut event, pointer, json!("evt_1"));
        }
        match of.time {
            Time::Body(pointer, Unit::Milliseconds) => set(&mut event, pointer, json!(at * 1000)),
            Time::Body(pointer, _) => set(&mut event, pointer, json!(at)),
            _ => {}
        }
    }
    event.to_string().into_bytes()
}

fn set(event: &mut Value, pointer: &str, value: Value) {
    *pointer.split('/').skip(1).fold(event, |place, name| &mut place[name]) = value;
}

/// Whether the sender signs the body, or members of it.
pub(super) fn covers(scheme: &Scheme) -> Covers {
    scheme.default_forms[0].covers()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
