//! Every sender with every mistake that people make: the verdict names that mistake.

mod bodies;
mod headers;
mod mistake;
mod secrets;
mod sender;
mod times;

use std::thread;

use countersign::explain::{Instead, Report};
use countersign::scheme::{self, Scheme};

use sender::{Sent, sent};

/// What a verdict says instead of a mistake's own words: the mistake, senders (none: all), the words, and the reason.
const EXCEPTIONS: &[(&str, &[&str], &str, &str)] = &[
    ("a newline behind the body", &["adyen-standard"], "genuine", MEMBERS),
    ("CR LF behind the body", &["adyen-standard"], "genuine", MEMBERS),
    ("the first header twice", &["google-pubsub"], "jwt_malformed", "two tokens in one value are no token"),
    ("the last header twice", &["google-pubsub"], "jwt_malformed", "two tokens in one value are no token"),
    ("two secrets with a comma", &["assemblyai", "okta", "vapi-token"], "other_key", "`Bearer` has a word of its own"),
    ("the body cut off", &["twilio"], "url_or_key", "a form may end anywhere"),
];
const MEMBERS: &str = "only members of the body are signed";

/// The verdicts that are not as they should be, of one sender.
fn wrong(scheme: &'static Scheme) -> Vec<String> {
    let all = [secrets::MISTAKES, bodies::MISTAKES, headers::MISTAKES, times::MISTAKES].concat();
    let found = all.into_iter().filter_map(|(name, make, words)| {
        let made = make(sent(scheme))?;
        let report = made.report();
        let excepted = EXCEPTIONS
            .iter()
            .filter(|(of, names, ..)| *of == name && (names.is_empty() || names.contains(&scheme.name)));
        let says = |words: &str| says(&report, words);
        if let Some(fault) = unhelpful(&made, &report) {
            return Some(format!("{name}, {}: {fault}", scheme.name));
        }
        let is_right = words.iter().any(|words| says(words)) || excepted.clone().any(|(_, _, words, _)| says(words));
        (!is_right).then(|| format!("{name}, {}: {:?}, {:?}", scheme.name, report.verdict, report.near_misses.first()))
    });
    found.collect()
}

/// What is wrong with the headers of a near miss: with them, a signature must match, whatever else is wrong.
fn unhelpful(made: &Sent, report: &Report) -> Option<String> {
    report.near_misses.iter().find_map(|near| {
        let Some(Instead::Headers(changed)) = &near.instead else { return None };
        let mut sent = made.clone();
        for (name, value) in changed {
            let mut at = sent.lines.iter_mut().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            at.next().unwrap_or_else(|| panic!("{}: no {name}", near.code)).1.clone_from(value);
        }
        let then = sent.report();
        let helps = then.ok || ["timestamp_too_old", "timestamp_too_new"].contains(&then.code.unwrap_or_default());
        (!helps || changed.is_empty()).then(|| format!("{} with {changed:?}: {:?}", near.code, then.verdict))
    })
}

fn says(report: &Report, words: &str) -> bool {
    let near = report.near_misses.first();
    report.verdict.code == words
        || near.is_some_and(|near| near.code.starts_with(words))
        || report.verdict.detail.contains(words)
}

#[test]
fn a_genuine_delivery_of_every_sender_is_accepted() {
    for scheme in scheme::ALL {
        let report = sent(scheme).report();
        assert!(report.ok, "{}: {:?}", scheme.name, report.verdict);
    }
}

#[test]
fn the_verdict_names_the_mistake_for_every_sender() {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let wrong: Vec<_> = thread::scope(|scope| {
        let every_nth = |first| scheme::ALL.iter().skip(first).step_by(threads).flat_map(|scheme| wrong(scheme));
        let parts: Vec<_> =
            (0..threads).map(|first| scope.spawn(move || every_nth(first).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} verdicts:\n{}", wrong.len(), wrong.join("\n"));
}
