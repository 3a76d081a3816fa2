//! Explains a delivery: every step of the check, each signature against each key, and what would make it match.
//!
//! For debuggers, tests and support tickets, never for a decision. [`Policy::verify`] decides. [`report`] asks it too, so a report
//! is `ok` only if it accepts. A report contains the expected signatures. **Show it to people who hold the secret, never to a
//! sender**: an expected signature is all that a forger lacks.
//!
//! A report needs no clock and no I/O. If nothing matches, it tries other bodies: what reverting one to three changes yields, then the
//! body's JSON in every known style, likeliest first. The search hashes at most 16 MiB and counts 512 bytes extra per body: some
//! 20,000 small bodies, or a dozen of 1 MiB.
//!
//! # As JSON
//!
//! [`Report`] serialises to one object, which the npm package returns as it is. Absent members have no value.
//!
//! ```text
//! ok           whether Policy::verify accepts the delivery
//! code         why not: the stable code of the first fault
//! verdict      {state: genuine | waiting | refused, code, detail, fix?}: the conclusion, for a person. Codes:
//!              genuine
//!              waiting_for_key, waiting_for_body, waiting_for_url: nothing can be said yet
//!              near_miss: the first of nearMisses
//!              age_alone: the signature is valid, but the age is not
//!              token_not_accepted: the delivery has a token, and the receiver accepts none
//!              keys_of_another_kind: public keys against `v1`, shared secrets against `v1a`
//!              body_lost, body_cut, body_changed: the body is not what was sent, which says nothing about the key
//!              body_or_key: the body is not JSON and need not be, so either may be wrong
//!              url_or_key: the sender signs the URL, so either may be wrong
//!              other_key: the body shows no sign of a change, so most likely the key belongs to another endpoint
//!              otherwise: the code of the fault, in the words of its step
//! form, key, id                                what was verified: v1 | v1a | jwt | hmac-sha256 | …; the index of the key; the event's id
//! now, tolerance, timestamp?, age?             seconds; age is negative for a timestamp ahead of the clock
//! steps        [{name, state: pass | fail | skip, code?, detail, fix?}], each judged separately, also after one that failed
//!              signatures: headers id timestamp age signatures keys match json type
//!              token:      headers token algorithm keys key signature claims expiry start audience issuer email lifetime json type
//! body         {bytes, utf8, bom, crlf, lf, finalNewline}
//! signed       [{part: id | timestamp | text | header | method | url | body | body_sha256 | derived | fields | token, text? | base64?}],
//!              the signed bytes in order; the raw body has neither text nor base64. Empty if nothing is signed
//! secrets      [{index, kind: hmac | ed25519 | p256 | null, bytes?, code?, detail?, fix?}]
//! keys         [{index, kid?, kty?, crv?, alg?, use?, usable, reason?, tried, matches}], the key set, in order
//! signatures   [{index, version, text, accepted, detail?}], the entries of the header; at most 64
//! comparisons  [{secret? | key?, signature, expected?, received, matches}], every key that fits the form; at most 256
//! token        {header?, claims?}, as JSON values, whether or not the signature is valid
//! nearMisses   [{code, matchesIf, fix}], if nothing matches: the changes that make it match
//! ```
//!
//! `json` and `type` may fail in a report that is `ok`: a body that is not JSON is still a valid event.

mod body_changes;
mod body_damage;
mod body_reverts;
mod body_variants;
mod common_steps;
mod comparisons;
mod decode;
mod described;
mod gzip;
mod header_variants;
mod inputs;
mod json_escapes;
mod json_numbers;
mod json_styles;
mod json_variants;
mod json_writer;
mod literal;
mod near_miss;
mod other_sender;
mod prefix_variants;
mod report;
mod rows;
mod search_budget;
mod secret_variants;
mod signature_steps;
mod signature_variants;
mod signed_parts;
mod template_steps;
mod token_steps;
mod unescape;
mod url_variants;
mod verdict;

use crate::crypto::Portable;
use crate::delivery::Delivery;
use crate::scheme::Signing;

use inputs::Inputs;

pub use inputs::{Receiver, Secret};
pub use report::{Instead, NearMiss, Report, Ruling, State, Step, Verdict};
pub use rows::{BodyMarks, Comparison, JwkRow, SecretRow, SignatureRow, TokenParts};
pub use signed_parts::SignedPart;

#[cfg(doc)]
use crate::verify::Policy;

/// Explains a delivery. Never fails: whatever is wrong is in the report.
///
/// ```
/// use countersign::explain::{self, Receiver, Secret};
/// use countersign::{Delivery, Headers, Policy, Timestamp, scheme};
///
/// let policy = Policy::of(scheme::find("standard-webhooks").ok_or("no such scheme")?);
/// let secrets = [Secret::Text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
/// let receiver = Receiver { policy: &policy, secrets: &secrets, jwks: None, now: Timestamp::from_unix(1_614_265_330) };
/// let headers: [(&str, &[u8]); 3] = [
///     ("webhook-id", b"msg_p5jXN8AQM9LWM0D4loKWxJek"),
///     ("webhook-timestamp", b"1614265330"),
///     ("webhook-signature", b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
/// ];
/// // An editor appended a newline to the body.
/// let delivery = Delivery::new(Headers::from_iter(headers), "{\"test\": 2432232314}\n");
/// let report = explain::report(&receiver, &delivery);
/// assert_eq!(report.code, Some("no_matching_signature"));
/// assert_eq!(report.verdict.detail, "it matches if the final newline is removed");
/// # Ok::<(), &str>(())
/// ```
pub fn report<B: AsRef<[u8]>>(receiver: &Receiver<'_>, delivery: &Delivery<'_, B>) -> Report {
    let inputs = Inputs::read(receiver, delivery);
    let mut report = Report::new(inputs.now, inputs.policy.tolerance, inputs.body);
    report.secrets = inputs.secrets.iter().enumerate().map(SecretRow::new).collect();
    report.keys = inputs.document.map(JwkRow::of_document).unwrap_or_default();
    match &inputs.policy.scheme.signing {
        Signing::Template(template) => template_steps::explain(&inputs, template, &mut report),
        Signing::Identity(identity) => token_steps::explain_identity(&inputs, identity, &mut report),
        Signing::Standard(_) => match inputs.policy.token(inputs.headers) {
            Some((names, token)) => token_steps::explain(&inputs, names, token, &mut report),
            None => signature_steps::explain(&inputs, &mut report),
        },
    }
    decide(&inputs, &mut report);
    if !report.ok && report.near_misses.is_empty() {
        report.near_misses.extend(header_variants::unquoted(&inputs));
    }
    report.verdict = verdict::of(&inputs, &report);
    report
}

/// Asks the verifier, after what a receiver finds before it: a secret that does not parse, headers and age, the key set.
fn decide(inputs: &Inputs<'_>, report: &mut Report) {
    if let Some(error) = inputs.secret_error() {
        report.code = Some(error.code());
    } else if let Err(error) = inputs.policy.check(inputs.headers, inputs.now) {
        report.code = Some(error.code());
    } else if let Some(Err(error)) = &inputs.jwks {
        report.code = Some(error.code());
    } else if !inputs.has_keys() {
        report.code = Some("keys_unavailable");
    } else {
        let delivery = Delivery::new(inputs.headers.clone(), inputs.body);
        let delivery = inputs.target.into_iter().fold(delivery, Delivery::with_target);
        match inputs.policy.verify(inputs.keys(), &delivery, inputs.now, &Portable) {
            Ok(verified) => {
                report.ok = true;
                report.form = Some(verified.form().as_str());
                report.key = Some(verified.key());
                report.id = Some(String::from_utf8_lossy(verified.id()).into_owned());
            }
            Err(error) => report.code = Some(error.code()),
        }
    }
}
