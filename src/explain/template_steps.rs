//! The steps over a delivery that a scheme's template describes.

use super::common_steps::{NOT_SECONDS, clip, count, event_steps, key_step, unreadable_time};
use super::inputs::Inputs;
use super::other_sender::missing_step;
use super::report::{Report, Step};
use super::rows::SignatureRow;
use super::signature_steps::age_step;
use super::{described, near_miss, signed_parts, verdict};
use crate::crypto::Portable;
use crate::error::{Error, HeaderFault};
use crate::scheme::{Field, IdSource, Signatures, Template, Time, Unit};
use crate::verify::{Claim, Tried, find_at_url, find_described_match, layout, missing, read_described};

/// Adds every step, and the tables that go with them.
pub(super) fn explain(inputs: &Inputs<'_>, template: &'static Template, report: &mut Report) {
    let layout = layout(template, inputs.headers);
    let read = read_described(inputs.policy.scheme, template, inputs.headers)
        .map(|claim| Claim { target: inputs.target, ..claim });
    report.steps.push(match (missing(inputs.policy.scheme, template, layout, inputs.headers), &read) {
        (Some(absent), _) => missing_step(inputs, absent),
        (None, Err(error @ Error::InvalidHeader(..))) => Step::failed("headers", *error),
        (None, _) => Step::pass("headers", "every header that the scheme needs is present"),
    });
    report.steps.push(id_step(template));
    time_steps(inputs, template, &read, report);
    let Ok(claim) = read else {
        report.steps.push(Step::skip("signatures", "the headers cannot be read"));
        report.steps.push(key_step(inputs));
        report.near_misses = near_miss::find_headers(inputs, template);
        report.steps.push(Step::skip("match", "the headers are needed to compare"));
        return event_steps(inputs, inputs.body, &mut report.steps);
    };
    let matches = |url: &String| {
        let (claim, keys) = (claim.at(url), inputs.keys().hmac());
        find_at_url(&claim, &inputs.policy.forms, keys, &inputs.body, &Portable).is_ok()
    };
    let other = claim.other_urls().into_iter().flatten().find(matches);
    let claim = other.as_deref().map_or(claim, |url| claim.at(url));
    report.signed = signed_parts::of_claim(&claim, inputs.body);
    let step = signature_step(inputs, &claim, report);
    report.steps.push(step);
    report.steps.push(key_step(inputs));
    if inputs.has_keys() {
        match_step(inputs, &claim, report);
    } else {
        report.steps.push(Step::skip("match", "there is no usable key to compare with"));
    }
    event_steps(inputs, inputs.body, &mut report.steps);
}

fn id_step(template: &Template) -> Step {
    Step::skip(
        "id",
        match template.id {
            IdSource::Header => "the id is part of what is signed",
            IdSource::Body(_) => "the event is known by an id in its body",
            IdSource::Signed | IdSource::SignedWithout(_) => "the event is known by the hash of what was signed",
            IdSource::BodyHash => "nothing signs the body, and the event is known by its hash",
        },
    )
}

fn time_steps(inputs: &Inputs<'_>, template: &'static Template, read: &Result<Claim<'_>, Error>, report: &mut Report) {
    let steps = &mut report.steps;
    let at = match (read, template.time) {
        (Ok(claim), Time::Header(_)) => Ok(claim.stamp.map(|stamp| stamp.at)),
        (Ok(claim), Time::Body(..)) => claim.time_in_body(&inputs.body, &Portable),
        (Err(Error::InvalidTimestamp), _) => Err(Error::InvalidTimestamp),
        (Err(_), _) => {
            steps.push(Step::skip("timestamp", "the headers cannot be read"));
            return steps.push(Step::skip("age", "the headers cannot be read"));
        }
        (_, Time::None) => {
            steps
                .push(Step::skip("timestamp", "this sender signs no time, so an old delivery is as good as a new one"));
            return steps.push(Step::skip("age", "this sender signs no time"));
        }
    };
    let Ok(at) = at else {
        let field = layout(template, inputs.headers).timestamp.as_ref();
        steps.push(match (field, template.time) {
            (Some(field), Time::Header(unit)) => unreadable(field, unit, inputs.headers.get(field.header())),
            _ => Step::failed("timestamp", Error::InvalidTimestamp),
        });
        return steps.push(Step::skip("age", "the timestamp cannot be read"));
    };
    let Some(at) = at else {
        steps.push(Step::skip("timestamp", "this delivery has none"));
        return steps.push(Step::skip("age", "this delivery has no timestamp"));
    };
    report.timestamp = Some(at.as_unix());
    let place = if matches!(template.time, Time::Body(..)) { ", in the body" } else { "" };
    steps.push(Step::pass("timestamp", format!("{} Unix seconds{place}", at.as_unix())));
    age_step(inputs, at, report);
}

/// The step over a timestamp in a header that cannot be read.
fn unreadable(field: &'static Field, unit: Unit, value: Option<&[u8]>) -> Step {
    if let (Field::Item { header, separator, prefix }, Some(value)) = (field, value) {
        let mut items = value.split(|byte| byte == separator);
        if !items.any(|item| item.trim_ascii().starts_with(prefix.as_bytes())) {
            let detail = format!("`{header}` has no `{prefix}`, so it is not written as this sender writes it");
            return Step::fail("timestamp", Error::InvalidTimestamp.code(), detail, AS_SENT);
        }
    }
    let said = match unit {
        Unit::Seconds => NOT_SECONDS,
        Unit::Milliseconds => (NOT_MILLISECONDS, AS_WRITTEN),
        Unit::Rfc3339 => (NOT_RFC3339, AS_WRITTEN),
    };
    unreadable_time(field.header(), value, said)
}

/// A header that has room for one value, and came twice: its lines count as one value.
fn repeated(claim: &Claim<'_>) -> Option<&'static str> {
    let Signatures { headers, separator, .. } = &claim.layout.signatures;
    let constants = claim.scheme.constants.iter().map(|(name, _)| name);
    let mut names = headers.iter().filter(|_| separator.is_none()).chain(constants).copied();
    names.find(|name| {
        let value = claim.headers.get(name).unwrap_or_default();
        let halves = value.split_at_checked(value.len().saturating_sub(2).wrapping_div(2));
        halves.is_some_and(|(first, rest)| !first.is_empty() && rest.strip_prefix(b", ") == Some(first))
    })
}

fn signature_step(inputs: &Inputs<'_>, claim: &Claim<'_>, report: &mut Report) -> Step {
    const NAME: &str = "signatures";
    // A token may be any text, and of several headers another one may match.
    let matches = || {
        find_described_match(claim, &inputs.policy.forms, inputs.keys(), &Tried::default(), &inputs.body, &Portable)
            .is_ok()
    };
    if let Some(name) = repeated(claim)
        && !matches()
    {
        let error = Error::InvalidHeader(name, HeaderFault::Repeated);
        return Step::fail(NAME, Error::NoMatchingSignature.code(), error.to_string(), error.remedy());
    }
    if let Some((name, value)) = claim.unexpected() {
        let detail = format!("`{name}` is not `{value}`, so nothing is signed as this sender signs");
        return Step::fail(NAME, Error::NoMatchingSignature.code(), detail, AS_SENT);
    }
    let inside = claim.signature_in_body(&inputs.body, &Portable);
    if inside.is_none() && claim.template.fields().is_some() {
        return Step::fail(NAME, Error::NoMatchingSignature.code(), NOT_ONE_ITEM, ONE_BY_ONE);
    }
    let mut found = match claim.signatures() {
        Ok(found) => found,
        Err(error) => return Step::failed(NAME, error),
    };
    found.extend(inside.as_deref().map(str::as_bytes));
    let prefix = claim.layout.signatures.prefix;
    let row = |(index, text): (usize, &&[u8])| {
        let detail = described::fault(inputs, claim.template.encoding, text);
        SignatureRow {
            index,
            version: prefix.trim_end_matches('=').to_owned(),
            text: String::from_utf8_lossy(text).into_owned(),
            accepted: detail.is_none(),
            detail,
        }
    };
    report.signatures = found.iter().take(MAX_ROWS).enumerate().map(row).collect();
    let accepted = report.signatures.iter().filter(|row| row.accepted).count();
    if accepted > 0 {
        return Step::pass(NAME, format!("{accepted} of {} can match", count(found.len(), "signature")));
    }
    let detail = match prefix {
        "" => "no signature is written as this sender writes them".to_owned(),
        _ => format!("no signature begins with `{prefix}` and has the length of this sender's signatures"),
    };
    Step::fail(NAME, Error::NoMatchingSignature.code(), detail, AS_SENT)
}

fn match_step(inputs: &Inputs<'_>, claim: &Claim<'_>, report: &mut Report) {
    const NAME: &str = "match";
    if report.signed.is_none() && claim.template.fields().is_some() {
        report.near_misses = near_miss::find_described(inputs, claim);
        return report.steps.push(match report.near_misses.first() {
            Some(near) => Step::fail(
                NAME,
                Error::NoMatchingSignature.code(),
                format!("it matches if {}", near.matches_if),
                near.fix,
            ),
            None => Step::fail(NAME, Error::NoMatchingSignature.code(), NOT_ONE_ITEM, ONE_BY_ONE),
        });
    }
    if report.signed.is_none() && claim.target.is_none() {
        let (code, detail) = (Error::NoMatchingSignature.code(), "this sender signs the URL, and none was given");
        return report.steps.push(Step::fail(NAME, code, detail, PASS_URL));
    }
    report.comparisons = described::compare(inputs, claim, &mut report.keys);
    let forms = &inputs.policy.forms;
    let step = match find_described_match(claim, forms, inputs.keys(), &Tried::default(), &inputs.body, &Portable) {
        Ok(_) => Step::pass(NAME, format!("a signature of {} matches", clip(claim.scheme.name))),
        Err(error) => {
            report.near_misses = near_miss::find_described(inputs, claim);
            match report.near_misses.first() {
                Some(near) => Step::fail(NAME, error.code(), format!("it matches if {}", near.matches_if), near.fix),
                None if report.signed.is_none() => {
                    Step::fail(NAME, error.code(), "the URL and the body do not belong together", AS_CALLED)
                }
                None if error == Error::NoMatchingSignature => verdict::match_step(inputs, report),
                None => Step::failed(NAME, error),
            }
        }
    };
    report.steps.push(step);
}

/// Signatures in a report.
const MAX_ROWS: usize = 64;

const NOT_ONE_ITEM: &str = "the body is not JSON with one item whose signed members can be read in one way";
const ONE_BY_ONE: &str =
    "pass the raw body; each item has a signature of its own, and members that occur twice cannot be told apart";
const NOT_MILLISECONDS: &str = "the timestamp is not whole Unix milliseconds in decimal digits";
const NOT_RFC3339: &str = "the timestamp is not a date and time of RFC 3339, such as 2026-02-28T12:00:00Z";
const AS_WRITTEN: &str = "have the sender write the time as it documents; a proxy or a copy must not change it";
const PASS_URL: &str = "pass the URL that the sender calls, as it is configured there: `url`";
const AS_CALLED: &str = "pass the URL and the raw body of one and the same request";
const AS_SENT: &str = "pass the header as it came: a proxy or a copy changed it, or another sender sent this";
