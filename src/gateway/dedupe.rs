//! Deduplication: which events were seen, and which are in flight.

use crate::crypto::{hex, sha256};
use crate::verify::Verified;

/// The dedupe key of an event: SHA-256 of its source and its verified id.
///
/// It never depends on an unsigned header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventKey([u8; 32]);

impl EventKey {
    /// The key of an event. A source's name has no NUL, so name and id can be told apart.
    pub fn new(source: &str, id: &[u8]) -> Self {
        Self(sha256(&[source.as_bytes(), b"\0", id]))
    }

    /// A key that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, which is the event's key in the inbox.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of 64 hexadecimal digits, as [`EventKey::to_hex`] writes them.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes().as_chunks::<2>().0;
        for (byte, [high, low]) in bytes.iter_mut().zip(digits) {
            let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        (text.len() == 64).then_some(Self(bytes))
    }

    /// 64 hexadecimal digits: the name of the event's dedupe marker in KV, and its `id_hash` in logs.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

/// Whether a dedupe marker of an event was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Delivered before.
    Yes,
    /// Not delivered, as far as is known. This includes a store that did not respond, because events must not wait for it.
    No,
}

/// A verified event that was not seen before.
///
/// [`Verified::admit`] alone makes it, and [`Event::new`](super::forward::Event::new) takes nothing else.
#[derive(Debug)]
pub struct Admitted<'d, B>(Verified<'d, B>);

impl<'d, B> Verified<'d, B> {
    /// Admits the event; `None` if it was seen before.
    pub fn admit(self, seen: Seen) -> Option<Admitted<'d, B>> {
        (seen == Seen::No).then_some(Admitted(self))
    }
}

impl<'d, B> Admitted<'d, B> {
    /// The event that was admitted.
    pub(super) fn into_verified(self) -> Verified<'d, B> {
        self.0
    }
}

/// The events that are in flight, so that concurrent copies of one are held back.
///
/// There are as many as an isolate has requests, so a list is as fast as a tree.
#[derive(Debug, Default)]
pub struct InFlight(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    event: EventKey,
    entered: u64,
    lapses: u64,
}

impl InFlight {
    /// An empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an event until `lapses` (milliseconds of the same clock as `now`); `false` if a copy is in flight.
    ///
    /// An entry from the future has lapsed too: the clock was set back, and the entry would hold copies back for as long.
    pub fn enter(&mut self, event: EventKey, now: u64, lapses: u64) -> bool {
        self.0.retain(|entry| (entry.entered..entry.lapses).contains(&now));
        if self.0.iter().any(|entry| entry.event == event) {
            return false;
        }
        self.0.push(Entry { event, entered: now, lapses });
        true
    }

    /// Removes an event, if its entry is still the one with that end.
    pub fn leave(&mut self, event: EventKey, lapses: u64) {
        self.0.retain(|entry| (entry.event, entry.lapses) != (event, lapses));
    }

    /// Removes an event, whatever its entry; whether there was one.
    pub fn forget(&mut self, event: EventKey) -> bool {
        let before = self.0.len();
        self.0.retain(|entry| entry.event != event);
        self.0.len() < before
    }
}

/// How long an entry outlives the timeout of its delivery.
pub const IN_FLIGHT_SLACK_MS: u64 = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_id_do_not_run_into_each_other() {
        assert_ne!(EventKey::new("a", b"bc"), EventKey::new("ab", b"c"));
        assert_eq!(
            EventKey::new("a", b"b").to_hex(),
            "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138"
        );
    }

    #[test]
    fn a_copy_waits_until_the_first_leaves_or_lapses() {
        let (mut set, event) = (InFlight::new(), EventKey::new("a", b"b"));
        assert!(set.enter(event, 0, 10));
        assert!(!set.enter(event, 9, 20));
        assert!(set.enter(event, 10, 30), "lapsed");
        set.leave(event, 10);
        assert!(!set.enter(event, 11, 40), "the late first one does not end the second's entry");
        set.leave(event, 30);
        assert!(set.enter(event, 12, 50));
        assert!(set.forget(event) && !set.forget(event));
        assert!(set.enter(event, 13, 60), "forgotten");
    }

    #[test]
    fn a_clock_that_is_set_back_holds_no_copy_back() {
        let (mut set, event) = (InFlight::new(), EventKey::new("a", b"b"));
        assert!(set.enter(event, 1_000_000, 1_000_010));
        assert!(set.enter(event, 5, 15));
    }
}
