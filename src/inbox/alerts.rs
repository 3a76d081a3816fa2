//! What operators are alerted to: changes alone, and at most one alert a minute for each subject. Milliseconds throughout.
//!
//! Objects and Workers send a [`Notice`] when something goes wrong or is well again. One object keeps a [`Topic`] for each subject, and
//! decides when an [`Alert`] is due. A subject that changes several times within a minute causes one alert at once, and another after the
//! minute if its state then differs from what was alerted last.

mod notice;

use self::notice::kind_of;
pub use self::notice::{DEAD, DESTINATION, FULL, KEYS, Notice, PENDING, SOURCE};

/// What is known of one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// The shards at which something is wrong, with their values.
    shards: Vec<(u32, u64)>,
    /// The state that operators were last alerted to, or 0 after a return to normal; and when.
    alerted: u64,
    alerted_at: u64,
    since: u64,
    cause: String,
}

/// An alert that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The type of its event.
    pub event_type: &'static str,
    /// Since when it is so.
    pub since: u64,
    /// Why, as a stable code; empty if nothing is known.
    pub cause: String,
    /// The shards at which something is wrong.
    pub shards: Vec<u32>,
    /// How many events it is about, if it counts events.
    pub count: Option<u64>,
}

impl Topic {
    /// Takes what a notice of this subject says; whether that is news.
    pub fn note(&mut self, notice: &Notice) -> bool {
        let counts = notice.kind == DEAD;
        let known = self.shards.iter().position(|(shard, _)| *shard == notice.shard);
        let before = self.state(counts);
        let value = if counts { notice.value } else { notice.value.min(1) };
        match known.and_then(|place| self.shards.get_mut(place)) {
            Some((_, known)) if *known == value => return false,
            Some((_, known)) => *known = value,
            None if value == 0 => return false,
            None => self.shards.push((notice.shard, value)),
        }
        self.shards.retain(|(_, value)| *value > 0);
        if self.state(counts) != before {
            (self.since, self.cause) = (notice.since, notice.cause.clone());
        }
        true
    }

    /// When an alert is due, if the state is not what was alerted last.
    pub fn due_at(&self, kind: &str) -> Option<u64> {
        (self.state(kind == DEAD) != self.alerted).then(|| match self.alerted_at {
            0 => 0,
            at => at.saturating_add(MINUTE),
        })
    }

    /// The alert that is due now, if one is. The topic then counts as alerted; nothing is due where a return to normal has no alert.
    pub fn take_alert(&mut self, kind: &str, now: u64) -> Option<Alert> {
        let due = self.due_at(kind)?;
        // By a clock that was ahead, it could be held back for longer than a minute.
        if now < due && now >= self.alerted_at {
            return None;
        }
        let (bad, good) = kind_of(kind)?;
        let (counts, before) = (kind == DEAD, self.alerted);
        let state = self.state(counts);
        self.alerted = state;
        let event_type = if state > before { bad } else { good? };
        self.alerted_at = now;
        Some(Alert {
            event_type,
            since: self.since,
            cause: self.cause.clone(),
            shards: self.shards.iter().map(|(shard, _)| *shard).collect(),
            count: counts.then(|| state.saturating_sub(before)),
        })
    }

    /// Whether nothing is wrong, at any shard.
    pub const fn is_well(&self) -> bool {
        self.shards.is_empty()
    }

    /// Forgets what is wrong, without an alert.
    pub fn settle(&mut self) {
        (self.shards, self.alerted) = (Vec::new(), 0);
    }

    /// The text that [`Topic::read`] reads.
    pub fn to_text(&self) -> String {
        let shards: Vec<_> = self.shards.iter().map(|(shard, value)| format!("{shard}={value}")).collect();
        let Self { alerted, alerted_at, since, cause, .. } = self;
        [&*alerted.to_string(), &alerted_at.to_string(), &since.to_string(), cause, &shards.join(",")].join("\t")
    }

    /// What [`Topic::to_text`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('\t');
        let mut number = || parts.next()?.parse().ok();
        let (alerted, alerted_at, since) = (number()?, number()?, number()?);
        let cause = parts.next()?.to_owned();
        let shard = |text: &str| {
            let (shard, value) = text.split_once('=')?;
            Some((shard.parse().ok()?, value.parse().ok()?))
        };
        Some(Self { shards: parts.next()?.split(',').filter_map(shard).collect(), alerted, alerted_at, since, cause })
    }

    /// 0 if all is well; else 1, or the sum of counts.
    fn state(&self, counts: bool) -> u64 {
        if counts {
            self.shards.iter().map(|(_, value)| *value).fold(0, u64::saturating_add)
        } else {
            u64::from(!self.shards.is_empty())
        }
    }
}

/// The least time between two alerts of one subject.
pub const MINUTE: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn notice(kind: &str, shard: u32, value: u64, since: u64) -> Notice {
        let [source, destination, cause] = ["stripe", "billing", "network"].map(str::to_owned);
        Notice { kind: kind.to_owned(), source, destination, shard, value, since, cause }
    }

    /// The types of the alerts that are due at some times.
    fn alerts(topic: &mut Topic, kind: &str, times: &[u64]) -> Vec<Option<&'static str>> {
        times.iter().map(|at| topic.take_alert(kind, *at).map(|alert| alert.event_type)).collect()
    }

    #[test]
    fn shards_that_break_are_one_alert_and_the_last_that_recovers_is_another() {
        let mut topic = Topic::default();
        for shard in 0..8 {
            assert!(topic.note(&notice(DESTINATION, shard, 1, NOW)));
            assert!(!topic.note(&notice(DESTINATION, shard, 1, NOW + 5)), "no news");
            let expected = if shard == 0 { Some(DESTINATION) } else { None };
            assert_eq!(alerts(&mut topic, DESTINATION, &[NOW]), [expected]);
        }
        for shard in 0..7 {
            topic.note(&notice(DESTINATION, shard, 0, NOW + MINUTE));
            assert_eq!(alerts(&mut topic, DESTINATION, &[NOW + MINUTE]), [None]);
        }
        topic.note(&notice(DESTINATION, 7, 0, NOW + MINUTE));
        assert_eq!(alerts(&mut topic, DESTINATION, &[NOW + MINUTE]), [Some("destination.recovered")]);
    }

    #[test]
    fn what_flaps_is_said_once_and_after_the_minute_if_it_differs() {
        let mut topic = Topic::default();
        let mut said = Vec::new();
        for (at, value) in [(0, 1), (10, 0), (20, 1), (30, 0)] {
            topic.note(&notice(DESTINATION, 0, value, NOW + at));
            said.extend(alerts(&mut topic, DESTINATION, &[NOW + at]));
        }
        assert_eq!(said, [Some(DESTINATION), None, None, None]);
        assert_eq!(topic.due_at(DESTINATION), Some(NOW + MINUTE));
        let recovered = [None, Some("destination.recovered"), None];
        assert_eq!(alerts(&mut topic, DESTINATION, &[NOW + MINUTE - 1, NOW + MINUTE, NOW + 2 * MINUTE]), recovered);
        topic.note(&notice(DESTINATION, 0, 1, NOW + MINUTE + 1));
        topic.note(&notice(DESTINATION, 0, 0, NOW + MINUTE + 2));
        assert_eq!(topic.due_at(DESTINATION), None, "the state is what was said");
    }

    #[test]
    fn deaths_are_counted_over_shards_and_repeats_are_not() {
        let mut topic = Topic::default();
        topic.note(&notice(DEAD, 0, 3, NOW));
        assert_eq!(topic.take_alert(DEAD, NOW).and_then(|alert| alert.count), Some(3));
        topic.note(&notice(DEAD, 0, 5, NOW));
        topic.note(&notice(DEAD, 1, 2, NOW));
        assert!(!topic.note(&notice(DEAD, 1, 2, NOW)), "repeated by an object that was not sure");
        assert_eq!(topic.take_alert(DEAD, NOW + 1), None);
        assert_eq!(topic.take_alert(DEAD, NOW + MINUTE).and_then(|alert| alert.count), Some(4));
    }

    #[test]
    fn a_return_to_normal_without_an_alert_is_kept_all_the_same() {
        let mut topic = Topic::default();
        topic.note(&notice(FULL, 0, 1, NOW));
        assert_eq!(alerts(&mut topic, FULL, &[NOW]), [Some(FULL)]);
        topic.note(&notice(FULL, 0, 0, NOW));
        assert_eq!(alerts(&mut topic, FULL, &[NOW + MINUTE]), [None]);
        assert_eq!(topic.due_at(FULL), None);
        topic.note(&notice(FULL, 0, 1, NOW));
        assert_eq!(alerts(&mut topic, FULL, &[NOW + MINUTE]), [Some(FULL)]);
    }

    #[test]
    fn a_clock_that_was_ahead_holds_nothing_back() {
        let mut topic = Topic::default();
        topic.note(&notice(DESTINATION, 0, 1, NOW));
        topic.take_alert(DESTINATION, NOW + 1_000 * MINUTE);
        topic.note(&notice(DESTINATION, 0, 0, NOW));
        assert_eq!(alerts(&mut topic, DESTINATION, &[NOW]), [Some("destination.recovered")]);
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let mut topic = Topic::default();
        for shard in [0, 1023] {
            topic.note(&notice(DEAD, shard, 7, NOW));
        }
        topic.take_alert(DEAD, NOW);
        assert_eq!(Topic::read(&topic.to_text()), Some(topic));
        assert_eq!(Topic::read(&Topic::default().to_text()), Some(Topic::default()));
        for text in ["", "1", "a\tb\tc\td\te", "nothing\ts\td\t0\t1\t2\t", "destination.broken\ts\td\t0\t1\t"] {
            assert_eq!((Topic::read(text), Notice::read_all(text)), (None, Vec::new()), "{text}");
        }
    }
}
