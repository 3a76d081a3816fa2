//! The query of a request: which parameters it may have, and their values.

use super::times::milliseconds;
use crate::gateway::response::Refusal;
use crate::inbox::EventState;
use crate::url::percent_decode;

/// A parameter that a route's query may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// What it means, in one line.
    pub summary: &'static str,
}

/// What the value of a parameter must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// The name of an [`EventState`].
    State,
    /// A whole number from 1 to `most`.
    Count {
        /// The highest number.
        most: u32,
    },
    /// An RFC 3339 time.
    Time,
    /// 64 hexadecimal digits: the `id_hash` of a log record.
    Hash,
    /// A rate such as `50/s`, at most 1,000 a second.
    Rate,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Kind {
    /// Whether a value is of this kind.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::State => EventState::parse(value).is_some(),
            Self::Count { most } => value.parse().is_ok_and(|count: u32| (1..=most).contains(&count)),
            Self::Time => milliseconds(value).is_some(),
            Self::Hash => value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Rate => rate(value).is_some(),
            Self::OneOf(words) => words.contains(&value),
        }
    }
}

/// The events a second of a [`Kind::Rate`].
fn rate(value: &str) -> Option<u32> {
    value.strip_suffix("/s")?.parse().ok().filter(|rate| (1..=1000).contains(rate))
}

/// The parameters of a request, each a value that its route accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads a query as an HTML form encodes it. An empty value, as in `cursor=`, counts as missing where nothing is changed. For a change, it
    /// is refused: who writes `?dry_run` does not want to replay, and a variable that is not set would have `pause?destination=` pause all.
    ///
    /// # Errors
    /// `invalid_query` if the route does not have a parameter, or does not accept its value, or if one occurs twice: one of the two values
    /// would count, and `replay?id=a&id=b` would replay one event.
    pub fn parse(query: &str, parameters: &[Parameter], is_change: bool) -> Result<Self, Refusal> {
        let mut read = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = parameters.iter().find(|parameter| parameter.name == name).ok_or(Refusal::InvalidQuery)?;
            if value.is_empty() {
                if is_change {
                    return Err(Refusal::InvalidQuery);
                }
                continue;
            }
            let value = percent_decode(value.replace('+', " ").as_bytes());
            let value = String::from_utf8(value).map_err(|_| Refusal::InvalidQuery)?;
            let is_repeated = read.iter().any(|(name, _)| *name == known.name);
            if is_repeated || !known.kind.accepts(&value) {
                return Err(Refusal::InvalidQuery);
            }
            read.push((known.name, value));
        }
        Ok(Self(read))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The destination that the request is about; `None`: all.
    pub fn destination(&self) -> Option<&str> {
        self.get("destination")
    }

    /// The state that the request is about.
    pub fn state(&self) -> Option<EventState> {
        self.get("state").and_then(EventState::parse)
    }

    /// The events a second that a parameter allows.
    pub fn rate(&self, name: &str) -> Option<u32> {
        self.get(name).and_then(rate)
    }

    /// The number of a parameter, or another if it is missing.
    pub fn count(&self, name: &str, missing: u32) -> u32 {
        self.get(name).and_then(|value| value.parse().ok()).unwrap_or(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: &[Parameter] = &[
        Parameter { name: "type", kind: Kind::Text, summary: "" },
        Parameter { name: "limit", kind: Kind::Count { most: 200 }, summary: "" },
        Parameter { name: "order", kind: Kind::OneOf(&["new", "old"]), summary: "" },
        Parameter { name: "dry_run", kind: Kind::OneOf(&["true"]), summary: "" },
    ];

    #[test]
    fn kinds_accept_what_they_name() {
        let accepts = |kind: Kind, value: &str| kind.accepts(value);
        assert!(accepts(Kind::Rate, "50/s") && !accepts(Kind::Rate, "0/s") && !accepts(Kind::Rate, "1001/s"));
        assert!(
            !accepts(Kind::Rate, "50") && accepts(Kind::Time, "2026-11-28T18:03:11.204Z") && !accepts(Kind::Time, "1")
        );
        assert!(
            accepts(Kind::Hash, &"aF".repeat(32))
                && !accepts(Kind::Hash, &"a".repeat(63))
                && !accepts(Kind::Hash, &"ü".repeat(32))
        );
    }

    #[test]
    fn values_are_decoded() {
        let query = Query::parse("type=a%26b+c%2B&limit=200&order=", PARAMETERS, false).unwrap();
        assert_eq!((query.get("type"), query.count("limit", 50), query.get("order")), (Some("a&b c+"), 200, None));
        assert_eq!(Query::parse("", PARAMETERS, true).unwrap().count("limit", 50), 50);
    }

    #[test]
    fn unknown_parameters_and_values_are_refused() {
        for query in ["typ=a", "typ=", "limit=0", "limit=201", "limit=1e2", "order=newest", "type=%ff"] {
            assert_eq!(Query::parse(query, PARAMETERS, false), Err(Refusal::InvalidQuery), "{query}");
        }
    }

    #[test]
    fn a_parameter_occurs_once() {
        for query in ["type=a&type=b", "type=a&limit=7&type=a"] {
            for is_change in [false, true] {
                assert_eq!(Query::parse(query, PARAMETERS, is_change), Err(Refusal::InvalidQuery), "{query}");
            }
        }
    }

    #[test]
    fn a_change_has_no_empty_value() {
        for query in ["dry_run", "dry_run=", "type=", "type=a&limit="] {
            assert_eq!(Query::parse(query, PARAMETERS, true), Err(Refusal::InvalidQuery), "{query}");
            assert!(Query::parse(query, PARAMETERS, false).is_ok(), "{query}");
        }
    }
}
