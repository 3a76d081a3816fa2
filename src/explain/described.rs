//! Each key against each signature of a delivery that a scheme's template describes, for the tables of a report.

use super::inputs::Inputs;
use super::rows::{Comparison, JwkRow};
use crate::crypto::{Crypto, MAX_ATTEMPTS, Portable, constant_time_eq};
use crate::jose::{Jwks, Material};
use crate::key::SecretKey;
use crate::scheme::{Encoding, Form};
use crate::verify::{Claim, decode_p256, decode_strict, signature_length, signature_of};

/// Why a signature cannot match under any key; `None` if it can.
pub(super) fn fault(inputs: &Inputs<'_>, encoding: Encoding, text: &[u8]) -> Option<&'static str> {
    let can_match = |form: &Form| match form {
        Form::Ed25519 => decode_strict(encoding, text).is_some(),
        Form::EcdsaP256 => decode_p256(encoding, text).is_some(),
        Form::Token => true,
        _ => signature_length(*form, encoding) == Some(text.len()),
    };
    let otherwise = match inputs.policy.form() {
        Form::Ed25519 => "not a canonical Ed25519 signature as this sender writes it",
        Form::EcdsaP256 => "not an ECDSA signature in DER as this sender writes it",
        _ => "not of the length that this sender's signatures have",
    };
    (!inputs.policy.forms.iter().any(can_match)).then_some(otherwise)
}

/// Each key against each signature. The signature that was expected is stated where a shared secret makes one: a public key makes none,
/// and a token is the secret itself. Also marks the rows of the key set.
pub(super) fn compare(inputs: &Inputs<'_>, claim: &Claim<'_>, rows: &mut [JwkRow]) -> Vec<Comparison> {
    let message = match inputs.policy.form() {
        Form::Ed25519 | Form::EcdsaP256 => claim.message(&inputs.body, &Portable).unwrap_or_default(),
        _ => Vec::new(),
    };
    let inside = claim.signature_in_body(&inputs.body, &Portable);
    let mut comparisons = Vec::new();
    for form in &inputs.policy.forms {
        for (index, secret) in inputs.keys_of_secrets() {
            let received = signatures(claim).chain(inside.as_deref().map(|text| (0, text.as_bytes())));
            for (signature, received) in received.filter(|(_, text)| may_be(inputs, claim, *form, text)) {
                let Some((expected, matches)) = judge(inputs, claim, *form, secret, &message, received) else {
                    continue;
                };
                let received = String::from_utf8_lossy(received).into_owned();
                comparisons.push(Comparison { secret: Some(index), key: None, signature, expected, received, matches });
            }
        }
    }
    compare_key_set(inputs, claim, &message, rows, &mut comparisons);
    comparisons.truncate(MAX_COMPARISONS);
    comparisons
}

/// Whether a signature may be of a form. If the length tells which hash made it, the others are not compared.
fn may_be(inputs: &Inputs<'_>, claim: &Claim<'_>, form: Form, text: &[u8]) -> bool {
    let has_length = |form: &Form| signature_length(*form, claim.template.encoding) == Some(text.len());
    has_length(&form) || !inputs.policy.forms.iter().any(has_length)
}

/// The signature that was expected, if a secret makes one, and whether the one that arrived is valid. `None` if the secret is not of the
/// kind that verifies this form.
fn judge(
    inputs: &Inputs<'_>,
    claim: &Claim<'_>,
    form: Form,
    secret: &SecretKey,
    message: &[u8],
    received: &[u8],
) -> Option<(Option<String>, bool)> {
    let encoding = claim.template.encoding;
    match (form, secret) {
        (Form::Token, SecretKey::Hmac(key)) => Some((None, constant_time_eq(key.as_bytes(), received))),
        (Form::Ed25519, SecretKey::Ed25519(key)) => {
            let bytes = decode_strict(encoding, received);
            Some((None, bytes.is_some_and(|bytes| Crypto::<[u8]>::ed25519(&Portable, key, message, &bytes))))
        }
        (Form::EcdsaP256, SecretKey::P256(key)) => {
            let bytes = decode_p256(encoding, received);
            Some((None, bytes.is_some_and(|bytes| Crypto::<[u8]>::p256(&Portable, key, message, &bytes))))
        }
        (_, SecretKey::Hmac(key)) => {
            let expected = signature_of(claim, form, key, &inputs.body, &Portable)?;
            let matches = constant_time_eq(expected.as_bytes(), received);
            Some((Some(expected), matches))
        }
        _ => None,
    }
}

/// Each Ed25519 key of the set against each signature.
fn compare_key_set(
    inputs: &Inputs<'_>,
    claim: &Claim<'_>,
    message: &[u8],
    rows: &mut [JwkRow],
    comparisons: &mut Vec<Comparison>,
) {
    let set = inputs.keys().jwks.filter(|_| inputs.policy.form() == Form::Ed25519);
    for (index, key) in set.into_iter().flat_map(Jwks::iter) {
        let Material::Ed25519(key) = &key.material else { continue };
        for (signature, received) in signatures(claim).take(MAX_ATTEMPTS) {
            let bytes = decode_strict(claim.template.encoding, received);
            let matches = bytes.is_some_and(|bytes| Crypto::<[u8]>::ed25519(&Portable, key, message, &bytes));
            if let Some(row) = rows.get_mut(index) {
                row.tried = true;
                row.matches |= matches;
            }
            let received = String::from_utf8_lossy(received).into_owned();
            comparisons.push(Comparison {
                secret: None,
                key: Some(index),
                signature,
                expected: None,
                received,
                matches,
            });
        }
    }
}

fn signatures<'h>(claim: &Claim<'h>) -> impl Iterator<Item = (usize, &'h [u8])> {
    claim.signatures().into_iter().flatten().take(MAX_ROWS).enumerate()
}

/// Signatures in a report.
const MAX_ROWS: usize = 64;
/// Comparisons in a report.
const MAX_COMPARISONS: usize = 256;
