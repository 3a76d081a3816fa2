//! Which object of the inbox holds an event.

use super::schedule::seed;
use crate::gateway::dedupe::EventKey;

/// The shards that an event without an order has as their number grows to `shards`: the last one holds it now.
///
/// Jump consistent hashing (Lamping, Veach, 2014): raising the number moves an id only to a new shard. So a shard that does not know
/// an id needs to ask only those before it in this list.
///
/// ```
/// use countersign::gateway::dedupe::EventKey;
/// use countersign::inbox::homes;
///
/// let event = EventKey::new("gemini", b"msg_1");
/// assert_eq!(homes(event, 1), [0]);
/// assert!(homes(event, 64).starts_with(&homes(event, 8)));
/// ```
pub fn homes(event: EventKey, shards: u32) -> Vec<u32> {
    jumps(seed(event), shards)
}

fn jumps(mut state: u64, shards: u32) -> Vec<u32> {
    let (mut homes, mut next) = (Vec::new(), 0_u64);
    while next < u64::from(shards.max(1)) {
        homes.push(u32::try_from(next).unwrap_or_default());
        state = state.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let divisor = (state >> 33).saturating_add(1);
        next = next.saturating_add(1).saturating_mul(1 << 31).checked_div(divisor).unwrap_or(u64::MAX);
    }
    homes
}

/// The name of the Durable Object of a shard.
pub fn shard_name(source: &str, shard: u32) -> String {
    format!("{source}/{shard}")
}

/// How a source spreads its events over shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The number of shards.
    pub shards: u32,
    /// A hash of the template that orders the events, if there is one and several shards: then a lane has a shard.
    pub order: Option<u64>,
}

impl Layout {
    /// A layout. One shard holds all events, whatever orders them.
    pub fn new(shards: u32, order: Option<u64>) -> Self {
        Self { shards, order: order.filter(|_| shards > 1) }
    }

    /// The shard of an event: that of its lane, or of its id if it has none or the source has no order.
    ///
    /// ```
    /// use countersign::gateway::dedupe::EventKey;
    /// use countersign::inbox::{Layout, homes};
    ///
    /// let [one, other] = [b"msg_1", b"msg_2"].map(|id| EventKey::new("gemini", id));
    /// let ordered = Layout::new(64, Some(1));
    /// assert_eq!(ordered.home(one, Some(7)), ordered.home(other, Some(7)), "events of a lane share a shard");
    /// assert_eq!(homes(one, 64).last(), Some(&ordered.home(one, None)));
    /// ```
    pub fn home(&self, event: EventKey, lane: Option<u64>) -> u32 {
        let key = lane.filter(|_| self.order.is_some()).unwrap_or_else(|| seed(event));
        jumps(key, self.shards).last().copied().unwrap_or_default()
    }
}

/// The layouts that a source had, and since when; oldest first.
///
/// ```
/// use countersign::gateway::dedupe::EventKey;
/// use countersign::inbox::{Layout, Layouts};
///
/// let hour = 3_600_000;
/// let (few, many) = (Layout::new(1, None), Layout::new(8, None));
/// let mut layouts = Layouts::default();
/// assert!(layouts.note(few, 0) && layouts.note(many, 100 * hour) && !layouts.note(many, 101 * hour));
/// let event = EventKey::new("gemini", b"msg_1");
/// let asked = layouts.to_ask((event, None), many.home(event, None), None, 101 * hour, 72 * hour);
/// assert!(asked.iter().all(|shard| *shard == 0), "only those that were there before");
/// assert!(layouts.to_ask((event, None), many.home(event, None), None, 300 * hour, 72 * hour).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layouts(Vec<(Layout, u64)>);

impl Layouts {
    /// The layout that is known last.
    pub fn current(&self) -> Option<Layout> {
        self.0.last().map(|(layout, _)| *layout)
    }

    /// Notes the layout that a source has; whether that is new.
    pub fn note(&mut self, layout: Layout, now: u64) -> bool {
        let is_new = self.current() != Some(layout);
        if is_new {
            self.0.push((layout, now));
            // More changes than this in a few days are nobody's plan; of them, the largest number matters.
            if self.0.len() > MOST_CHANGES {
                self.0.remove(0);
            }
        }
        is_new
    }

    /// The shards that may know an id which `shard` does not know: those that held it in an earlier layout. `order` is the
    /// hash of the template that the event's `lane` is of.
    ///
    /// An earlier layout names one shard, unless another template ordered its events: nobody knows the lane that the event had then, so
    /// all of its shards are asked. A layout counts for as long as the ids of its time are remembered, and a deployment may roll out.
    pub fn to_ask(
        &self,
        (event, lane): (EventKey, Option<u64>),
        shard: u32,
        order: Option<u64>,
        now: u64,
        remember: u64,
    ) -> Vec<u32> {
        let until = |ended: u64| ended.saturating_add(remember).saturating_add(ROLLOUT);
        let ended = self.0.iter().skip(1).map(|(_, since)| *since);
        let earlier = self.0.iter().zip(ended).filter(|(_, ended)| now < until(*ended));
        let mut asked: Vec<u32> = Vec::new();
        for ((layout, _), _) in earlier {
            let is_known = layout.order.is_none() || layout.order == order;
            let home = layout.home(event, lane);
            let homes = if is_known { home..home.saturating_add(1) } else { 0..layout.shards };
            for home in homes.filter(|home| *home != shard) {
                if !asked.contains(&home) {
                    asked.push(home);
                }
            }
        }
        asked
    }

    /// Whether there were more shards once, and no deployment explains that a Worker knows of fewer: events and ids are in shards that it
    /// does not ask.
    pub fn forbids(&self, shards: u32, now: u64) -> bool {
        self.most(now) > shards
    }

    /// The most shards there were, but for those that a deployment may still be bringing.
    pub fn most(&self, now: u64) -> u32 {
        let settled = self.0.iter().filter(|(_, since)| now >= since.saturating_add(ROLLOUT));
        settled.map(|(layout, _)| layout.shards).max().unwrap_or_default()
    }

    /// The text that is stored: `8@1700000000000` for eight shards since that time, `8/6699@1700000000000` if a template orders events.
    pub fn to_text(&self) -> String {
        let text = |(Layout { shards, order }, since): &(Layout, u64)| match order {
            Some(order) => format!("{shards}/{order}@{since}"),
            None => format!("{shards}@{since}"),
        };
        self.0.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Layouts::to_text`] wrote, or an earlier version, which knew no order. `None` if it is damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let read = |part: &str| {
            let (layout, since) = part.split_once('@')?;
            let (shards, order) = match layout.split_once('/') {
                Some((shards, order)) => (shards, Some(order.parse().ok()?)),
                None => (layout, None),
            };
            Some((Layout { shards: shards.parse().ok()?, order }, since.parse().ok()?))
        };
        text.split(' ').filter(|part| !part.is_empty()).map(read).collect::<Option<_>>().map(Self)
    }
}

/// The most shards of a source.
pub const MOST_SHARDS: u32 = 1_024;

/// So many changes of the layout are remembered.
const MOST_CHANGES: usize = 80;

/// How long Workers of the previous version may run while a deployment rolls out.
pub(super) const ROLLOUT: u64 = 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const REMEMBER: u64 = 72 * HOUR;

    fn event(n: u64) -> EventKey {
        EventKey::new("s", n.to_string().as_bytes())
    }

    fn history(layouts: &[(u32, Option<u64>)]) -> Layouts {
        let mut known = Layouts::default();
        for ((shards, order), since) in layouts.iter().zip((0..).step_by(10 * 3_600_000)) {
            assert!(known.note(Layout::new(*shards, *order), since));
        }
        known
    }

    #[test]
    fn a_shard_asks_only_where_an_id_could_have_been() {
        let (created, grown) = (history(&[(8, None)]), history(&[(8, None), (16, None), (32, None)]));
        for n in 0..500 {
            let at = |shards| Layout::new(shards, None).home(event(n), None);
            let ask = |layouts: &Layouts, home, now| layouts.to_ask((event(n), None), home, None, now, REMEMBER);
            assert!(ask(&created, at(8), 1).is_empty(), "a source that was created so asks nobody");
            let mut expected: Vec<_> = [at(8), at(16)].into_iter().filter(|home| *home != at(32)).collect();
            expected.dedup();
            assert_eq!(ask(&grown, at(32), 21 * HOUR), expected);
            let later = 10 * HOUR + REMEMBER + ROLLOUT;
            let expected: Vec<_> = Some(at(16)).into_iter().filter(|home| *home != at(32)).collect();
            assert_eq!(ask(&grown, at(32), later), expected, "the first ids are forgotten");
        }
        assert!(!grown.forbids(16, 20 * HOUR + ROLLOUT - 1) && grown.forbids(16, 20 * HOUR + ROLLOUT));
        assert!(!grown.forbids(32, 900 * HOUR));
    }

    #[test]
    fn an_ordered_event_is_asked_for_where_its_order_or_its_id_put_it() {
        let (a, b) = (Some(1), Some(2));
        let ask = |layouts: &Layouts, n, lane, order| {
            let home = layouts.current().unwrap().home(event(n), lane);
            (home, layouts.to_ask((event(n), lane), home, order, 21 * HOUR, REMEMBER))
        };
        for n in 0..500 {
            let lane = Some(n << 40);
            let other_than = |home, homes: &[u32]| -> Vec<u32> {
                homes.iter().copied().filter(|earlier| *earlier != home).collect()
            };
            let (home, asked) = ask(&history(&[(8, None), (8, a)]), n, lane, a);
            assert_eq!(asked, other_than(home, &[Layout::new(8, None).home(event(n), None)]), "by id before");
            let (home, asked) = ask(&history(&[(8, a), (16, a)]), n, lane, a);
            assert_eq!(asked, other_than(home, &[Layout::new(8, a).home(event(n), lane)]), "of the same lane before");
            let (home, asked) = ask(&history(&[(8, a), (8, b)]), n, lane, b);
            assert_eq!(asked, other_than(home, &[0, 1, 2, 3, 4, 5, 6, 7]), "anywhere, by another template");
            let (home, asked) = ask(&history(&[(4, a), (4, None)]), n, None, None);
            assert_eq!(asked, other_than(home, &[0, 1, 2, 3]), "the order was removed");
            let (_, asked) = ask(&history(&[(1, a), (1, b)][..1]), n, lane, b);
            assert!(asked.is_empty(), "one shard has all");
        }
    }

    #[test]
    fn what_is_stored_is_read_again_and_what_an_earlier_version_stored() {
        let all = history(&[(1, Some(7)), (8, None), (8, Some(6_699)), (16, Some((1 << 52) - 1))]);
        assert_eq!(all.to_text(), "1@0 8@36000000 8/6699@72000000 16/4503599627370495@108000000");
        assert_eq!(Layouts::parse(&all.to_text()), Some(all));
        assert_eq!(Layouts::parse("1@0 8@36000000"), Some(history(&[(1, None), (8, None)])));
        for damaged in ["8", "8/@1", "8/x@1", "x@1", "8@", "/1@1"] {
            assert_eq!(Layouts::parse(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn raising_the_number_moves_a_lane_only_to_a_new_shard() {
        let mut load = [0_u32; 8];
        for n in 0..8_000_u64 {
            // As receive.rs makes lanes: 52 bits of a hash.
            let lane = Some(seed(event(n)) >> 12);
            let [few, many] = [8, 64].map(|shards| Layout::new(shards, Some(1)).home(event(0), lane));
            assert!(many == few || (8..64).contains(&many));
            load[few as usize] += 1;
        }
        assert!(load.iter().all(|count| (850..1150).contains(count)), "{load:?}");
    }

    #[test]
    fn an_id_moves_only_to_shards_that_are_new() {
        for n in 0..2000 {
            let event = event(n);
            let all = homes(event, 64);
            assert!(all.is_sorted() && all[0] == 0);
            for shards in 1..=64 {
                let homes = homes(event, shards);
                assert!(all.starts_with(&homes));
                assert!(homes.last().is_some_and(|home| *home < shards));
            }
        }
    }

    #[test]
    fn shards_share_the_load() {
        let mut counts = [0_u32; 8];
        for n in 0..8000 {
            let homes = homes(event(n), 8);
            counts[*homes.last().unwrap() as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
