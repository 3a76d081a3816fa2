//! How far a destination is with the log: which events are finished there, without a row for each.

mod attempts;
mod conditions;
mod doubts;
mod origin;
mod stored;

use std::collections::BTreeMap;

use super::fence::Fence;
use super::given_up::{Dead, GivenUp};
use super::passed::Passed;
use super::ranges::Ranges;
use super::span::Span;

/// What became of the events of a log at one destination: everything that is not the first attempt of an event that succeeds is an
/// exception, and noted as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// What needs no attempt from the log: delivered, given up, or moved to the waiting events.
    done: Ranges,
    /// What was given up while the destination was broken. It is done, too.
    dead: GivenUp,
    /// What was replayed and is not done, when, and how many attempts there may have been before.
    renewed: Vec<(Span, u32)>,
    /// What is for the destination whatever its conditions say, until something becomes of it: an operator named the destination for it.
    named: Ranges,
    /// Failed attempts at events that stay in the log: probes, and attempts that nobody reported.
    tried: BTreeMap<u64, u32>,
    /// What could have been under way when the object ended.
    doubts: doubts::Doubts,
    /// Waiting events that are due later were not handed out since the object was loaded.
    handed: Option<u64>,
    /// Of a destination that gathers events: later ones of the log were not handed out. None of another destination.
    gathered: Option<u64>,
    /// The most attempts at an event that is done, or none as many.
    most: u32,
    /// The first event that the destination was there for. Those before are done, too.
    from: u64,
    /// Events before that number were stored before the destination was there, which was at that time, and are for it all the same.
    offered: Option<(u64, u64)>,
    /// How many events were passed by, as they are not for the destination. They are done, too.
    passed: Passed,
    /// Of an ordered source, what may be under way after a restart.
    pub(super) fence: Fence,
    /// What is stored of the pace.
    pub(super) pace: u64,
    /// When it was last written, in milliseconds since 1970.
    written_at: u64,
}

impl Cursor {
    /// What needs no attempt from the log.
    pub const fn done(&self) -> &Ranges {
        &self.done
    }

    /// Whether an event of the log needs no attempt.
    pub fn is_done(&self, number: u64) -> bool {
        self.done.contains(number)
    }

    /// When an event was given up, if it was as part of a range.
    pub fn died_at(&self, number: u64) -> Option<u64> {
        self.dead.died_at(number)
    }

    /// When something last became of an event.
    pub const fn written_at(&self) -> u64 {
        self.written_at
    }

    /// Notes that it is written now.
    pub const fn touch(&mut self, now: u64) {
        self.written_at = now;
    }

    /// The ranges that were given up.
    pub fn dead(&self) -> &[Dead] {
        self.dead.ranges()
    }

    /// When an event was last replayed.
    pub fn renewed_at(&self, number: u64) -> Option<u64> {
        self.renewed.iter().filter(|(span, _)| span.contains(number)).map(|(span, _)| span.at).max()
    }

    /// How many ranges of replayed events are not done.
    pub const fn renewed(&self) -> usize {
        self.renewed.len()
    }

    /// How many attempts at an event there may have been before it was last replayed; 0 if it was not.
    pub fn replayed_after(&self, number: u64) -> u32 {
        let own = self.renewed.iter().filter(|(span, _)| span.contains(number));
        own.map(|(_, before)| *before).max().unwrap_or_default()
    }

    /// The most attempts at an event that is done.
    pub const fn most_attempts(&self) -> u32 {
        self.most
    }

    /// Notes that nothing before an event needs an attempt from the log.
    pub fn skip_before(&mut self, first: u64) {
        self.done.insert(1, first.saturating_sub(1));
    }

    /// Notes that events need no attempt from the log.
    pub(super) fn skip(&mut self, events: &Ranges) {
        events.iter().for_each(|(first, last)| self.done.insert(first, last));
    }

    /// Notes how many attempts there were at an event of which no number is kept any more. Whether that is new.
    pub fn note_attempts(&mut self, attempts: u32) -> bool {
        let is_new = self.most < attempts;
        self.most = self.most.max(attempts);
        is_new
    }

    /// Notes that an event needs no more attempts from the log.
    pub fn finish(&mut self, number: u64) {
        self.note_attempts(self.attempts(number).saturating_add(1));
        self.done.insert(number, number);
        self.tried.remove(&number);
    }

    /// Notes a failed attempt at an event that stays in the log.
    pub fn try_again(&mut self, number: u64) {
        let count = self.tried.entry(number).or_default();
        *count = count.saturating_add(1);
    }

    /// What was replayed after a time.
    pub fn renewed_after(&self, at: u64) -> Ranges {
        let mut renewed = Ranges::default();
        let spans = self.renewed.iter().map(|(span, _)| span).filter(|span| span.at > at);
        spans.for_each(|span| renewed.insert(span.first, span.last));
        renewed
    }

    /// Gives up all that is not done up to `last`, but for what is `kept`, and what is `filtered`, which is passed by; how many.
    pub fn give_up(&mut self, last: u64, kept: &Ranges, filtered: &[u64], at: u64) -> u64 {
        let mut given_up = 0_u64;
        let mut open = self.done.clone();
        kept.iter().for_each(|(first, last)| open.insert(first, last));
        let mut first = open.first_missing(1);
        // The first is the oldest, and the object may have ended most often during its attempts.
        let often = self.tried.keys().chain(self.renewed.iter().map(|(span, _)| &span.first)).copied().chain([first]);
        let most = often.filter(|number| *number <= last).map(|number| self.attempts(number)).max();
        self.note_attempts(most.unwrap_or_default().saturating_add(1));
        while first <= last {
            let next_done = open.iter().map(|(start, _)| start).find(|start| *start > first);
            let end = last.min(next_done.map_or(last, |start| start.saturating_sub(1)));
            let own = filtered.iter().filter(|number| (first..=end).contains(number));
            // One by one, they would make a range of every other event.
            let own = own.inspect(|number| self.passed.add(**number)).count() as u64;
            let dead = Dead { span: Span { first, last: end, at }, filtered: own };
            self.dead.add(dead);
            self.done.insert(first, end);
            given_up = given_up.saturating_add(dead.count(first));
            first = open.first_missing(end.saturating_add(1));
        }
        self.tried.retain(|tried, _| !self.done.contains(*tried));
        given_up
    }

    /// Gives up one event.
    pub fn bury(&mut self, number: u64, at: u64) {
        self.finish(number);
        self.dead.add_one(number, at);
    }

    /// The range that was given up with an event, if others were given up with it of which some are not for the destination.
    pub(super) fn dead_around(&self, number: u64) -> Option<Span> {
        self.dead
            .around(number)
            .filter(|dead| dead.filtered > 0 && dead.span.first < dead.span.last)
            .map(|dead| dead.span)
    }

    /// Takes the range apart that was given up with an event: see [`Dead::split`].
    pub(super) fn split_dead(&mut self, number: u64, filtered: (u64, bool)) {
        self.dead.split(number, filtered);
    }

    /// Notes that an event is removed.
    pub fn forget(&mut self, number: u64) {
        self.finish(number);
        self.unname(number, number);
        self.revive(number, number);
    }

    /// Has events attempted again.
    pub fn renew(&mut self, first: u64, last: u64, at: u64) {
        self.done.remove(first, last);
        self.revive(first, last);
        self.forget_renewed();
        self.renewed.push((Span { first, last, at }, self.most));
    }

    /// Has events that are not done attempted for as long as if they were replayed. What comes of an earlier attempt still counts.
    pub(super) fn prolong(&mut self, first: u64, last: u64, at: u64) {
        let goes_on =
            |span: &Span| span.last.saturating_add(1) == first && at.saturating_sub(span.at) < MOST_BETWEEN_STEPS;
        let before = self.renewed.last().filter(|(span, before)| *before == 0 && goes_on(span));
        let own = Span { first: before.map_or(first, |(span, _)| span.first), last, at };
        self.renewed.retain(|(span, before)| *before > 0 || span.first < own.first || span.last > own.last);
        self.renewed.push((own, 0));
    }

    /// Takes events out of what was given up; they are done all the same. A range of which some are not for the destination has to be
    /// taken apart before.
    pub fn revive(&mut self, first: u64, last: u64) {
        self.dead.remove(first, last);
    }

    /// Forgets what concerns only events before `first`, of which nothing is stored any more, or before `ids`, whose ids are not
    /// remembered; and doubts that no waiting event was due before.
    pub fn forget_before(&mut self, first: u64, ids: u64, oldest_due: Option<u64>) {
        self.passed.forget_before(ids);
        if first > 1 {
            self.done.insert(1, first.saturating_sub(1));
        }
        self.dead.forget_before(first);
        self.forget_renewed();
        self.doubts.forget(self.done.through(), oldest_due);
    }

    /// What is done again was counted when it was.
    fn forget_renewed(&mut self) {
        self.renewed.retain(|(span, _)| self.done.first_missing(span.first) <= span.last);
    }
}

/// What is replayed step by step makes one range if the steps follow each other so soon, in milliseconds.
const MOST_BETWEEN_STEPS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    pub(super) fn finished(numbers: impl IntoIterator<Item = u64>) -> Cursor {
        let mut cursor = Cursor::default();
        numbers.into_iter().for_each(|number| cursor.finish(number));
        cursor
    }

    #[test]
    fn what_is_given_up_is_known_by_ranges_and_can_be_taken_back() {
        let mut cursor = finished([1, 4, 9]);
        let mut kept = Ranges::default();
        kept.insert(3, 5);
        assert_eq!(cursor.clone().give_up(7, &kept, &[], 50), 3);
        assert_eq!(cursor.give_up(7, &Ranges::default(), &[], 50), 5);
        let dead: Vec<_> = (1..=9).filter(|number| cursor.died_at(*number).is_some()).collect();
        assert_eq!(dead, [2, 3, 5, 6, 7]);
        assert_eq!(cursor.done().first_missing(1), 8);
        cursor.renew(6, 6, 60);
        let dead: Vec<_> = (1..=9).filter(|number| cursor.died_at(*number) == Some(50)).collect();
        assert_eq!(dead, [2, 3, 5, 7]);
        assert_eq!(cursor.done().first_missing(1), 6);
    }

    #[test]
    fn it_forgets_what_is_gone_and_is_stored_whole() {
        let mut cursor = finished([1, 2, 3, 9]);
        cursor.doubt(9, 5);
        cursor.hand_out(7);
        cursor.gather(Some(8));
        cursor.try_again(4);
        cursor.give_up(5, &Ranges::default(), &[], 50);
        cursor.renew(2, 2, 60);
        cursor.forget(3);
        cursor.offer_before(8, 70);
        assert_eq!([7, 8].map(|number| cursor.offered_at(number, 20)), [70, 20]);
        assert_eq!(Cursor::from_json(&cursor.to_json()), Some(cursor.clone()));
        assert_eq!(Cursor::from_json(&json!({ "done": [] })), None);
        cursor.forget_before(9, 9, None);
        assert_eq!((cursor.dead(), cursor.renewed_at(2), cursor.is_done(2)), (&[] as &[Dead], None, true));
        assert_eq!((cursor.done().through(), cursor.attempts(6)), (9, 0));
    }
}
