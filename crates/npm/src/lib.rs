//! The npm package's Wasm: what JavaScript holds is handed to the core, and what the core says is handed back.
//!
//! What few need is not in it: reports and the `jwt` form are in `countersign-npm-full`, which is loaded when first asked for.
//!
//! Nothing is decided here, and nothing in `crates/npm/js` but how a header or a body is had from what users hand over. A fault
//! is thrown as a text, the JSON of [`fault`]; whatever else comes out of a call as an exception is a trap.

mod body;
mod fault;
mod settings;

pub use crate::fault::Fault;
pub use crate::settings::{Given, Settings};

use countersign::gateway::freshness;
use countersign::scheme::{self, Form, Scheme};
use countersign::signature::{Crypto, Portable, rs256_provider};
use countersign::{Delivery, Headers, Jwks, Keys, Policy, SecretKey, Timestamp, Verified, sign};
use js_sys::{Array, Function, Uint8Array};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey};
use wasm_bindgen::prelude::*;

use crate::body::Held;

/// A policy and its keys.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    secrets: Vec<SecretKey>,
    jwks: Option<Jwks>,
    /// The verified claims of the last token, and its id.
    claims: Option<(String, Vec<u8>)>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads settings (JSON, see [`Settings`]), secrets (texts, or bytes of raw keys) and the document of a key set.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, secrets: &Array, jwks: Option<Vec<u8>>) -> Result<Verifier, JsValue> {
        // Where another provider is there, this fails, which is as good; without any, the first token would panic.
        let _ = NO_RS256.install_default();
        let policy = Settings::parse(settings)?.policy()?;
        let given = Given::all(secrets)?;
        let secrets = given.iter().map(Given::key).collect::<Result<Vec<_>, _>>().map_err(Fault::from)?;
        let jwks = jwks.as_deref().map(Jwks::parse).transpose().map_err(Fault::from)?;
        Ok(Self { policy, secrets, jwks, claims: None })
    }

    /// Headers and age, for which no key is needed: what fails here need not wait for a key set.
    #[wasm_bindgen(js_name = checkHeaders)]
    pub fn check_headers(&self, lines: &str, now: f64) -> Result<(), JsValue> {
        let headers = named(self.policy.scheme, lines);
        self.policy.check(&headers, seconds(now)).map(drop).map_err(|error| Fault::from(error).into())
    }

    /// Verifies a body, which is copied. Returns what [`pack`] makes of it.
    #[wasm_bindgen(js_name = verifyBytes)]
    pub fn verify_bytes(&mut self, lines: &str, body: &[u8], now: f64) -> Result<u32, JsValue> {
        self.verify(lines, body, now, &Portable)
    }

    /// The same for a body that stays with JavaScript, which hashes them: `hmac(key, prefix, body)` returns 32 bytes.
    #[wasm_bindgen(js_name = verifyHeld)]
    pub fn verify_held(&mut self, lines: &str, body: Uint8Array, now: f64, hmac: &Function) -> Result<u32, JsValue> {
        self.verify(lines, body, now, &Held(hmac))
    }

    /// The claims that the last accepted token carried, as the bytes that were signed.
    #[wasm_bindgen(js_name = takeClaims)]
    pub fn take_claims(&mut self) -> Option<Vec<u8>> {
        self.claims.as_mut().map(|(_, claims)| std::mem::take(claims))
    }

    /// The id of the event that the last accepted token is.
    #[wasm_bindgen(js_name = tokenId)]
    pub fn token_id(&self) -> Option<String> {
        self.claims.as_ref().map(|(id, _)| id.clone())
    }

    /// The value of `webhook-signature` for a body: one signature for each shared secret.
    pub fn sign(&self, id: &str, timestamp: f64, body: &[u8]) -> Result<String, JsValue> {
        let hmac = self.secrets.iter().filter_map(|secret| match secret {
            SecretKey::Hmac(key) => Some(key.clone()),
            _ => None,
        });
        let keys: Vec<_> = hmac.collect();
        if keys.is_empty() {
            return Err(Fault::no_signing_key().into());
        }
        Ok(sign(&keys, id.as_bytes(), seconds(timestamp), body, &Portable))
    }

    fn verify<B, C: Crypto<B>>(&mut self, lines: &str, body: B, now: f64, crypto: &C) -> Result<u32, JsValue> {
        let delivery = Delivery::new(named(self.policy.scheme, lines), body);
        let keys = Keys { secrets: &self.secrets, jwks: self.jwks.as_ref() };
        let verified = self.policy.verify(keys, &delivery, seconds(now), crypto).map_err(Fault::from)?;
        self.claims = verified.claims().map(|claims| {
            let id = String::from_utf8_lossy(verified.id()).into_owned();
            (id, claims.to_vec())
        });
        Ok(pack(self.policy.scheme, &verified))
    }
}

/// What JavaScript has to know of a scheme, in words parted by spaces: the URL of its key set or `-`, then its headers, in sets of
/// id, timestamp and signature. Empty where there is no such scheme.
#[wasm_bindgen(js_name = describeScheme)]
pub fn describe_scheme(name: &str) -> String {
    let Some(scheme) = scheme::find(name) else { return String::new() };
    let jwks = match scheme.keys {
        scheme::KeySource::SharedJwks(url) => url,
        _ => "-",
    };
    let names = scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature]);
    std::iter::once(jwks).chain(names).collect::<Vec<_>>().join(" ")
}

/// For how many seconds a fetched key set is fresh.
#[wasm_bindgen(js_name = timeToLive)]
pub fn time_to_live(cache_control: Option<String>) -> f64 {
    freshness::ttl(cache_control.as_deref()) as f64
}

/// Whether a key set is fresh (0), stale (1) or expired (2).
#[wasm_bindgen]
pub fn standing(fetched_at: f64, ttl: f64, now: f64) -> u32 {
    let set = freshness::Freshness { fetched_at: fetched_at as u64, ttl: ttl as u64 };
    match set.at(now as u64) {
        freshness::Standing::Fresh => 0,
        freshness::Standing::Stale => 1,
        freshness::Standing::Expired => 2,
    }
}

/// Whether something that may cause a fetch once a minute may do so now.
#[wasm_bindgen(js_name = mayRefetch)]
pub fn may_refetch(last: Option<f64>, now: f64) -> bool {
    freshness::may_refetch(last.map(|last| last as u64), now as u64)
}

/// Whether a document is a key set.
///
/// # Errors
/// `jwks_invalid`.
#[wasm_bindgen(js_name = checkKeySet)]
pub fn check_key_set(document: &[u8]) -> Result<(), JsValue> {
    Jwks::parse(document).map(drop).map_err(|error| Fault::from(error).into())
}

/// The fault of that code that JavaScript found, as JSON.
#[wasm_bindgen(js_name = describeFault)]
pub fn describe_fault(code: &str) -> String {
    Fault::found_outside(code).to_json()
}

/// The headers of a scheme, in the order of [`schemes`]. The first character of `lines` parts the values that follow: one that
/// none of them holds.
fn named<'l>(scheme: &'static Scheme, lines: &'l str) -> Headers<'l> {
    let names = scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature]);
    let mut characters = lines.chars();
    let separator = characters.next().unwrap_or_default();
    names.zip(characters.as_str().split(separator)).map(|(name, value)| (name, value.as_bytes())).collect()
}

/// Form, set of headers and key of what was verified, in one number: two bits, six bits, and the rest.
fn pack<B>(scheme: &Scheme, verified: &Verified<'_, B>) -> u32 {
    let form = match verified.form() {
        Form::V1 => 0,
        Form::V1a => 1,
        _ => 2,
    };
    let set = scheme.headers.iter().position(|names| names.id == verified.names().id).unwrap_or_default();
    let number = |value: usize| u32::try_from(value).unwrap_or_default();
    form | (number(set) & 63) << 2 | number(verified.key()) << 8
}

/// The whole second of a clock.
pub fn seconds(now: f64) -> Timestamp {
    Timestamp::from_unix(now as u64)
}

/// RSA is in `countersign-npm-full`, which few need: here no token matches.
static NO_RS256: CryptoProvider = rs256_provider(no_rs256);

fn no_rs256(_: &Algorithm, _: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    Err(ErrorKind::InvalidAlgorithm.into())
}
