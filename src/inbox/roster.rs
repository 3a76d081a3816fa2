//! What the registry knows of a source's destinations, for its objects that are made later. Milliseconds throughout.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::states::DEAD_KEPT;

/// The destinations that a source has, and those that it had a month ago or less.
///
/// An object that is made while a destination is missing by mistake, or is paused, learns of it here.
///
/// ```
/// use countersign::inbox::Roster;
///
/// let [billing, audit] = ["billing", "audit"].map(str::to_owned);
/// let mut roster = Roster::default();
/// assert!(roster.note(&[billing.clone(), audit.clone()], 100) && !roster.note(&[billing.clone(), audit], 150));
/// assert!(roster.note(&[billing], 200));
/// assert_eq!(roster.get("audit").and_then(|standing| standing.orphaned), Some(200));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(BTreeMap<String, Standing>);

/// How a destination stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Since when it is not configured any more, if so.
    pub orphaned: Option<u64>,
    /// Since when an operator has it paused, if so.
    pub paused: Option<u64>,
}

impl Roster {
    /// Notes which destinations are configured; whether that is new. What has not been for a month is forgotten.
    pub fn note(&mut self, configured: &[String], now: u64) -> bool {
        let before = self.clone();
        for name in configured {
            self.0.entry(name.clone()).or_default().orphaned = None;
        }
        for (_, standing) in self.0.iter_mut().filter(|(name, _)| !configured.contains(name)) {
            standing.orphaned = standing.orphaned.or(Some(now));
        }
        self.0.retain(|_, standing| standing.orphaned.is_none_or(|since| now < since.saturating_add(DEAD_KEPT)));
        *self != before
    }

    /// Notes that destinations are paused from now on, or are not any more.
    pub fn pause(&mut self, destinations: &[String], paused: bool, now: u64) {
        for name in destinations {
            let standing = self.0.entry(name.clone()).or_default();
            standing.paused = if paused { standing.paused.or(Some(now)) } else { None };
        }
    }

    /// How a destination stands, if it is known.
    pub fn get(&self, destination: &str) -> Option<&Standing> {
        self.0.get(destination)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Standing)> {
        self.0.iter().map(|(name, standing)| (name.as_str(), standing))
    }

    /// The JSON that is stored: `{"audit":{"orphaned":1700000000000,"paused":null}}`.
    pub fn to_json(&self) -> Value {
        let member = |(name, standing): (&String, &Standing)| {
            (name.clone(), json!({ "orphaned": standing.orphaned, "paused": standing.paused }))
        };
        Value::Object(self.0.iter().map(member).collect::<Map<_, _>>())
    }

    /// What [`Roster::to_json`] wrote; `None` if it is damaged.
    pub fn from_json(json: &Value) -> Option<Self> {
        let time = |standing: &Value, name| standing.get(name).and_then(Value::as_u64);
        let read = |(name, standing): (&String, &Value)| {
            let standing = standing.as_object().map(|_| standing)?;
            Some((name.clone(), Standing { orphaned: time(standing, "orphaned"), paused: time(standing, "paused") }))
        };
        json.as_object()?.iter().map(read).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["billing", "audit"];

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().copied().map(str::to_owned).collect()
    }

    #[test]
    fn one_that_is_missing_is_known_for_a_month_and_its_return_is_noted() {
        let mut roster = Roster::default();
        assert!(roster.note(&names(&NAMES), 10) && roster.note(&names(&NAMES[..1]), 20));
        assert!(!roster.note(&names(&NAMES[..1]), 20 + DEAD_KEPT - 1), "missing since the first time");
        assert_eq!(roster.get("audit").unwrap().orphaned, Some(20));
        let mut returned = roster.clone();
        assert!(returned.note(&names(&NAMES), 30));
        assert_eq!(returned.get("audit"), Some(&Standing::default()));
        assert!(roster.note(&names(&NAMES[..1]), 20 + DEAD_KEPT));
        assert_eq!(roster.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["billing"]);
    }

    #[test]
    fn a_pause_outlasts_a_typo() {
        let mut roster = Roster::default();
        roster.pause(&names(&NAMES[1..]), true, 5);
        roster.pause(&names(&NAMES[1..]), true, 7);
        roster.note(&names(&NAMES), 10);
        roster.note(&names(&NAMES[..1]), 20);
        assert_eq!(roster.get("audit"), Some(&Standing { orphaned: Some(20), paused: Some(5) }));
        assert_eq!(Roster::from_json(&roster.to_json()), Some(roster.clone()));
        roster.note(&names(&NAMES), 30);
        roster.pause(&names(&NAMES), false, 40);
        assert!(NAMES.iter().all(|name| roster.get(name) == Some(&Standing::default())));
    }

    #[test]
    fn what_is_damaged_is_no_roster() {
        for damaged in [json!([]), json!({ "a": 1 }), json!(null)] {
            assert_eq!(Roster::from_json(&damaged), None, "{damaged}");
        }
    }
}
