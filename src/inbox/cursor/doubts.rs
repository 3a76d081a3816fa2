//! Doubts about attempts, each with how often the object ended so.

use serde_json::{Value, json};

use crate::inbox::span::Span;

/// The events that could have been under way when the object ended, and waiting ones that were due at `at`; each with how often that was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Doubts {
    spans: Vec<(Span, u32)>,
    /// Whether nothing was handed out since the object was last loaded with an unfinished event.
    pub(super) is_idle: bool,
}

impl Doubts {
    /// How often it was the case for the doubts that are meant.
    pub(super) fn count(&self, is_meant: impl Fn(&Span) -> bool) -> u32 {
        let counts = self.spans.iter().filter(|(span, _)| is_meant(span)).map(|(_, count)| *count);
        counts.fold(0, u32::saturating_add)
    }

    /// Adds a doubt. The cursor is written whole, and an object can end every few seconds while its destination takes nothing: so the two
    /// oldest become one, which counts more attempts than there were.
    pub(super) fn add(&mut self, span: Span) {
        if self.spans.len() >= MOST_DOUBTS {
            let (first, before) = self.spans.remove(0);
            if let Some((next, count)) = self.spans.first_mut() {
                next.first = next.first.min(first.first);
                next.last = next.last.max(first.last);
                next.at = next.at.max(first.at);
                *count = count.saturating_add(before);
            }
        }
        self.spans.push((span, 1));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Forgets doubts that concern neither an event behind `through` nor a waiting one.
    pub(super) fn forget(&mut self, through: u64, oldest_due: Option<u64>) {
        self.spans.retain(|(doubt, _)| doubt.last > through || oldest_due.is_some_and(|due| doubt.at >= due));
    }

    /// The JSON that [`Doubts::from_json`] reads, but for whether it is idle.
    pub(super) fn to_json(&self) -> Value {
        self.spans.iter().map(|(span, count)| json!([span.first, span.last, span.at, count])).collect()
    }

    /// When the last waiting event was due that is doubted.
    pub(super) fn last_due(&self) -> u64 {
        self.spans.iter().map(|(doubt, _)| doubt.at).max().unwrap_or_default()
    }

    /// Reads what [`Doubts::to_json`] wrote, or an earlier version, which did not count; `None` if it is damaged.
    pub(super) fn from_json(json: &Value, is_idle: bool) -> Option<Self> {
        let doubt = |doubt: &Value| {
            let count = doubt.get(3).and_then(Value::as_u64).unwrap_or(1);
            Some((Span::from_json(doubt)?, u32::try_from(count).unwrap_or(u32::MAX)))
        };
        Some(Self { spans: json.as_array()?.iter().map(doubt).collect::<Option<_>>()?, is_idle })
    }
}

/// So many doubts are told apart.
const MOST_DOUBTS: usize = 32;
