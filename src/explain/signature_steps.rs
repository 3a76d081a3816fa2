//! The steps over a list of signatures, `v1` and `v1a`.

use super::report::{Comparison, JwkRow, Report, SignatureRow, Step};
use super::{Look, clip, count, event_steps, near_miss, token_steps, verdict};
use crate::error::Error;
use crate::jwks::{Jwks, Material};
use crate::key::SecretKey;
use crate::scheme::{Form, HeaderNames};
use crate::signature::{Crypto, Portable, constant_time_eq};
use crate::timestamp::Timestamp;
use crate::verify::{
    MAC_TEXT, MAX_ATTEMPTS, Tried, check_id, decode_ed25519, mac_text, pieces, signed_prefix, token, tokens,
};

/// What is checked against the keys: the headers of one set, and the signatures in them.
pub(super) struct Signed<'s> {
    pub(super) id: &'s [u8],
    pub(super) timestamp: Timestamp,
    pub(super) value: &'s [u8],
    pub(super) names: &'static HeaderNames,
}

pub(super) fn explain(look: &Look<'_>, report: &mut Report) {
    let Some(names) = header_set(look) else { return };
    let id = look.headers.get(names.id);
    let timestamp = look.headers.get(names.timestamp).map(Timestamp::parse);
    let value = look.headers.get(names.signature);
    report.token = look.headers.get(names.signature).and_then(token_steps::if_token);
    report.steps.push(header_step(look, names, report.token.is_some()));
    report.steps.push(match id {
        Some(id) => {
            let judged = check_id(id, look.policy.strict).map_err(|fault| Error::InvalidHeader(names.id, fault));
            Step::judged("id", judged, format!("`{}`", clip(&String::from_utf8_lossy(id))))
        }
        None => Step::skip("id", "there is no id"),
    });
    time_steps(look, timestamp, report);
    report.signatures = value.map(|value| rows(look, value)).unwrap_or_default();
    report.steps.push(signature_step(look, value, report));
    report.steps.push(look.key_step());
    let signed = match (id, timestamp, value) {
        (Some(id), Some(Ok(timestamp)), Some(value)) => Some(Signed { id, timestamp, value, names }),
        _ => None,
    };
    let has_keys = !look.keys().secrets.is_empty() || look.keys().jwks.is_some();
    match signed {
        Some(signed) if has_keys => match_step(look, &signed, report),
        Some(signed) => {
            report.near_misses = near_miss::find(look, &signed);
            report.steps.push(Step::skip("match", "no key can be read to compare with"));
        }
        None => report.steps.push(Step::skip("match", "there is not enough to compare")),
    }
    event_steps(look.policy, look.body, &mut report.steps);
}

/// The set that is complete, else begun, else the first.
fn header_set(look: &Look<'_>) -> Option<&'static HeaderNames> {
    let present = |names: &HeaderNames| names.all().into_iter().filter(|name| look.headers.get(name).is_some()).count();
    let sets = look.policy.scheme.headers;
    let complete = sets.iter().find(|names| present(names) == names.all().len());
    complete.or_else(|| sets.iter().find(|names| present(names) > 0)).or_else(|| sets.first())
}

fn header_step(look: &Look<'_>, names: &HeaderNames, is_token: bool) -> Step {
    const NAME: &str = "headers";
    let Some(absent) = names.all().into_iter().find(|name| look.headers.get(name).is_none()) else {
        return Step::pass(NAME, format!("`{}`, `{}` and `{}` are there", names.id, names.timestamp, names.signature));
    };
    let error = Error::MissingHeader(absent);
    if is_token {
        let detail = format!("`{}` holds a token (JWT), and this receiver does not take tokens", names.signature);
        return Step::fail(NAME, error.code(), detail, accept_tokens(look));
    }
    let stranger = OTHERS.iter().find(|(name, _)| look.headers.get(name).is_some());
    match stranger.filter(|(name, _)| !names.all().contains(name)) {
        Some((name, fix)) => Step::fail(NAME, error.code(), format!("{error}, and `{name}` is there"), *fix),
        None => Step::failed(NAME, error),
    }
}

fn time_steps(look: &Look<'_>, timestamp: Option<Result<Timestamp, Error>>, report: &mut Report) {
    let steps = &mut report.steps;
    let timestamp = match timestamp {
        Some(Ok(timestamp)) => timestamp,
        Some(Err(error)) => {
            steps.push(Step::failed("timestamp", error));
            return steps.push(Step::skip("age", "the timestamp cannot be read"));
        }
        None => {
            steps.push(Step::skip("timestamp", "there is no timestamp"));
            return steps.push(Step::skip("age", "there is no timestamp"));
        }
    };
    let age = i128::from(look.now.as_unix()).saturating_sub(timestamp.as_unix().into());
    report.timestamp = Some(timestamp.as_unix());
    report.age = i64::try_from(age).ok();
    steps.push(Step::pass("timestamp", format!("{} Unix seconds", timestamp.as_unix())));
    let judged = look.policy.tolerance.check(timestamp, look.now);
    let milliseconds = Timestamp::from_unix(timestamp.as_unix().wrapping_div(1000));
    if judged.is_err() && look.policy.tolerance.check(milliseconds, look.now).is_ok() {
        let fix = "the sender has to send seconds: its value divided by 1000";
        let error = Error::TimestampTooNew { ahead: 0 };
        return steps.push(Step::fail("age", error.code(), "the timestamp is in milliseconds", fix));
    }
    steps.push(Step::judged(
        "age",
        judged,
        format!("{} s, of {} s either way", age, look.policy.tolerance.as_seconds()),
    ));
}

fn rows(look: &Look<'_>, value: &[u8]) -> Vec<SignatureRow> {
    let row = |(index, piece): (usize, &[u8])| {
        let text = String::from_utf8_lossy(piece).into_owned();
        let (version, rest) = text.split_once(',').unwrap_or(("", &text));
        let detail = match token(piece) {
            Some((form, _)) if !look.policy.forms.contains(&form) => {
                Some("a version that this receiver does not accept")
            }
            Some((Form::V1, text)) if text.len() != MAC_TEXT => Some("not 32 bytes in padded base64"),
            Some((Form::V1a, text)) if decode_ed25519(text).is_none() => Some("not a canonical Ed25519 signature"),
            Some(_) => None,
            None if version.is_empty() => Some("no version in front: `v1,` or `v1a,`"),
            None => Some("a version that is not known"),
        };
        SignatureRow { index, version: version.to_owned(), text: rest.to_owned(), accepted: detail.is_none(), detail }
    };
    pieces(value).take(MAX_ROWS).enumerate().map(row).collect()
}

/// What to do where a token comes and none is taken.
fn accept_tokens(look: &Look<'_>) -> &'static str {
    if look.policy.scheme.forms.contains(&Form::Jwt) {
        "accept the form `jwt` and name the audience that the sender puts into `aud`"
    } else {
        "a token is what Gemini documents for dynamic webhooks: check it as `gemini-dynamic`, with the form `jwt` and an audience"
    }
}

fn signature_step(look: &Look<'_>, value: Option<&[u8]>, report: &Report) -> Step {
    const NAME: &str = "signatures";
    let rows = report.signatures.as_slice();
    let Some(value) = value else { return Step::skip(NAME, "there is no signature") };
    if let Err(error) = tokens(value) {
        return Step::failed(NAME, error);
    }
    let accepted = rows.iter().filter(|row| row.accepted).count();
    if accepted > 0 {
        return Step::pass(NAME, format!("{accepted} of {} can count", count(rows.len(), "signature")));
    }
    let forms: Vec<_> = look.policy.forms.iter().map(|form| form.as_str()).collect();
    let sent = |version: &str| rows.iter().any(|row| row.version == version);
    let fix = if report.token.is_some() {
        accept_tokens(look)
    } else if sent("v1a") && !look.policy.forms.contains(&Form::V1a) {
        "the sender signs with Ed25519, as Gemini's dynamic webhooks do: check them as dynamic, against its key set"
    } else if sent("v1") && !look.policy.forms.contains(&Form::V1) {
        "the sender signs with a secret, as Gemini's static webhooks do: check them as static, with the `whsec_…` secret"
    } else {
        "a signature reads `v1,` or `v1a,` and standard base64 with its padding"
    };
    let detail = format!("no signature is of a form that is accepted here: {}", forms.join(", "));
    Step::fail(NAME, Error::NoMatchingSignature.code(), detail, fix)
}

fn match_step(look: &Look<'_>, signed: &Signed<'_>, report: &mut Report) {
    const NAME: &str = "match";
    let prefix = signed_prefix(signed.id, signed.timestamp);
    report.signed_prefix = Some(String::from_utf8_lossy(&prefix).into_owned());
    report.comparisons = compare_secrets(look, signed.value, &prefix);
    let found = tokens(signed.value).and_then(|tokens| {
        look.policy.find_match(&tokens, look.keys(), &Tried::default(), &prefix, &look.body, &Portable)
    });
    if found != Err(Error::TooManySignatures) {
        let of_set = compare_keys(look, signed.value, &prefix, &mut report.keys);
        report.comparisons.extend(of_set);
    }
    let step = match found {
        Ok((form, _)) => Step::pass(NAME, format!("a `{}` signature matches", form.as_str())),
        Err(error) => {
            report.near_misses = near_miss::find(look, signed);
            match report.near_misses.first() {
                Some(near) => Step::fail(NAME, error.code(), format!("it matches if {}", near.matches_if), near.fix),
                None if error == Error::NoMatchingSignature => verdict::match_step(look, report),
                None => Step::failed(NAME, error),
            }
        }
    };
    report.steps.push(step);
}

/// Each secret against each signature that it answers to.
fn compare_secrets(look: &Look<'_>, value: &[u8], prefix: &[u8]) -> Vec<Comparison> {
    let mut rows = Vec::new();
    for (index, secret) in look.secrets.iter().enumerate() {
        let Ok(secret) = secret else { continue };
        let (form, expected) = match secret {
            SecretKey::Hmac(key) => (Form::V1, Some(mac_text(Portable.hmac_sha256(key, prefix, look.body)))),
            SecretKey::Ed25519(_) => (Form::V1a, None),
        };
        for (signature, received) in of_form(look, value, form) {
            let matches = match (secret, &expected) {
                (SecretKey::Ed25519(key), _) => decode_ed25519(received).is_some_and(|bytes| {
                    Crypto::<[u8]>::ed25519(&Portable, key, &[prefix, look.body].concat(), &bytes)
                }),
                (_, Some(expected)) => constant_time_eq(expected, received),
                _ => false,
            };
            let expected = expected.map(|text| String::from_utf8_lossy(&text).into_owned());
            let received = String::from_utf8_lossy(received).into_owned();
            rows.push(Comparison { secret: Some(index), key: None, signature, expected, received, matches });
        }
    }
    rows.truncate(MAX_COMPARISONS);
    rows
}

/// Each Ed25519 key of the set against each `v1a` signature; the rows of the set note it too.
fn compare_keys(look: &Look<'_>, value: &[u8], prefix: &[u8], keys: &mut [JwkRow]) -> Vec<Comparison> {
    let message = [prefix, look.body].concat();
    let mut rows = Vec::new();
    for (index, key) in look.keys().jwks.into_iter().flat_map(Jwks::iter) {
        let Material::Ed25519(key) = &key.material else { continue };
        for (signature, received) in of_form(look, value, Form::V1a).take(MAX_ATTEMPTS) {
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

fn of_form<'v>(look: &Look<'_>, value: &'v [u8], form: Form) -> impl Iterator<Item = (usize, &'v [u8])> {
    let accepted = look.policy.forms.contains(&form);
    let of_form = pieces(value).take(MAX_ROWS).enumerate();
    of_form.filter_map(move |(index, piece)| {
        token(piece).filter(|one| accepted && one.0 == form).map(|one| (index, one.1))
    })
}

/// Headers by which other senders are known, and what to do.
const OTHERS: [(&str, &str); 8] = [
    ("svix-id", "the delivery is Svix's: check it under the scheme `svix`"),
    ("svix-signature", "the delivery is Svix's: check it under the scheme `svix`"),
    ("webhook-id", "the delivery is of Standard Webhooks: check it under `standard-webhooks`"),
    ("stripe-signature", "the delivery is Stripe's, which signs in another way: use Stripe's library"),
    ("x-hub-signature-256", "the delivery is signed as GitHub and Meta do, which is another way: use their library"),
    ("x-slack-signature", "the delivery is Slack's, which signs in another way: use Slack's library"),
    ("x-shopify-hmac-sha256", "the delivery is Shopify's, which signs in another way: use Shopify's library"),
    ("x-twilio-signature", "the delivery is Twilio's, which signs in another way: use Twilio's library"),
];

/// Signatures shown, and comparisons.
const MAX_ROWS: usize = 64;
const MAX_COMPARISONS: usize = 256;
