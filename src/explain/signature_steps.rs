//! The steps over a list of signatures, `v1` and `v1a`.

use super::common_steps::{
    IN_MILLISECONDS, IN_SECONDS, NOT_SECONDS, clip, count, event_steps, key_step, unreadable_time,
};
use super::comparisons::{compare_key_set, compare_secrets, signature_rows};
use super::inputs::Inputs;
use super::other_sender::missing_step;
use super::report::{Report, Step};
use super::{near_miss, signed_parts, token_steps, verdict};
use crate::crypto::Portable;
use crate::error::Error;
use crate::event_id::check_id;
use crate::scheme::{Form, HeaderNames, Time, Unit};
use crate::timestamp::Timestamp;
use crate::verify::{Signed, Tried, signatures};

/// Adds every step, and the tables that go with them.
///
/// Unlike the verifier, it continues after a step that fails: a delivery with an invalid id still has its signatures compared.
pub(super) fn explain(inputs: &Inputs<'_>, report: &mut Report) {
    let Some(names) = header_set(inputs) else { return };
    let id = inputs.headers.get(names.id);
    let timestamp = inputs.headers.get(names.timestamp).map(Timestamp::parse);
    let signatures = inputs.headers.get(names.signature);
    report.token = signatures.and_then(token_steps::if_token);
    report.steps.push(header_step(inputs, names, report.token.is_some()));
    report.steps.push(id_step(inputs, names, id));
    time_steps(inputs, names, timestamp, report);
    report.signatures = signatures.map(|value| signature_rows(&inputs.policy.forms, value)).unwrap_or_default();
    report.steps.push(signature_step(inputs, signatures, report));
    report.steps.push(key_step(inputs));
    let (scheme, headers) = (inputs.policy.scheme, inputs.headers);
    let signed = match (id, timestamp, signatures) {
        (Some(id), Some(Ok(timestamp)), Some(signatures)) => {
            Some(Signed { scheme, headers, names, id, timestamp, signatures })
        }
        _ => None,
    };
    report.signed = signed.as_ref().map(signed_parts::of_list);
    match signed {
        Some(signed) if inputs.has_keys() => match_step(inputs, &signed, report),
        Some(signed) => {
            report.near_misses = near_miss::find(inputs, &signed);
            report.steps.push(Step::skip("match", "there is no usable key to compare with"));
        }
        None => report.steps.push(Step::skip("match", "id, timestamp and signature are needed to compare")),
    }
    event_steps(inputs, inputs.body, &mut report.steps);
}

/// The set of header names to explain: the one that is complete, else one that has a header, else the first.
fn header_set(inputs: &Inputs<'_>) -> Option<&'static HeaderNames> {
    let present =
        |names: &HeaderNames| names.all().into_iter().filter(|name| inputs.headers.get(name).is_some()).count();
    let sets = inputs.policy.scheme.sets();
    let complete = sets.iter().find(|names| present(names) == names.all().len());
    complete.or_else(|| sets.iter().find(|names| present(names) > 0)).or_else(|| sets.first())
}

fn header_step(inputs: &Inputs<'_>, names: &HeaderNames, is_token: bool) -> Step {
    const NAME: &str = "headers";
    let Some(absent) = names.all().into_iter().find(|name| inputs.headers.get(name).is_none()) else {
        return Step::pass(
            NAME,
            format!("`{}`, `{}` and `{}` are present", names.id, names.timestamp, names.signature),
        );
    };
    let error = Error::MissingHeader(absent);
    if is_token {
        let detail = format!("`{}` is a token (JWT), and this receiver does not accept tokens", names.signature);
        return Step::fail(NAME, error.code(), detail, accept_tokens(inputs));
    }
    missing_step(inputs, absent)
}

fn id_step(inputs: &Inputs<'_>, names: &HeaderNames, id: Option<&[u8]>) -> Step {
    let Some(id) = id else { return Step::skip("id", "there is no id") };
    let judged = check_id(id, inputs.policy.strict).map_err(|fault| Error::InvalidHeader(names.id, fault));
    Step::judged("id", judged, format!("`{}`", clip(&String::from_utf8_lossy(id))))
}

fn time_steps(
    inputs: &Inputs<'_>,
    names: &HeaderNames,
    timestamp: Option<Result<Timestamp, Error>>,
    report: &mut Report,
) {
    let steps = &mut report.steps;
    let timestamp = match timestamp {
        Some(Ok(timestamp)) => timestamp,
        Some(Err(_)) => {
            steps.push(unreadable_time(names.timestamp, inputs.headers.get(names.timestamp), NOT_SECONDS));
            return steps.push(Step::skip("age", "the timestamp cannot be read"));
        }
        None => {
            steps.push(Step::skip("timestamp", "there is no timestamp"));
            return steps.push(Step::skip("age", "there is no timestamp"));
        }
    };
    report.timestamp = Some(timestamp.as_unix());
    steps.push(Step::pass("timestamp", format!("{} Unix seconds", timestamp.as_unix())));
    age_step(inputs, timestamp, report);
}

/// Whether a timestamp is near enough to now.
pub(super) fn age_step(inputs: &Inputs<'_>, timestamp: Timestamp, report: &mut Report) {
    let age = i128::from(inputs.now.as_unix()).saturating_sub(timestamp.as_unix().into());
    report.age = i64::try_from(age).ok();
    let tolerance = inputs.policy.tolerance;
    let judged = tolerance.check(timestamp, inputs.now);
    if judged.is_err()
        && let Some(step) = unit_step(inputs, timestamp)
    {
        return report.steps.push(step);
    }
    let allowed = format!("{age} s; up to {} s are accepted, in either direction", tolerance.as_seconds());
    report.steps.push(Step::judged("age", judged, allowed));
}

/// The step over a timestamp that is far from now, and near in another unit.
fn unit_step(inputs: &Inputs<'_>, timestamp: Timestamp) -> Option<Step> {
    let seconds = timestamp.as_unix();
    let is_near =
        |seconds: u64| seconds.abs_diff(inputs.now.as_unix()) <= inputs.policy.tolerance.as_seconds().max(1000);
    let (ahead, less, more) = (0, seconds.wrapping_div(1000), seconds.saturating_mul(1000));
    let is_read_as_milliseconds = inputs.policy.scheme.template().is_some_and(|template| {
        matches!(template.time, Time::Header(Unit::Milliseconds) | Time::Body(_, Unit::Milliseconds))
    });
    if is_near(less) {
        return Some(Step::fail("age", Error::TimestampTooNew { ahead }.code(), IN_MILLISECONDS, DIVIDE));
    }
    let is_in_seconds = is_read_as_milliseconds && is_near(more);
    let age = ahead;
    is_in_seconds.then(|| Step::fail("age", Error::TimestampTooOld { age }.code(), IN_SECONDS, MULTIPLY))
}

/// What to do about a token that the receiver does not accept.
fn accept_tokens(inputs: &Inputs<'_>) -> &'static str {
    if inputs.policy.scheme.forms.contains(&Form::Jwt) { ACCEPT_JWT } else { USE_DYNAMIC }
}

fn signature_step(inputs: &Inputs<'_>, value: Option<&[u8]>, report: &Report) -> Step {
    const NAME: &str = "signatures";
    let rows = report.signatures.as_slice();
    let Some(value) = value else { return Step::skip(NAME, "there is no signature") };
    if let Err(error) = signatures(value) {
        return Step::failed(NAME, error);
    }
    let accepted = rows.iter().filter(|row| row.accepted).count();
    if accepted > 0 {
        return Step::pass(NAME, format!("{accepted} of {} can match", count(rows.len(), "signature")));
    }
    let forms = &inputs.policy.forms;
    let sent = |form: Form| rows.iter().any(|row| row.version == form.as_str());
    let fix = if report.token.is_some() {
        accept_tokens(inputs)
    } else if sent(Form::V1a) && !forms.contains(&Form::V1a) {
        CHECK_AS_DYNAMIC
    } else if sent(Form::V1) && !forms.contains(&Form::V1) {
        CHECK_AS_STATIC
    } else {
        SPELLING
    };
    let accepted: Vec<_> = forms.iter().map(|form| form.as_str()).collect();
    let detail = format!("no signature has a form that this receiver accepts: {}", accepted.join(", "));
    Step::fail(NAME, Error::NoMatchingSignature.code(), detail, fix)
}

fn match_step(inputs: &Inputs<'_>, signed: &Signed<'_>, report: &mut Report) {
    const NAME: &str = "match";
    let prefix = signed.prefix();
    report.comparisons = compare_secrets(inputs, signed.signatures, &prefix);
    let found = signatures(signed.signatures).and_then(|list| {
        inputs.policy.find_match(&list, inputs.keys(), &Tried::default(), &prefix, &inputs.body, &Portable)
    });
    if found != Err(Error::TooManySignatures) {
        let of_set = compare_key_set(inputs, signed.signatures, &prefix, &mut report.keys);
        report.comparisons.extend(of_set);
    }
    let step = match found {
        Ok((form, _)) => Step::pass(NAME, format!("a `{}` signature matches", form.as_str())),
        Err(error) => {
            report.near_misses = near_miss::find(inputs, signed);
            match report.near_misses.first() {
                Some(near) => Step::fail(NAME, error.code(), format!("it matches if {}", near.matches_if), near.fix),
                None if error == Error::NoMatchingSignature => verdict::match_step(inputs, report),
                None => Step::failed(NAME, error),
            }
        }
    };
    report.steps.push(step);
}

const MULTIPLY: &str = "the sender must send milliseconds: its value multiplied by 1000";
const DIVIDE: &str = "the sender must send seconds: its value divided by 1000";
const ACCEPT_JWT: &str = "accept the form `jwt`, and name the audience that the sender puts into `aud`";
const USE_DYNAMIC: &str = "Gemini documents tokens for dynamic webhooks: check the delivery as `gemini-dynamic`, with the form `jwt` and an audience";
const CHECK_AS_DYNAMIC: &str = "the sender signs with Ed25519, as Gemini's dynamic webhooks do: check the delivery as dynamic, against the sender's key set";
const CHECK_AS_STATIC: &str = "the sender signs with a shared secret, as Gemini's static webhooks do: check the delivery as static, with the `whsec_…` secret";
const SPELLING: &str = "a signature is `v1,` or `v1a,` followed by standard base64 with padding";
