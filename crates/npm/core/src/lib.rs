//! The npm package's Wasm: what JavaScript holds is handed to the core, and what the core says is handed back.
//!
//! What few need is not in it: reports and the `jwt` form are in `countersign-npm-full`, which is loaded when first asked for.
//!
//! Nothing is decided here, and nothing in `crates/npm/js` but how a header or a body is had from what users hand over. A fault
//! is thrown as a text, see [`Fault`]; whatever else comes out of a call as an exception is a trap.

use countersign::crypto::{Crypto, Portable, rs256_provider};
use countersign::gateway::jwks_cache;
use countersign::scheme::Form;
use countersign::{Delivery, Error, Jwks, JwtPolicy, Keys, Policy, SecretKey};
use countersign_npm_common::{Fault, Given, Held, Options, answer, describe, seconds, signed, written};
use js_sys::{Array, Function, Uint8Array};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey};
use wasm_bindgen::prelude::*;

/// A policy and its keys.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    secrets: Vec<SecretKey>,
    jwks: Option<Jwks>,
    /// The verified claims of the last token, and its id.
    claims: Option<(String, Vec<u8>)>,
    fault: Option<Fault>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads options (see [`policy`]), secrets (texts, or bytes of raw keys) and the document of a key set.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(scheme: &str, options: &str, secrets: &Array, jwks: Option<Vec<u8>>) -> Result<Verifier, JsValue> {
        // Where another provider is there, this fails, which is as good; without any, the first token would panic.
        let _ = NO_RS256.install_default();
        let short = Options::parse(options, OPTIONS)?.flag("allowShortKeys")?;
        let key = |given: &Given| {
            let key = given.key()?;
            let floor = key.check_floor();
            Given::above_floor(key, floor, short)
        };
        let (policy, secrets) = (policy(scheme, options)?, Given::keys(secrets, key)?);
        let jwks = jwks.as_deref().map(Jwks::parse).transpose().map_err(Fault::from)?;
        Ok(Self { policy, secrets, jwks, claims: None, fault: None })
    }

    /// Headers and age, for which no key is needed: what fails here need not wait for a key set. What the headers are is read from
    /// the room, see [`written`].
    ///
    /// # Errors
    /// Those of [`Policy::check`].
    #[wasm_bindgen(js_name = checkHeaders)]
    pub fn check_headers(&self, bytes: usize, now: f64) -> Result<(), JsValue> {
        let checked =
            written(self.policy.scheme, bytes, |headers, _| self.policy.check(&headers, seconds(now)).map(drop));
        checked.map_err(|error| Fault::from(error).into())
    }

    /// Verifies what stands in the room: headers and body. Returns what [`answer`] makes of it.
    pub fn verify(&mut self, bytes: usize, now: f64) -> i32 {
        written(self.policy.scheme, bytes, |headers, body| self.judge(Delivery::new(headers, body), now, &Portable))
    }

    /// The same for a body that stays with JavaScript, which hashes it: `hmac(key, prefix, body)` returns 32 bytes.
    #[wasm_bindgen(js_name = verifyHeld)]
    pub fn verify_held(&mut self, bytes: usize, body: Uint8Array, now: f64, hmac: &Function) -> i32 {
        written(self.policy.scheme, bytes, |headers, _| self.judge(Delivery::new(headers, body), now, &Held(hmac)))
    }

    /// Why the last check came to -1.
    #[wasm_bindgen(js_name = takeFault)]
    pub fn take_fault(&mut self) -> String {
        self.fault.take().map(|fault| fault.to_text()).unwrap_or_default()
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
        Ok(signed(&hmac.collect::<Vec<_>>(), id, timestamp, body)?)
    }

    fn judge<B, C: Crypto<B>>(&mut self, delivery: Delivery<'_, B>, now: f64, crypto: &C) -> i32 {
        let keys = Keys { secrets: &self.secrets, jwks: self.jwks.as_ref() };
        let outcome = self.policy.verify(keys, &delivery, seconds(now), crypto);
        self.claims = outcome.as_ref().ok().and_then(|verified| {
            let claims = verified.claims()?.to_vec();
            Some((String::from_utf8_lossy(verified.id()).into_owned(), claims))
        });
        let refused = outcome.as_ref().is_err_and(Error::may_be_rotation);
        let number = answer(self.policy.scheme, outcome, &mut self.fault);
        let unusable = self.jwks.as_ref().filter(|_| refused).and_then(|set| set.unusable_for(&self.policy.forms));
        if let Some((fault, why)) = self.fault.as_mut().zip(unusable) {
            fault.add(&why.to_text());
        }
        number
    }
}

/// Makes room for what is to be checked, see [`room`](countersign_npm_common::room).
#[wasm_bindgen]
pub fn room(bytes: usize) -> usize {
    countersign_npm_common::room(bytes)
}

/// What JavaScript has to know of a scheme, see [`describe`].
#[wasm_bindgen(js_name = describeScheme)]
pub fn describe_scheme(name: &str) -> String {
    describe(name)
}

/// For how many seconds a fetched key set is fresh.
#[wasm_bindgen(js_name = timeToLive)]
pub fn time_to_live(cache_control: Option<String>) -> f64 {
    jwks_cache::ttl(cache_control.as_deref()) as f64
}

/// Whether a key set is fresh (0), stale (1) or expired (2).
#[wasm_bindgen]
pub fn standing(fetched_at: f64, ttl: f64, now: f64) -> u32 {
    let set = jwks_cache::Freshness { fetched_at: fetched_at as u64, ttl: ttl as u64 };
    match set.at(now as u64) {
        jwks_cache::Standing::Fresh => 0,
        jwks_cache::Standing::Stale => 1,
        jwks_cache::Standing::Expired => 2,
    }
}

/// Whether something that may cause a fetch once a minute may do so now.
#[wasm_bindgen(js_name = mayRefetch)]
pub fn may_refetch(last: Option<f64>, now: f64) -> bool {
    jwks_cache::may_refetch(last.map(|last| last as u64), now as u64)
}

/// The seconds for which a fetch that failed is not repeated; `chance` is a random byte.
#[wasm_bindgen(js_name = pauseAfterFailure)]
pub fn pause_after_failure(chance: u8) -> f64 {
    jwks_cache::pause_after_failure(chance) as f64
}

/// Whether a set may be fetched after a failure and the pause that was drawn for it.
#[wasm_bindgen(js_name = mayFetchAfterFailure)]
pub fn may_fetch_after_failure(failed_at: f64, pause: f64, now: f64) -> bool {
    jwks_cache::may_fetch_after_failure(failed_at as u64, pause as u64, now as u64)
}

/// How the package calls itself where it fetches key sets.
#[wasm_bindgen(js_name = userAgent)]
pub fn user_agent() -> String {
    concat!("countersign/", env!("CARGO_PKG_VERSION")).to_owned()
}

/// Whether a document is a key set.
///
/// # Errors
/// `jwks_invalid`.
#[wasm_bindgen(js_name = checkKeySet)]
pub fn check_key_set(document: &[u8]) -> Result<(), JsValue> {
    Jwks::parse(document).map(drop).map_err(|error| Fault::from(error).into())
}

/// The fault of a body that is not JSON, which JavaScript finds.
#[wasm_bindgen(js_name = invalidJson)]
pub fn invalid_json() -> String {
    Fault::invalid_json().to_text()
}

/// The fault of a key set that cannot be had, which JavaScript finds.
#[wasm_bindgen(js_name = keysUnavailable)]
pub fn keys_unavailable() -> String {
    Fault::keys_unavailable().to_text()
}

/// The policy of a scheme with these options, see [`Options`]: `{tolerance?, allowShortKeys?, accept?, audience?, issuer?, leeway?}`.
///
/// # Errors
/// `config_invalid`.
pub fn policy(scheme: &str, options: &str) -> Result<Policy, Fault> {
    let options = Options::parse(options, OPTIONS)?;
    let text = |name| options.get(name).and_then(|text| serde_json::from_str::<String>(text).ok());
    let mut policy = options.policy(scheme)?;
    if let Some(accept) = options.get("accept") {
        let form = |name: &String| Form::parse(name).filter(|form| policy.scheme.forms.contains(form));
        let names: Vec<String> = serde_json::from_str(accept).unwrap_or_default();
        let forms = names.iter().map(form).collect::<Option<Vec<_>>>().filter(|forms| !forms.is_empty());
        policy.forms = forms
            .ok_or_else(|| Fault::config("`accept` is a list of forms, and not all of these can be taken here"))?;
    }
    if policy.forms.contains(&Form::Jwt) {
        let audience = text("audience").filter(|audience| !audience.is_empty());
        let audience =
            audience.ok_or_else(|| Fault::config("`jwt` needs an `audience`: the `aud` that names you, as text"))?;
        let leeway = options.seconds("leeway")?.unwrap_or(JWT_LEEWAY);
        policy.jwt = Some(JwtPolicy { audience, issuer: text("issuer"), leeway, longest: None });
    }
    Ok(policy)
}

/// What a receiver can be configured by.
const OPTIONS: &[&str] = &["tolerance", "allowShortKeys", "accept", "audience", "issuer", "leeway"];

/// Seconds of grace on `exp` and `nbf`, as in the Worker.
const JWT_LEEWAY: u64 = 60;

/// RSA is in `countersign-npm-full`, which few need: here no token matches.
static NO_RS256: CryptoProvider = rs256_provider(no_rs256);

fn no_rs256(_: &Algorithm, _: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    Err(ErrorKind::InvalidAlgorithm.into())
}
