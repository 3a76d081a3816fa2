//! Each key against each signature, for the tables of a report.

use super::inputs::Inputs;
use super::rows::{Comparison, JwkRow, SignatureRow};
use crate::crypto::{Crypto, MAX_ATTEMPTS, Portable, constant_time_eq};
use crate::jose::{Jwks, Material};
use crate::key::SecretKey;
use crate::scheme::Form;
use crate::verify::{MAC_TEXT, decode_ed25519, mac_text, pieces, signature};

/// The entries of a signature header, each with the reason why it does not count.
pub(super) fn signature_rows(forms: &[Form], value: &[u8]) -> Vec<SignatureRow> {
    let row = |(index, piece): (usize, &[u8])| {
        let text = String::from_utf8_lossy(piece).into_owned();
        let (version, rest) = text.split_once(',').unwrap_or(("", &text));
        let detail = match signature(piece) {
            Some((form, _)) if !forms.contains(&form) => Some("this receiver does not accept this version"),
            Some((Form::V1, text)) if text.len() != MAC_TEXT => Some("not 32 bytes in padded base64"),
            Some((Form::V1a, text)) if decode_ed25519(text).is_none() => Some("not a canonical Ed25519 signature"),
            Some(_) => None,
            None if version.is_empty() => Some("no version in front: `v1,` or `v1a,`"),
            None => Some("an unknown version"),
        };
        SignatureRow { index, version: version.to_owned(), text: rest.to_owned(), accepted: detail.is_none(), detail }
    };
    pieces(value).take(MAX_ROWS).enumerate().map(row).collect()
}

/// Each key of the secrets against each signature of its form.
pub(super) fn compare_secrets(inputs: &Inputs<'_>, value: &[u8], prefix: &[u8]) -> Vec<Comparison> {
    let message = [prefix, inputs.body].concat();
    let row = |secret, expected: Option<&[u8]>, signature, received: &[u8], matches| Comparison {
        secret: Some(secret),
        key: None,
        signature,
        expected: expected.map(|text| String::from_utf8_lossy(text).into_owned()),
        received: String::from_utf8_lossy(received).into_owned(),
        matches,
    };
    let mut rows = Vec::new();
    for (index, key) in inputs.keys_of_secrets() {
        match key {
            SecretKey::Hmac(key) => rows.extend(key.readings().flat_map(|key| {
                let expected = mac_text(Portable.hmac_sha256(key, prefix, inputs.body));
                of_form(inputs, value, Form::V1).map(move |(signature, received)| {
                    row(index, Some(&expected), signature, received, constant_time_eq(&expected, received))
                })
            })),
            SecretKey::Ed25519(key) => rows.extend(of_form(inputs, value, Form::V1a).map(|(signature, received)| {
                let matches = decode_ed25519(received)
                    .is_some_and(|bytes| Crypto::<[u8]>::ed25519(&Portable, key, &message, &bytes));
                row(index, None, signature, received, matches)
            })),
            SecretKey::P256(_) => {}
        }
    }
    rows.truncate(MAX_COMPARISONS);
    rows
}

/// Each Ed25519 key of the set against each `v1a` signature; also marks the keys' own rows.
pub(super) fn compare_key_set(
    inputs: &Inputs<'_>,
    value: &[u8],
    prefix: &[u8],
    keys: &mut [JwkRow],
) -> Vec<Comparison> {
    let message = [prefix, inputs.body].concat();
    let mut rows = Vec::new();
    for (index, key) in inputs.keys().jwks.into_iter().flat_map(Jwks::iter) {
        let Material::Ed25519(key) = &key.material else { continue };
        for (signature, received) in of_form(inputs, value, Form::V1a).take(MAX_ATTEMPTS) {
            let matches =
                decode_ed25519(received).is_some_and(|bytes| Crypto::<[u8]>::ed25519(&Portable, key, &message, &bytes));
            if let Some(row) = keys.get_mut(index) {
                row.tried = true;
                row.matches |= matches;
            }
            let received = String::from_utf8_lossy(received).into_owned();
            rows.push(Comparison { secret: None, key: Some(index), signature, expected: None, received, matches });
        }
    }
    rows
}

/// The signatures of a form, each with its index, if the receiver accepts the form.
fn of_form<'v>(inputs: &Inputs<'_>, value: &'v [u8], form: Form) -> impl Iterator<Item = (usize, &'v [u8])> {
    let accepted = inputs.policy.forms.contains(&form);
    pieces(value).take(MAX_ROWS).enumerate().filter_map(move |(index, piece)| {
        signature(piece).filter(|one| accepted && one.0 == form).map(|one| (index, one.1))
    })
}

/// Signatures in a report.
const MAX_ROWS: usize = 64;
/// Comparisons in a report.
const MAX_COMPARISONS: usize = 256;
