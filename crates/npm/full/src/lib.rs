//! The Wasm of the entries `countersign/explain`, `countersign/jwt` and `countersign/ecdsa`: reports, tokens, and ECDSA on P-256.
//!
//! It also holds all of `countersign-npm-core`, so that a program that imports one of these entries loads one module. Few receivers need it,
//! and it would double what everybody loads.

mod policy;

use countersign::crypto::{Crypto, Portable, install_rs256};
use countersign::explain::{self, Instead, NearMiss, Receiver};
use countersign::{Delivery, Headers};
use countersign_npm_common::{Given, Native, Options, install_p256, targeted, whole_second};
use countersign_npm_core::{Extension, extend};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::policy::{find, policy, policy_for_report};

/// Adds tokens, described senders, RS256 and ECDSA on P-256. Call it before any verifier is constructed.
#[wasm_bindgen]
pub fn prepare() {
    extend(Extension {
        find,
        policy,
        check: |policy, headers, now| policy.check(headers, now).map(drop),
        verify: |policy, keys, delivery, now| policy.verify(keys, delivery, now, &Native),
    });
    install_rs256::<[u8], Portable>();
    install_p256(|key, message, signature| Crypto::<[u8]>::p256(&Portable, key, message, signature));
}

/// Explains a delivery: a report as JSON, which `Report` in `explain.d.ts` describes, then two items for each near miss: the name of the
/// input that it replaces, and what to give instead; both undefined if there is none. `headers` are names and values in turn.
///
/// # Errors
/// `config_invalid` if the options cannot be read.
#[wasm_bindgen]
pub fn inspect(
    scheme: &str,
    options: &Options,
    secrets: &Array,
    jwks: Option<Vec<u8>>,
    headers: Vec<String>,
    body: &[u8],
    now: f64,
) -> Result<Array, JsValue> {
    let policy = policy_for_report(options, find(scheme)?)?;
    let given = Given::read(secrets);
    let secrets: Vec<_> = given.iter().map(Given::secret).collect();
    let headers: Headers<'_> = headers.chunks_exact(2).filter_map(pair).collect();
    let receiver = Receiver { policy: &policy, secrets: &secrets, jwks: jwks.as_deref(), now: whole_second(now) };
    let delivery = Delivery::new(headers, body);
    // Without a URL, the report says that it is missing.
    let (url, method) = (options.url(), options.method());
    let delivery = match &url {
        Some(_) => targeted(delivery, policy.scheme, method.as_deref(), url.as_deref())?,
        None => delivery,
    };
    let report = explain::report(&receiver, &delivery);
    let near = report.near_misses.iter().flat_map(replacement);
    Ok(std::iter::once(JsValue::from(serde_json::to_string(&report).unwrap_or_default())).chain(near).collect())
}

/// The name of an input and its replacement, as a member of `Instead` in `explain.d.ts`.
fn replacement(near: &NearMiss) -> [JsValue; 2] {
    let (name, value) = match &near.instead {
        Some(Instead::Body(bytes)) => ("body", Uint8Array::from(bytes.as_slice()).into()),
        Some(Instead::Url(url)) => ("url", url.into()),
        Some(Instead::Method(method)) => ("method", (*method).into()),
        Some(Instead::Headers(changed)) => ("headers", changed.iter().map(line).collect::<Array>().into()),
        _ => return [JsValue::UNDEFINED; 2],
    };
    [name.into(), value]
}

/// A header as a pair of texts.
fn line((name, value): &(&str, String)) -> Array {
    [JsValue::from(*name), value.into()].into_iter().collect()
}

fn pair(line: &[String]) -> Option<(&str, &[u8])> {
    let [name, value] = line else { return None };
    Some((name, value.as_bytes()))
}
