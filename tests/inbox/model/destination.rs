//! Destinations that come and go.

use countersign::inbox::EventState;

use super::action::Crash;
use super::fate::Fate;
use super::rule;
use super::world::{Called, World};
use crate::{HOUR, NAMES};

impl World {
    /// Configures a destination, or removes it from the configuration.
    pub(crate) fn configure(&mut self, to: usize, is_configured: bool, from_stored: bool, crash: Crash) -> Option<()> {
        let now = self.now;
        let site = &mut self.sites[to];
        (site.is_configured, site.from_stored) = (is_configured, from_stored);
        let removed_at = if is_configured { site.removed_at.take() } else { site.removed_at.replace(now) };
        if let Some(removed_at) = removed_at {
            let fates = self.history.values_mut().filter_map(|known| known.fates[to].as_mut());
            for fate in fates.filter(|fate| fate.finished.is_none()) {
                fate.since += now.saturating_sub(removed_at.max(fate.since));
            }
        }
        let fitted = self.call(crash, |machine, store, now, plan| machine.fit(store, plan, now));
        (!matches!(fitted, Called::Impossible)).then_some(())
    }

    /// Notes which destinations the database has, and what they are owed.
    pub(crate) fn note_destinations(&mut self) {
        for (to, name) in NAMES.into_iter().enumerate() {
            let is_known = self.data.destinations.contains_key(name);
            let site = self.sites[to];
            if is_known == site.is_known {
                continue;
            }
            self.sites[to].is_known = is_known;
            if !is_known && !site.is_over(self.now) {
                self.fail(rule::KEPT);
            }
            for (number, known) in &mut self.history {
                let is_owed = is_known && site.from_stored && self.data.in_log(*number).is_some();
                known.fates[to] = is_owed.then(|| Fate::new(known.id, to, known.accepted_at));
            }
            if self.states().iter().any(|(_, at, state)| *at == to && *state != Some(EventState::Pending)) {
                self.fail(rule::KEPT);
            }
        }
    }
}

/// How long the log is held for a destination that is not configured any more.
pub(crate) const HELD: u64 = 24 * HOUR;
