//! What happens to the time, and to the URL where that is signed.

use countersign::scheme::{Field, Signing, Time, Unit};

use super::mistake::Mistake;
use super::sender::{Sent, event, secret, signed};
use crate::support::NOW;

pub(super) const MISTAKES: &[Mistake] = &[
    ("milliseconds in place of seconds", |sent| stamped(sent, Unit::Seconds, |text| format!("{text}123")), STAMP),
    (
        "seconds in place of milliseconds",
        |sent| stamped(sent, Unit::Milliseconds, |text| text[..text.len() - 3].to_owned()),
        STAMP,
    ),
    ("seconds in place of a date", |sent| stamped(sent, Unit::Rfc3339, |_| NOW.to_string()), STAMP),
    ("a date in place of seconds", |sent| stamped(sent, Unit::Seconds, |_| "2021-02-25T15:02:10Z".to_owned()), STAMP),
    ("a fraction in the seconds", |sent| stamped(sent, Unit::Seconds, |text| format!("{text}.5")), STAMP),
    (
        "a date of HTTP in the header",
        |sent| stamped_any(sent, |_| "Thu, 25 Feb 2021 15:02:10 GMT".to_owned()),
        &["the timestamp is not"],
    ),
    ("milliseconds that are signed", |sent| at(sent, Unit::Seconds, NOW * 1000), &["the timestamp is in milliseconds"]),
    ("seconds that are signed", |sent| at(sent, Unit::Milliseconds, NOW / 1000), &["the timestamp is in seconds"]),
    (
        "milliseconds, and another secret",
        |sent| Some(of_another(at(sent, Unit::Seconds, NOW * 1000)?)),
        &["the timestamp is in milliseconds"],
    ),
    ("a delivery of yesterday", |sent| at(sent, None, NOW - 90_000), &["age_alone"]),
    ("a delivery of tomorrow", |sent| at(sent, None, NOW + 90_000), &["age_alone"]),
    ("http for https", |sent| url(sent, |url| url.replace("https:", "http:")), URL),
    ("a slash at the end", |sent| url(sent, |url| url.replace("/42?", "/42/?")), URL),
    (
        "the query in another order",
        |sent| url(sent, |url| url.replace("source=shop&region=eu", "region=eu&source=shop")),
        URL,
    ),
    ("one more parameter", |sent| url(sent, |url| format!("{url}&utm=1")), &["url_or_key"]),
    ("the host behind the proxy", behind_proxy, URL),
    (
        "the host behind a silent proxy",
        |sent| url(sent, |url| url.replace("hooks.example.com", "10.0.0.7:3000")),
        &["url_or_key"],
    ),
    ("no query", |sent| url(sent, |url| url.split('?').next().unwrap().to_owned()), &["url_or_key"]),
];

const STAMP: &[&str] = &["timestamp_spelling", "timestamp_seconds", "the timestamp is in", "the timestamp is not"];
const URL: &[&str] = &["it matches if the URL"];

fn unit(sent: &Sent) -> Option<Unit> {
    match &sent.scheme.signing {
        Signing::Standard(_) => Some(Unit::Seconds),
        Signing::Template(of) => match of.time {
            Time::Header(unit) | Time::Body(_, unit) => Some(unit),
            Time::None => None,
        },
        Signing::Identity(_) => None,
    }
}

/// The delivery with its time written otherwise in its header, after it was signed.
fn stamped(sent: Sent, of: Unit, change: impl Fn(&str) -> String) -> Option<Sent> {
    if unit(&sent) == Some(of) { stamped_any(sent, change) } else { None }
}

fn stamped_any(mut sent: Sent, change: impl Fn(&str) -> String) -> Option<Sent> {
    let (header, prefix) = match &sent.scheme.signing {
        Signing::Standard(sets) => (sets[0].timestamp, ""),
        Signing::Template(of) => match of.layout.timestamp.as_ref()? {
            Field::Header(header) => (*header, ""),
            Field::Item { header, prefix, .. } => (*header, *prefix),
        },
        Signing::Identity(_) => return None,
    };
    let (_, value) = sent.lines.iter_mut().find(|(name, _)| name == header)?;
    let start = value.find(prefix)? + prefix.len();
    let end = if prefix.is_empty() { value.len() } else { start + value[start..].find([',', ';'])? };
    let changed = change(&value[start..end]);
    value.replace_range(start..end, &changed);
    Some(sent)
}

/// A delivery that was signed at that time, of a sender that writes its time so. For Standard Webhooks nothing here signs milliseconds.
fn at(sent: Sent, of: impl Into<Option<Unit>>, at: u64) -> Option<Sent> {
    let (unit, of) = (unit(&sent)?, of.into());
    let can_sign = sent.scheme.template().is_some() || at < NOW * 2;
    (can_sign && of.is_none_or(|of| of == unit)).then(|| signed(sent.scheme, &event(sent.scheme, at), 1, at))
}

fn of_another(sent: Sent) -> Sent {
    let other = signed(sent.scheme, b"", 2, NOW);
    Sent { secret: secret(sent.scheme, 2), jwks: other.jwks, ..sent }
}

fn url(sent: Sent, change: impl Fn(&str) -> String) -> Option<Sent> {
    sent.scheme.signs_target().then(|| Sent { url: change(&sent.url), ..sent })
}

/// A proxy changed URL and `host`, and noted the host.
fn behind_proxy(mut sent: Sent) -> Option<Sent> {
    sent.lines.push(("host".to_owned(), "10.0.0.7:3000".to_owned()));
    sent.lines.push(("x-forwarded-host".to_owned(), "hooks.example.com".to_owned()));
    url(sent, |url| url.replace("https://hooks.example.com", "http://10.0.0.7:3000"))
}
