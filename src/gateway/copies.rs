//! The headers of verified copies of one event, as its row holds them.
//!
//! Whoever has seen a delivery can send it again with another `content-type`, set of header names or list of signatures, or with another
//! event type where the sender states it in a header, because no signature covers them. So the copy that came first must not decide. The
//! headers of verified copies that differ in any of these are stored beside each other, and attempts take turns among them.

use serde_json::Value;

use super::content::CONTENT;
use super::header_list::HeaderList;
use crate::json::value;

/// The headers of an event: those of the copy that was stored, and those of a few later copies.
///
/// In JSON, the pairs of the first [`HeaderList`]. The other lists are in one last element, which versions without them skip.
#[derive(Debug)]
pub struct Copies {
    first: HeaderList,
    others: Vec<HeaderList>,
    /// Attempts begun when the last copy was noted: the next one is its turn.
    noted: u32,
}

impl Copies {
    /// Reads what was stored; `None` if it cannot be read, or could not be sent.
    pub fn parse(stored: &str) -> Option<Self> {
        let parsed = value(stored)?;
        let (mut pairs, mut others, mut noted) = (parsed.as_array()?.as_slice(), Vec::new(), 0);
        if let Some((Value::Array(last), rest)) = pairs.split_last()
            && let [Value::String(none), attempts, Value::Array(copies)] = last.as_slice()
            && none.is_empty()
        {
            noted = attempts.as_u64()?.try_into().ok()?;
            others = copies.iter().map(|copy| HeaderList::from_pairs(copy.as_array()?)).collect::<Option<_>>()?;
            pairs = rest;
        }
        Some(Self { first: HeaderList::from_pairs(pairs)?, others, noted })
    }

    /// The headers for attempt number `attempt` (from 1). The newest copy has the next turn.
    pub fn of_attempt(mut self, attempt: u32) -> HeaderList {
        let turn = usize::try_from(attempt.saturating_sub(1).saturating_sub(self.noted)).unwrap_or_default();
        let turns = self.others.len().saturating_add(1);
        let place = self.others.len().checked_sub(turn.checked_rem(turns).unwrap_or_default().saturating_add(1));
        place.map_or(self.first, |place| self.others.swap_remove(place))
    }

    /// [`Copies::of_attempt`] among the copies that are meant for a destination, or among all if none is.
    pub fn of_attempt_for(mut self, attempt: u32, is_meant: impl Fn(&HeaderList) -> bool) -> HeaderList {
        let is_first_meant = is_meant(&self.first);
        if is_first_meant || self.others.iter().any(&is_meant) {
            self.others.retain(is_meant);
            if !is_first_meant {
                self.first = self.others.remove(0);
            }
        }
        self.of_attempt(attempt)
    }

    /// What to store once a verified copy has come, `attempts` attempts having begun; `None` if a known copy is like it. `unsigned` are the
    /// headers that are passed on although nothing signs them.
    ///
    /// The first list stays. Of the others, those with the newest signed timestamps do: whoever sends an old delivery again cannot push
    /// out what the sender signed later.
    pub fn noting(stored: &str, copy: &str, attempts: u32, unsigned: &[&str]) -> Option<String> {
        let mut copies = Self::parse(stored)?;
        let copy = Self::parse(copy).filter(|_| copy.len() <= LONGEST)?.first;
        let is_known = |known: &HeaderList| is_alike(known, &copy, unsigned);
        if is_known(&copies.first) || copies.others.iter().any(is_known) {
            return None;
        }
        copies.others.push(copy);
        copies.noted = attempts;
        if copies.others.len() > MOST {
            let others = copies.others.iter().enumerate();
            let (oldest, _) = others.min_by_key(|(place, copy)| (timestamp(copy), *place))?;
            copies.others.remove(oldest);
        }
        Some(copies.to_json())
    }

    fn to_json(&self) -> String {
        let others = self.others.iter().map(HeaderList::to_json).collect::<Vec<_>>().join(",");
        let noted = itoa::Buffer::new().format(self.noted).to_owned();
        ["[", &self.first.to_pairs(), ",[\"\",", &noted, ",[", &others, "]]]"].concat()
    }
}

/// Whether two copies differ only in what is signed or follows from it: a retry has another timestamp and other signatures, and as many
/// of them.
fn is_alike(a: &HeaderList, b: &HeaderList, unsigned: &[&str]) -> bool {
    let same = |((name, one), (other_name, other)): ((&str, &str), (&str, &str))| {
        name == other_name
            && match CONTENT.contains(&name) || unsigned.contains(&name) {
                true => one == other,
                false => !name.ends_with("-signature") || signatures(one) == signatures(other),
            }
    };
    a.iter().len() == b.iter().len() && a.iter().zip(b.iter()).all(same)
}

fn signatures(list: &str) -> usize {
    list.bytes().filter(|byte| *byte == b' ').count()
}

fn timestamp(copy: &HeaderList) -> u64 {
    let value = copy.iter().find(|(name, _)| name.ends_with("-timestamp")).map(|(_, value)| value);
    value.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// Lists of headers that are stored beside the first.
const MOST: usize = 3;

/// The most bytes of a list that is stored beside the first: many times what a sender sends.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(kind: &str, timestamp: u64, signatures: &str) -> String {
        json!([["content-type", kind], ["webhook-timestamp", timestamp.to_string()], ["webhook-signature", signatures]])
            .to_string()
    }

    /// The content types of some attempts in a row.
    fn turns(stored: &str, attempts: std::ops::RangeInclusive<u32>) -> Vec<String> {
        let kind = |attempt| {
            let headers = Copies::parse(stored).unwrap().of_attempt(attempt);
            headers.iter().find(|(name, _)| *name == "content-type").unwrap().1.to_owned()
        };
        attempts.map(kind).collect()
    }

    #[test]
    fn the_newest_copy_has_the_next_turn_and_then_each_has_one() {
        let first = set("text/html", 5, "v1,a");
        assert_eq!(turns(&first, 1..=2), ["text/html", "text/html"]);
        let both = Copies::noting(&first, &set("application/json", 6, "v1,b"), 3, &[]).unwrap();
        assert_eq!(turns(&both, 4..=7), ["application/json", "text/html", "application/json", "text/html"]);
        assert!(value(&both).unwrap().as_array().unwrap().starts_with(value(&first).unwrap().as_array().unwrap()));
    }

    #[test]
    fn a_retry_is_no_news_and_whatever_is_not_signed_is() {
        let stored = set("a/b", 5, "v1,a v1,b");
        assert_eq!(Copies::noting(&stored, &set("a/b", 9, "v1,c v1,d"), 1, &[]), None);
        for copy in [
            set("a/c", 5, "v1,a v1,b"),
            set("a/b", 5, "v1,a"),
            set("a/b", 5, "v1,a v1,b v1,c"),
            set("a/b", 5, "v1,a v1,b").replace("webhook-", "svix-"),
            json!([["webhook-timestamp", "5"], ["webhook-signature", "v1,a v1,b"]]).to_string(),
        ] {
            let both = Copies::noting(&stored, &copy, 1, &[]).unwrap();
            assert_eq!(Copies::noting(&both, &copy, 1, &[]), None);
        }
        let long = format!("x/{}", "y".repeat(LONGEST));
        assert_eq!(Copies::noting(&stored, &set(&long, 5, "v1,a v1,b"), 1, &[]), None);
    }

    #[test]
    fn a_header_that_nothing_signs_makes_another_copy_and_a_destination_gets_the_one_that_is_for_it() {
        let set = |kind: &str, retry: u32| json!([["x-sig", retry.to_string()], ["x-type", kind]]).to_string();
        let (first, own) = (set("ping", 1), set("push", 2));
        assert_eq!(Copies::noting(&first, &own, 0, &["x-retry"]), None);
        let both = Copies::noting(&first, &own, 0, &["x-type"]).unwrap();
        assert_eq!(Copies::noting(&both, &set("push", 3), 0, &["x-type"]), None, "a retry");
        let kind = |attempt, meant: &'static str| {
            let copies = Copies::parse(&both).unwrap();
            copies.of_attempt_for(attempt, |list| list.get("x-type") == Some(meant)).get("x-type").unwrap().to_owned()
        };
        for attempt in 1..5 {
            assert_eq!([kind(attempt, "push"), kind(attempt, "ping")], ["push", "ping"]);
        }
        assert_eq!([1, 2].map(|attempt| kind(attempt, "other")), ["push", "ping"], "in turn, if none is");
    }

    #[test]
    fn replays_do_not_push_out_the_first_copy_or_what_was_signed_later() {
        let replays = |mut stored: String, count: u32| {
            for n in 0..count {
                stored = Copies::noting(&stored, &set(&format!("x/{n}"), 5, "v1,a"), n, &[]).unwrap_or(stored);
            }
            assert!(Copies::parse(&stored).unwrap().others.len() <= MOST);
            stored
        };
        let genuine = set("application/json", 5, "v1,a");
        assert!(turns(&replays(genuine.clone(), 99), 100..=103).contains(&"application/json".to_owned()));
        let later = set("application/json", 6, "v1,b");
        let stored = Copies::noting(&replays(set("text/html", 5, "v1,a"), 99), &later, 100, &[]).unwrap();
        assert!(turns(&replays(stored, 99), 101..=104).contains(&"application/json".to_owned()));
        let stored = Copies::noting(&replays(set("text/html", 5, "v1,a"), 99), &genuine, 100, &[]).unwrap();
        assert_eq!(turns(&stored, 101..=101), ["application/json"]);
    }

    #[test]
    fn what_could_not_be_sent_cannot_be_read() {
        for damaged in [
            "",
            "[]",
            "{}",
            "null",
            "[1]",
            "[[]]",
            r#"[["a"]]"#,
            r#"[["a",1]]"#,
            r#"[["","b"]]"#,
            r#"[["a:","b"]]"#,
            r#"[["a","b\n"]]"#,
            r#"[["a","b"],["",0]]"#,
            r#"[["a","b"],["",-1,[]]]"#,
            r#"[["a","b"],["",0,[[]]]]"#,
            r#"[["a","b"]"#,
        ] {
            assert!(Copies::parse(damaged).is_none(), "{damaged}");
        }
    }
}
