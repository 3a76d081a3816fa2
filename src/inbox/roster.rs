//! What the registry knows of a source's destinations, for its objects that are made later. Milliseconds throughout.

use super::states::DEAD_KEPT;

/// The destinations that a source has, and those that it had a month ago or less.
///
/// An object that is made while a destination is missing by mistake, or is paused, learns of it here.
///
/// ```
/// use countersign::inbox::Roster;
///
/// let mut roster = Roster::default();
/// assert!(roster.note(&["billing", "audit"], 100) && !roster.note(&["billing", "audit"], 150));
/// assert!(roster.note(&["billing"], 200));
/// assert_eq!(roster.get("audit").and_then(|standing| standing.orphaned), Some(200));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(Vec<(String, Standing)>);

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
    pub fn note(&mut self, configured: &[&str], now: u64) -> bool {
        let before = self.clone();
        configured.iter().for_each(|name| self.update(name, &|standing| standing.orphaned = None));
        for (_, standing) in self.0.iter_mut().filter(|(name, _)| !configured.contains(&name.as_str())) {
            standing.orphaned = standing.orphaned.or(Some(now));
        }
        self.0.retain(|(_, standing)| standing.orphaned.is_none_or(|since| now < since.saturating_add(DEAD_KEPT)));
        *self != before
    }

    /// Notes that destinations are paused from now on, or are not any more.
    pub fn pause(&mut self, destinations: &[&str], paused: bool, now: u64) {
        let since = |standing: &Standing| paused.then(|| standing.paused.unwrap_or(now));
        destinations.iter().for_each(|name| self.update(name, &|standing| standing.paused = since(standing)));
    }

    /// How a destination stands, if it is known.
    pub fn get(&self, destination: &str) -> Option<&Standing> {
        self.iter().find(|(name, _)| *name == destination).map(|(_, standing)| standing)
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Standing)> {
        self.0.iter().map(|(name, standing)| (name.as_str(), standing))
    }

    /// Changes how a destination stands, which is known from then on.
    fn update(&mut self, destination: &str, change: &dyn Fn(&mut Standing)) {
        if let Some((_, standing)) = self.0.iter_mut().find(|(name, _)| name == destination) {
            return change(standing);
        }
        let mut standing = Standing::default();
        change(&mut standing);
        self.0.push((destination.to_owned(), standing));
    }

    /// The text that is stored: a line for each, with its name and since when it is orphaned and paused, such as `audit 1700000000000 0`.
    pub fn to_text(&self) -> String {
        let line = |(name, Standing { orphaned, paused }): &(String, Standing)| {
            format!("{name} {} {}", orphaned.unwrap_or_default(), paused.unwrap_or_default())
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// What [`Roster::to_text`] wrote; `None` if it is damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let time = |text: &str| text.parse().ok().map(|time| Some(time).filter(|time| *time > 0));
        let read = |line: &str| {
            let mut parts = line.split(' ');
            let name = parts.next().filter(|name| !name.is_empty())?.to_owned();
            Some((name, Standing { orphaned: time(parts.next()?)?, paused: time(parts.next()?)? }))
        };
        text.lines().map(read).collect::<Option<_>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["billing", "audit"];

    #[test]
    fn one_that_is_missing_is_known_for_a_month_and_its_return_is_noted() {
        let mut roster = Roster::default();
        assert!(roster.note(&NAMES, 10) && roster.note(&NAMES[..1], 20));
        assert!(!roster.note(&NAMES[..1], 20 + DEAD_KEPT - 1), "missing since the first time");
        assert_eq!(roster.get("audit").unwrap().orphaned, Some(20));
        let mut returned = roster.clone();
        assert!(returned.note(&NAMES, 30));
        assert_eq!(returned.get("audit"), Some(&Standing::default()));
        assert!(roster.note(&NAMES[..1], 20 + DEAD_KEPT));
        assert_eq!(roster.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["billing"]);
    }

    #[test]
    fn a_pause_outlasts_a_typo() {
        let mut roster = Roster::default();
        roster.pause(&NAMES[1..], true, 5);
        roster.pause(&NAMES[1..], true, 7);
        roster.note(&NAMES, 10);
        roster.note(&NAMES[..1], 20);
        assert_eq!(roster.get("audit"), Some(&Standing { orphaned: Some(20), paused: Some(5) }));
        assert_eq!(Roster::parse(&roster.to_text()), Some(roster.clone()));
        roster.note(&NAMES, 30);
        roster.pause(&NAMES, false, 40);
        assert!(NAMES.iter().all(|name| roster.get(name) == Some(&Standing::default())));
    }

    #[test]
    fn what_is_damaged_is_no_roster() {
        assert_eq!(Roster::parse(""), Some(Roster::default()));
        for damaged in ["audit", "audit 1", "audit 1 x", " 1 2", "[]"] {
            assert_eq!(Roster::parse(damaged), None, "{damaged}");
        }
    }
}
