//! Attempts that may have been under way when an object ended. The numbers of attempts count them, so that no number is used twice.

use super::Cursor;
use crate::inbox::span::Span;

impl Cursor {
    /// How many attempts at an event of the log may have been made. One that was under way when the object ended counts, as it may
    /// have arrived; so the number of an attempt is never that of an earlier one.
    pub fn attempts(&self, number: u64) -> u32 {
        let doubts = self.doubts.count(|span| span.contains(number));
        self.tries(number).saturating_add(doubts).saturating_add(self.replayed_after(number))
    }

    /// How many failed attempts at an event that stays in the log are noted.
    pub(in crate::inbox) fn tries(&self, number: u64) -> u32 {
        self.tried.get(&number).copied().unwrap_or_default()
    }

    /// How many are noted, of all events.
    pub(in crate::inbox) fn all_tries(&self) -> u32 {
        self.tried.values().copied().fold(0, u32::wrapping_add)
    }

    /// The event that stays in the log after the fewest failed attempts, of those that were attempted; the oldest such event.
    pub(in crate::inbox) fn least_tried(&self) -> Option<u64> {
        let open = self.tried.iter().filter(|(number, _)| !self.is_done(**number));
        open.min_by_key(|(_, tries)| **tries).map(|(number, _)| *number)
    }

    /// How many attempts at a waiting event that was due at `due` may have been made and not noted, as the object ended.
    pub fn doubts_since(&self, due: u64) -> u32 {
        self.doubts.count(|doubt| doubt.at >= due)
    }

    /// When the last of the waiting events that may have been under way as the object ended was due.
    pub(in crate::inbox) fn doubted_due(&self) -> u64 {
        self.doubts.last_due()
    }

    /// Whether attempts may have been under way when the object ended.
    pub(in crate::inbox) const fn has_doubts(&self) -> bool {
        !self.doubts.is_empty()
    }

    /// Notes that events are handed out. Whether that is new.
    pub(in crate::inbox) const fn begin(&mut self) -> bool {
        std::mem::replace(&mut self.doubts.is_idle, false)
    }

    /// Notes that waiting events that are due at `due` or before are handed out. Whether that is new.
    pub fn hand_out(&mut self, due: u64) -> bool {
        let is_new = self.handed.is_none_or(|handed| handed < due);
        self.handed = self.handed.max(Some(due));
        is_new
    }

    /// Notes up to which event of the log a destination that gathers events may be handed some; none of another destination, which may be
    /// handed any as it arrives. Whether that is new.
    pub(in crate::inbox) fn gather(&mut self, last: Option<u64>) -> bool {
        let is_new = self.gathered != last;
        self.gathered = last;
        is_new
    }

    /// The first event that a destination gathers, if no attempt is under way or was when the object ended; `next` is the sequence number
    /// of the next event.
    pub(in crate::inbox) fn first_gathered(&self, next: u64) -> Option<u64> {
        let first = self.done.first_missing(1);
        (self.gathered? < first && first < next).then_some(first)
    }

    /// Notes that the object was loaded: what is not done, up to `last`, may have been under way, and waiting events, of which the first is
    /// due at `due`; unless nothing was handed out since it was loaded before. Whether there is such an event.
    pub fn doubt(&mut self, last: u64, due: u64) -> bool {
        let first = self.done.first_missing(1);
        let last = self.gathered.map_or(last, |gathered| last.min(gathered));
        let handed = self.handed.take().filter(|handed| due <= *handed);
        let is_doubtful = first <= last || handed.is_some();
        if is_doubtful && !std::mem::replace(&mut self.doubts.is_idle, true) {
            self.doubts.add(Span { first, last, at: handed.unwrap_or_default() });
        }
        is_doubtful
    }
}

#[cfg(test)]
mod tests {
    use crate::inbox::cursor::tests::finished;

    #[test]
    fn an_attempt_has_a_number_that_no_earlier_one_had() {
        let mut cursor = finished([1, 3]);
        assert_eq!([1, 2, 4].map(|number| cursor.attempts(number)), [0, 0, 0]);
        assert!(cursor.hand_out(10) && !cursor.hand_out(9));
        assert!(cursor.doubt(4, 10));
        cursor.try_again(4);
        assert_eq!([2, 4, 5].map(|number| cursor.attempts(number)), [1, 2, 0]);
        assert_eq!((cursor.doubts_since(10), cursor.doubts_since(11)), (1, 0));
        cursor.finish(2);
        cursor.renew(2, 2, 20);
        assert_eq!((cursor.attempts(2), cursor.renewed_at(2), cursor.is_done(2)), (3, Some(20), false));
        cursor.finish(2);
        cursor.renew(3, 3, 30);
        assert!(cursor.attempts(3) >= 4 && cursor.renewed_at(2).is_none(), "as many as any that is done may have had");
    }

    #[test]
    fn only_what_was_handed_out_is_doubted() {
        assert!(!finished([1, 2]).doubt(2, 10), "nothing was under way");
        let mut cursor = finished([1, 2]);
        cursor.hand_out(10);
        assert!(!cursor.clone().doubt(2, 11), "no waiting event was due");
        assert!(cursor.doubt(2, 10), "a waiting event may have been");
        assert!(!cursor.doubt(2, 10), "but not once more");
    }

    #[test]
    fn what_is_gathered_is_doubted_only_once_it_was_handed_out() {
        let mut cursor = finished([1]);
        assert!(cursor.gather(Some(1)) && !cursor.gather(Some(1)));
        assert_eq!((cursor.first_gathered(4), cursor.first_gathered(2)), (Some(2), None));
        assert!(!cursor.doubt(3, u64::MAX), "nothing was handed out");
        cursor.gather(Some(3));
        assert!(cursor.doubt(4, u64::MAX));
        assert_eq!([2, 3, 4].map(|number| cursor.attempts(number)), [1, 1, 0]);
        assert_eq!(cursor.first_gathered(5), None, "2 and 3 are attempted at once");
        assert!(cursor.doubt(3, u64::MAX));
        assert_eq!(cursor.attempts(2), 1, "nothing was handed out since");
        assert!(cursor.begin() && !cursor.begin());
        cursor.gather(None);
        assert!(cursor.doubt(4, u64::MAX));
        assert_eq!([2, 4].map(|number| cursor.attempts(number)), [2, 1]);
    }
}
