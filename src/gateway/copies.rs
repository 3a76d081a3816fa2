//! What no signature covers of an event decides nothing: neither whether its destination understands it, nor by whose copy came first.
//!
//! Whoever has seen a delivery can send it again with another `content-type`, `content-encoding`, set of header names or list of
//! signatures. So a content coding goes on only if the body begins as it does; and the headers of verified copies that differ in any of
//! this are stored beside each other, and attempts take turns among them.

use std::borrow::Cow;

use serde_json::Value;

use super::forward::Header;
use crate::json::{quoted, value};

/// What came with a body, and the body's first bytes.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// `Content-Type`.
    pub kind: Option<Vec<u8>>,
    /// `Content-Encoding`.
    pub encoding: Option<Vec<u8>>,
    /// The first bytes of the body, where a coding is named: four, or all.
    pub beginning: Vec<u8>,
}

impl Content {
    /// The headers that go on.
    pub(super) fn headers(self) -> impl Iterator<Item = Header> {
        let Self { kind, encoding, beginning } = self;
        let encoding = encoding.filter(|coding| is_coded(coding, &beginning));
        let named = CONTENT.into_iter().zip([kind, encoding]);
        named.filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)))
    }
}

/// The content codings that go on, each with what bodies coded so begin with: `deflate` is zlib's format with a window of 32 KiB.
///
/// `br` is not among them: its bodies begin with anything. Nor are lists of codings, of which only the last could be seen.
pub const CODINGS: [(&str, &[u8]); 7] = [
    ("gzip", &[0x1f, 0x8b]),
    ("x-gzip", &[0x1f, 0x8b]),
    ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
    ("deflate", &[0x78, 0x01]),
    ("deflate", &[0x78, 0x5e]),
    ("deflate", &[0x78, 0x9c]),
    ("deflate", &[0x78, 0xda]),
];

/// The headers that belong to the body.
pub(super) const CONTENT: [&str; 2] = ["content-type", "content-encoding"];

fn is_coded(coding: &[u8], beginning: &[u8]) -> bool {
    let named = |name: &str| name.as_bytes().eq_ignore_ascii_case(coding);
    CODINGS.iter().any(|(name, magic)| named(name) && beginning.starts_with(magic))
}

/// The headers of an event as it is stored: one set, and a few of copies that differ in what no signature covers.
///
/// In JSON, a list of pairs. Those of the copies are in one last element, which versions that know of none pass over.
#[derive(Debug)]
pub struct Copies {
    sets: Vec<Vec<Header>>,
    /// Attempts begun when the last copy was noted: the next one is its turn.
    noted: u32,
}

impl Copies {
    /// Reads what was stored; `None` if that cannot be read, or could not be sent.
    pub fn parse(stored: &str) -> Option<Self> {
        let parsed = value(stored)?;
        let (mut sets, mut noted) = (vec![Vec::new()], 0);
        for element in parsed.as_array()? {
            match element.as_array()?.as_slice() {
                [Value::String(none), attempts, Value::Array(copies)] if none.is_empty() => {
                    noted = attempts.as_u64()?.try_into().ok()?;
                    for copy in copies {
                        sets.push(copy.as_array()?.iter().map(pair).collect::<Option<_>>()?);
                    }
                }
                _ => sets.first_mut()?.push(pair(element)?),
            }
        }
        (!sets.iter().any(Vec::is_empty)).then_some(Self { sets, noted })
    }

    /// The headers for attempt number `attempt` (from 1).
    pub fn of_attempt(mut self, attempt: u32) -> Vec<Header> {
        let last = self.sets.len().saturating_sub(1);
        let turn = attempt.saturating_sub(1).saturating_sub(self.noted);
        let turn = usize::try_from(turn).ok().and_then(|turn| turn.checked_rem(self.sets.len())).unwrap_or_default();
        self.sets.swap_remove(last.saturating_sub(turn))
    }

    /// What to store once a verified copy has come, `attempts` attempts having begun; `None` if there is nothing new in it.
    ///
    /// The first set stays. Of the others, those with the newest signed timestamps do: whoever sends an old delivery again cannot push
    /// out what the sender signed later.
    pub fn noting(stored: &str, copy: &str, attempts: u32) -> Option<String> {
        let mut copies = Self::parse(stored)?;
        let set = Self::parse(copy).filter(|_| copy.len() <= LONGEST)?.sets.swap_remove(0);
        if copies.sets.iter().any(|known| is_alike(known, &set)) {
            return None;
        }
        copies.sets.push(set);
        copies.noted = attempts;
        if copies.sets.len() > MOST {
            let rest = copies.sets.iter().enumerate().skip(1);
            let (oldest, _) = rest.min_by_key(|(place, set)| (timestamp(set), *place))?;
            copies.sets.remove(oldest);
        }
        Some(copies.to_stored())
    }

    fn to_stored(&self) -> String {
        let mut sets = self.sets.iter().map(|set| stored_pairs(set));
        let first = sets.next().unwrap_or_default();
        let others = sets.map(|pairs| ["[", &pairs, "]"].concat()).collect::<Vec<_>>().join(",");
        ["[", &first, ",[\"\",", itoa::Buffer::new().format(self.noted), ",[", &others, "]]]"].concat()
    }
}

/// Pairs of name and value, in JSON, without what encloses them. What of a value is not UTF-8 is replaced.
pub(super) fn stored_pairs(headers: &[Header]) -> String {
    let pair = |(name, value): &Header| ["[", &quoted(name), ",", &quoted(&text(value)), "]"].concat();
    headers.iter().map(pair).collect::<Vec<_>>().join(",")
}

fn pair(element: &Value) -> Option<Header> {
    let [Value::String(name), Value::String(value)] = element.as_array()?.as_slice() else { return None };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
    let is_line = !value.contains(['\r', '\n', '\0']);
    (is_name && is_line).then(|| (Cow::Owned(name.clone()), value.clone().into_bytes()))
}

/// Whether two copies are the same, but for what is signed or follows from that: a retry has another timestamp and other signatures,
/// and as many of them.
fn is_alike(a: &[Header], b: &[Header]) -> bool {
    let same = |((name, one), (other_name, other)): (&Header, &Header)| {
        name == other_name
            && match CONTENT.contains(&name.as_ref()) {
                true => one == other,
                false => !name.ends_with("-signature") || signatures(one) == signatures(other),
            }
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

fn signatures(list: &[u8]) -> usize {
    list.split(|byte| *byte == b' ').count()
}

fn timestamp(set: &[Header]) -> u64 {
    let value = set.iter().find(|(name, _)| name.ends_with("-timestamp")).map(|(_, value)| text(value));
    value.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Sets of headers stored for an event.
const MOST: usize = 4;

/// Bytes of a set that is noted beside the first: many times what a sender sends.
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
            text(&headers.iter().find(|(name, _)| name == "content-type").unwrap().1).into_owned()
        };
        attempts.map(kind).collect()
    }

    #[test]
    fn a_coding_goes_on_only_if_the_body_begins_so() {
        let goes_on = |coding: &str, beginning: &[u8]| {
            let content = Content { kind: None, encoding: Some(coding.into()), beginning: beginning.to_vec() };
            content.headers().count() == 1
        };
        for (coding, magic) in CODINGS {
            assert!(goes_on(coding, magic) && goes_on(&coding.to_uppercase(), magic));
            assert!(!goes_on(coding, b"{\"a\"") && !goes_on(coding, &magic[..1]) && !goes_on(coding, b""));
        }
        for coding in ["br", "identity", "", "gzip, gzip", "gzip;q=1", "x-odd", "compress"] {
            assert!(!goes_on(coding, &[0x1f, 0x8b, 8, 0]), "{coding}");
        }
    }

    #[test]
    fn the_newest_copy_has_the_next_turn_and_then_each_has_one() {
        let first = set("text/html", 5, "v1,a");
        assert_eq!(turns(&first, 1..=2), ["text/html", "text/html"]);
        let both = Copies::noting(&first, &set("application/json", 6, "v1,b"), 3).unwrap();
        assert_eq!(turns(&both, 4..=7), ["application/json", "text/html", "application/json", "text/html"]);
        assert!(value(&both).unwrap().as_array().unwrap().starts_with(value(&first).unwrap().as_array().unwrap()));
    }

    #[test]
    fn a_retry_is_no_news_and_whatever_is_not_signed_is() {
        let stored = set("a/b", 5, "v1,a v1,b");
        assert_eq!(Copies::noting(&stored, &set("a/b", 9, "v1,c v1,d"), 1), None);
        for copy in [
            set("a/c", 5, "v1,a v1,b"),
            set("a/b", 5, "v1,a"),
            set("a/b", 5, "v1,a v1,b v1,c"),
            set("a/b", 5, "v1,a v1,b").replace("webhook-", "svix-"),
            json!([["webhook-timestamp", "5"], ["webhook-signature", "v1,a v1,b"]]).to_string(),
        ] {
            let both = Copies::noting(&stored, &copy, 1).unwrap();
            assert_eq!(Copies::noting(&both, &copy, 1), None);
        }
        let long = format!("x/{}", "y".repeat(LONGEST));
        assert_eq!(Copies::noting(&stored, &set(&long, 5, "v1,a v1,b"), 1), None);
    }

    #[test]
    fn replays_do_not_push_out_the_first_copy_or_what_was_signed_later() {
        let replays = |mut stored: String, count: u32| {
            for n in 0..count {
                stored = Copies::noting(&stored, &set(&format!("x/{n}"), 5, "v1,a"), n).unwrap_or(stored);
            }
            assert!(Copies::parse(&stored).unwrap().sets.len() <= MOST);
            stored
        };
        let genuine = set("application/json", 5, "v1,a");
        assert!(turns(&replays(genuine.clone(), 99), 100..=103).contains(&"application/json".to_owned()));
        let later = set("application/json", 6, "v1,b");
        let stored = Copies::noting(&replays(set("text/html", 5, "v1,a"), 99), &later, 100).unwrap();
        assert!(turns(&replays(stored, 99), 101..=104).contains(&"application/json".to_owned()));
        let stored = Copies::noting(&replays(set("text/html", 5, "v1,a"), 99), &genuine, 100).unwrap();
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
