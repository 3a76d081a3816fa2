//! One list of what several shards hold, in the order of time.
//!
//! Each shard lists its own events in the order in which it stored them. A merge asks only shards that may have the next event: it
//! knows how far each of them is, and when the event that a shard goes on with was received.

use std::collections::VecDeque;

use serde_json::Value;

use super::places::{pulled, push};

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest event first.
    New,
    /// The oldest event first.
    Old,
}

/// An event as a shard lists it: its number there, when it was received, and a row for each destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number in the shard.
    pub number: u64,
    /// When it was received, in milliseconds since 1970.
    pub at: u64,
    /// Its rows.
    pub rows: Vec<Value>,
}

/// What one shard says of the list from a place on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Events, in the list's order.
    pub events: Vec<Listed>,
    /// The number and the time of the last event that was looked at; `None` if there is no other.
    pub next: Option<(u64, u64)>,
}

/// A list of several shards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    order: Order,
    heads: Vec<Head>,
}

/// How far one shard is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    shard: u32,
    /// The number of the last event that was taken or looked at in vain; `None` before the first.
    after: Option<u64>,
    /// When that was received: what follows comes no earlier in the list. `None` before the first.
    at: Option<u64>,
    read: VecDeque<Listed>,
    /// Where to go on behind what was read; `None` if there is no more.
    next: Option<(u64, u64)>,
}

impl Merge {
    /// A list of these shards from its beginning.
    pub fn new(order: Order, shards: impl IntoIterator<Item = u32>) -> Self {
        let head = |shard| Head { shard, after: None, at: None, read: VecDeque::new(), next: Some((0, 0)) };
        Self { order, heads: shards.into_iter().map(head).collect() }
    }

    /// The shards to ask before the next event can be taken, each with the number behind which it goes on.
    pub fn to_ask(&self) -> Vec<(u32, Option<u64>)> {
        let first = self.heads.iter().filter_map(|head| head.read.front()).map(|event| event.at);
        let first = match self.order {
            Order::New => first.max(),
            Order::Old => first.min(),
        };
        let may_be_next = |head: &&Head| match (first, head.at) {
            (Some(first), Some(at)) if self.order == Order::New => at >= first,
            (Some(first), Some(at)) => at <= first,
            _ => true,
        };
        let open = self.heads.iter().filter(|head| head.read.is_empty() && head.next.is_some());
        open.filter(may_be_next).map(|head| (head.shard, head.after)).collect()
    }

    /// Takes what a shard answers.
    pub fn give(&mut self, shard: u32, part: Part) {
        let Some(head) = self.heads.iter_mut().find(|head| head.shard == shard) else { return };
        head.next = part.next;
        head.read = part.events.into();
        if let Some(first) = head.read.front().filter(|_| head.after.is_none()) {
            // What comes later than this page is none of the next one's.
            let after = match self.order {
                Order::New => first.number.saturating_add(1),
                Order::Old => first.number.saturating_sub(1),
            };
            (head.after, head.at) = (Some(after), Some(first.at));
        }
        if head.read.is_empty()
            && let Some((number, at)) = part.next
        {
            (head.after, head.at) = (Some(number), Some(at));
        }
    }

    /// Takes the next event. The shards that [`Merge::to_ask`] names must have answered.
    pub fn take(&mut self) -> Option<Listed> {
        let order = self.order;
        let rank = |head: &Head| {
            let at = head.read.front().map_or(0, |event| event.at);
            // Of the same time, the lower shard is first.
            (if order == Order::New { u64::MAX.saturating_sub(at) } else { at }, head.shard)
        };
        let head = self.heads.iter_mut().filter(|head| !head.read.is_empty()).min_by_key(|head| rank(head))?;
        let event = head.read.pop_front()?;
        (head.after, head.at) = (Some(event.number), Some(event.at));
        if head.read.is_empty()
            && let Some((number, at)) = head.next
        {
            (head.after, head.at) = (Some(number), Some(at));
        }
        Some(event)
    }

    /// Whether the list is over.
    pub fn is_over(&self) -> bool {
        self.heads.iter().all(|head| head.read.is_empty() && head.next.is_none())
    }

    /// A text that leads to what was not taken yet; `None` at the end of the list.
    pub fn cursor(&self) -> Option<String> {
        if self.is_over() {
            return None;
        }
        let mut text = if self.order == Order::New { "n" } else { "o" }.to_owned();
        for head in self.heads.iter().filter(|head| !head.read.is_empty() || head.next.is_some()) {
            push(&mut text, u64::from(head.shard));
            // Both are 0 before the first event.
            push(&mut text, head.after.map_or(0, |after| after.saturating_add(1)));
            push(&mut text, head.at.map_or(0, |at| at.saturating_add(1)));
        }
        Some(text)
    }

    /// The list of these shards from a place on; `None` if the cursor is of another list. A shard that a cursor names comes into being when it
    /// is asked, so none counts but those that are there, and each once.
    pub fn at(cursor: &str, order: Order, shards: &[u32]) -> Option<Self> {
        let text = cursor.strip_prefix(if order == Order::New { 'n' } else { 'o' })?;
        let numbers = pulled(text)?;
        let head = |part: &[u64]| match *part {
            [shard, after, at] => Some(Head {
                shard: shard.try_into().ok()?,
                after: after.checked_sub(1),
                at: at.checked_sub(1),
                read: VecDeque::new(),
                next: Some((0, 0)),
            }),
            _ => None,
        };
        let heads = numbers.chunks(3).map(head).collect::<Option<Vec<_>>>()?;
        let mut left = shards.to_vec();
        let is_known = |head: &Head| {
            let place = left.iter().position(|shard| *shard == head.shard);
            place.map(|place| left.swap_remove(place)).is_some()
        };
        heads.iter().all(is_known).then_some(Self { order, heads })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A shard with events at these times, of which it answers so many at once, and looks at so many.
    fn answer(times: &[u64], order: Order, after: Option<u64>, most: usize) -> Part {
        let mut all: Vec<_> =
            times.iter().enumerate().map(|(place, at)| ((place as u64).saturating_add(1), *at)).collect();
        if order == Order::New {
            all.reverse();
            all.retain(|(number, _)| after.is_none_or(|after| *number < after));
        } else {
            all.retain(|(number, _)| after.is_none_or(|after| *number > after));
        }
        let next = all.get(most).and(all.get(most.saturating_sub(1))).copied();
        all.truncate(most);
        // Every third is looked at in vain.
        let found = all.iter().filter(|(number, _)| number % 3 > 0);
        let events = found.map(|(number, at)| Listed { number: *number, at: *at, rows: Vec::new() }).collect();
        Part { events, next }
    }

    proptest! {
        /// By pages of any size, each event comes once, and in the order of time.
        #[test]
        fn shards_make_one_list(
            mut shards in proptest::collection::vec(proptest::collection::vec(0_u64..50, 0..30), 1..5),
            pages in proptest::collection::vec(1_usize..9, 1..4),
            is_new in any::<bool>(),
        ) {
            shards.iter_mut().for_each(|times| times.sort_unstable());
            let order = if is_new { Order::New } else { Order::Old };
            let mut merge = Merge::new(order, 0..shards.len() as u32);
            let mut seen = Vec::new();
            for page in pages.iter().cycle().take(1000) {
                let mut left = *page;
                while left > 0 && !merge.is_over() {
                    let asked = merge.to_ask();
                    if asked.is_empty() {
                        left = left.saturating_sub(1);
                        seen.extend(merge.take().map(|event| event.at));
                    }
                    for (shard, after) in asked {
                        merge.give(shard, answer(&shards[shard as usize], order, after, *page));
                    }
                }
                let Some(cursor) = merge.cursor() else { break };
                merge = Merge::at(&cursor, order, &(0..shards.len() as u32).collect::<Vec<_>>()).unwrap();
            }
            let found = |times: &Vec<u64>| times.iter().enumerate().filter(|(place, _)| place % 3 != 2).map(|(_, at)| *at).collect::<Vec<_>>();
            let mut expected: Vec<_> = shards.iter().flat_map(found).collect();
            expected.sort_unstable();
            if is_new {
                expected.reverse();
            }
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Merge::at(&text, Order::New, &[0]);
        }
    }

    #[test]
    fn a_cursor_leads_to_no_shard_that_is_not_there() {
        let cursor = |shards: &[u32]| Merge::new(Order::New, shards.iter().copied()).cursor().unwrap();
        let reads = |shards: &[u32]| Merge::at(&cursor(shards), Order::New, &[0, 1, 2]).is_some();
        assert!(reads(&[0, 1, 2]) && reads(&[2, 0]) && reads(&[1]));
        assert!(!reads(&[3]) && !reads(&[0, u32::MAX]), "asking it would create it");
        assert!(!reads(&[1, 1]), "the second would be asked for ever");
    }

    #[test]
    fn only_shards_that_may_have_the_next_event_are_asked() {
        let mut merge = Merge::new(Order::New, 0..3);
        assert_eq!(merge.to_ask(), [(0, None), (1, None), (2, None)]);
        let event = |number, at| Listed { number, at, rows: Vec::new() };
        merge.give(0, Part { events: vec![event(9, 90), event(8, 80)], next: Some((8, 80)) });
        merge.give(1, Part { events: Vec::new(), next: Some((5, 50)) });
        merge.give(2, Part::default());
        let untouched = Merge::at(&merge.cursor().unwrap(), Order::New, &[0, 1, 2]).unwrap();
        assert_eq!(
            untouched.to_ask(),
            [(0, Some(10)), (1, Some(5))],
            "what the first shard stores meanwhile is left out"
        );
        assert_eq!(merge.to_ask(), [], "the second has nothing newer than 50");
        assert_eq!(merge.take().map(|event| event.number), Some(9));
        assert_eq!(merge.take().map(|event| event.number), Some(8));
        assert_eq!(merge.to_ask(), [(0, Some(8)), (1, Some(5))]);
    }
}
