//! An attempt of a courier: the event that it is made at, how it ended, and why some events are not attempted.

use countersign::config::Source;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::{Event, Payload};
use countersign::gateway::header_list::HeaderList;
use countersign::gateway::log_record::LogRecord;
use countersign::inbox::{Cause, FILTERED, LEASE_SLACK, Report, UNMADE, UNREADABLE};
use countersign::scheme::EventType;

use crate::body::Body;
use crate::clock;
use crate::console;
use crate::inbox::Handed;
use crate::points::{self, Point};
use crate::state::state;

/// An event to be attempted.
pub(crate) struct Load {
    pub(crate) destination: String,
    pub(crate) number: u64,
    pub(crate) cause: Cause,
    pub(crate) event: Event<Body>,
    /// The type that it stated; of one that is attempted by whoever brought it, this is not needed.
    pub(crate) event_type: Option<String>,
    /// Whether it is known to be for the destination, as its conditions were checked, or an operator named the destination.
    pub(crate) is_checked: bool,
}

/// An attempt that ended, and its log record, which waits for what became of the event.
pub(crate) struct Ended {
    pub(crate) report: Report,
    pub(crate) key: EventKey,
    pub(crate) form: countersign::scheme::Form,
    pub(crate) destination: (u16, u64),
    pub(crate) detail: Option<&'static str>,
    pub(crate) code: &'static str,
    pub(crate) lapses: u64,
}

impl Ended {
    /// Writes the log record of the attempt, with what became of the event.
    pub(crate) fn log(&self, source: &Source, code: &str) {
        if [UNREADABLE, FILTERED, UNMADE].contains(&self.code) {
            return;
        }
        let record = LogRecord {
            code,
            status: self.report.status,
            source: Some(&source.name),
            scheme: Some(source.policy.scheme.name),
            form: Some(self.form),
            event: Some(self.key),
            attempt: Some(self.report.attempt),
            destination_name: Some(&self.report.destination),
            destination: Some(self.destination),
            cause: self.detail,
            ..LogRecord::default()
        };
        console::log(&record.to_json());
        if let Some(state) = state() {
            let (status, ms) = self.destination;
            let destination = self.report.destination.as_str();
            let point = Point { kind: "attempt", source: &source.name, code, destination, status, ms, bytes: 0 };
            points::write(&state, &point);
        }
    }
}

/// What is reported of an event that cannot be read as it is stored.
pub(crate) fn unreadable(handed: &Handed) -> Ended {
    let number = handed.number() as u64;
    not_attempted(handed.destination(), (number, handed.attempt()), UNREADABLE, None)
}

/// What is reported of an event that turns out not to be for its destination.
pub(crate) fn filtered(load: &Load, condition: String) -> Ended {
    not_attempted(load.destination.clone(), (load.number, load.event.attempt()), FILTERED, Some(condition))
}

/// What is reported of an attempt that is left to another courier.
pub(crate) fn unmade(load: &Load) -> Ended {
    not_attempted(load.destination.clone(), (load.number, load.event.attempt()), UNMADE, None)
}

fn not_attempted(
    destination: String,
    (number, attempt): (u64, u32),
    code: &'static str,
    answer: Option<String>,
) -> Ended {
    let report = Report {
        destination,
        number,
        attempt,
        cause: Cause::Retry,
        at: 0,
        ms: 0,
        status: 0,
        failure: Some(code.to_owned()),
        not_before: None,
        answer,
    };
    Ended {
        report,
        key: EventKey::from_bytes([0; 32]),
        form: countersign::scheme::Form::V1,
        destination: (0, 0),
        detail: None,
        code,
        lapses: clock::now_ms().saturating_add(LEASE_SLACK),
    }
}

/// The condition that keeps an event from its destination, if there is one.
pub(crate) fn refused_by(source: &Source, load: &Load) -> Option<String> {
    if load.is_checked {
        return None;
    }
    let when = source.destination(&load.destination)?.when.as_ref()?;
    let checked = match load.event.payload() {
        Payload::Claims(claims) => when.check(load.event_type.as_deref(), claims),
        Payload::Body(body) => when.check(load.event_type.as_deref(), &body.to_vec()),
    };
    checked.err().map(str::to_owned)
}

/// Whether a destination gets events of the type that a copy states in a header.
pub(crate) fn is_meant(source: &Source, destination: &str, copy: &HeaderList) -> bool {
    let when = source.destination(destination).and_then(|destination| destination.when.as_ref());
    match (source.policy.scheme.event_type, when) {
        (EventType::Header(names), Some(when)) => when.accepts_type(names.iter().find_map(|name| copy.get(name))),
        _ => true,
    }
}
