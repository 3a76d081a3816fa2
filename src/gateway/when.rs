//! The filter of a destination: which events it gets.

use crate::json::{Pointer, Scalar, Sought, find, string};

/// Conditions, all of which an event must meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    conditions: Vec<Condition>,
    /// The pointers of the conditions on values, in the same order.
    pointers: Vec<Pointer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    /// One of the patterns matches the type.
    Type(Vec<Box<str>>),
    /// The value at a pointer passes a test.
    Value { pointer: Box<str>, test: Test },
}

/// What the value at a pointer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// One of these.
    OneOf(Vec<Scalar>),
    /// A string that begins with this text.
    Begins(Box<str>),
}

/// The name of a condition on the type.
const TYPE: &str = "type";

impl When {
    /// The most conditions of one destination.
    pub const MOST: usize = 16;

    /// Adds a condition on the type: one of these patterns must match it. A pattern is a type, or its beginning and `*`.
    ///
    /// `None`, and nothing is added, if there is no pattern, if one is empty, or has `*` before its end.
    #[must_use]
    pub fn and_type<'p>(mut self, patterns: impl Iterator<Item = &'p str>) -> Option<Self> {
        let patterns: Vec<Box<str>> = patterns.map(Into::into).collect();
        let is_pattern = |text: &str| !text.is_empty() && !text.strip_suffix('*').unwrap_or(text).contains('*');
        let is_good = !patterns.is_empty() && patterns.iter().all(|text| is_pattern(text));
        self.conditions.push(Condition::Type(patterns));
        is_good.then_some(self)
    }

    /// Adds a condition on the value at a JSON pointer (RFC 6901).
    ///
    /// `None`, and nothing is added, if the pointer is none, is empty, or has more than 16 tokens.
    #[must_use]
    pub fn and_value(mut self, pointer: &str, test: Test) -> Option<Self> {
        self.pointers.push(Pointer::parse(pointer)?);
        self.conditions.push(Condition::Value { pointer: pointer.into(), test });
        Some(self)
    }

    /// How many conditions there are.
    pub fn len(&self) -> usize {
        self.conditions.len()
    }

    /// Whether every event passes.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether a condition is on the type.
    pub fn is_on_type(&self) -> bool {
        self.conditions.iter().any(|condition| matches!(condition, Condition::Type(_)))
    }

    /// Whether the conditions on the type accept this one.
    pub fn accepts_type(&self, event_type: Option<&str>) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::Type(patterns) => event_type.is_some_and(|one| is_of(one, patterns)),
            Condition::Value { .. } => true,
        })
    }

    /// Checks an event by the type it states and its JSON: the body, or the claims of a token.
    ///
    /// JSON is read once, and only if a condition needs it and the type passes. An event whose body is not JSON, or has no value at a
    /// pointer, does not pass. Of several members of one name, the last counts, as for the parsers of most languages. Numbers are compared
    /// exactly, as they were written: `1`, `1.0` and `10e-1` are equal, two large integers only if all their digits are. A string with half
    /// of a surrogate pair is equal to none.
    ///
    /// # Errors
    /// The name of the first condition that the event does not meet, those on the type first: `type`, or the pointer.
    pub fn check(&self, event_type: Option<&str>, json: &[u8]) -> Result<(), &str> {
        if !self.accepts_type(event_type) {
            return Err(TYPE);
        }
        let mut sought: Vec<_> = self.pointers.iter().map(Sought::new).collect();
        let is_json = sought.is_empty() || find(json, &mut sought).is_some();
        let tests = self.conditions.iter().filter_map(|condition| match condition {
            Condition::Value { pointer, test } => Some((pointer, test)),
            Condition::Type(_) => None,
        });
        for ((pointer, test), sought) in tests.zip(&sought) {
            if !sought.found().filter(|_| is_json).is_some_and(|value| test.passes(value)) {
                return Err(pointer);
            }
        }
        Ok(())
    }
}

impl Test {
    /// Whether a value, as it was written, passes.
    fn passes(&self, value: &str) -> bool {
        match self {
            Self::OneOf(all) => Scalar::read(value).is_some_and(|value| all.contains(&value)),
            Self::Begins(text) => string(value).is_some_and(|value| value.starts_with(&**text)),
        }
    }
}

fn is_of(event_type: &str, patterns: &[Box<str>]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => event_type.starts_with(beginning),
        None => event_type == &**pattern,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn scalars(all: &[&str]) -> Test {
        Test::OneOf(all.iter().map(|json| Scalar::parse(json).unwrap()).collect())
    }

    fn at(pointer: &str, test: Test) -> When {
        When::default().and_value(pointer, test).unwrap()
    }

    #[track_caller]
    fn assert_equal(body: &str, expected: &str, is_equal: bool) {
        let checked = at("/v", scalars(&[expected]));
        assert_eq!(checked.check(None, format!("{{\"v\":{body}}}").as_bytes()).is_ok(), is_equal, "{body} {expected}");
    }

    #[test]
    fn a_type_is_exact_or_begins() {
        let of = |patterns: &[&str], name| {
            When::default().and_type(patterns.iter().copied()).unwrap().check(Some(name), b"").is_ok()
        };
        assert!(of(&["invoice.*", "charge.refunded"], "invoice.paid") && of(&["invoice.*"], "invoice."));
        assert!(of(&["invoice.*", "charge.refunded"], "charge.refunded") && of(&["*"], "x"));
        assert!(!of(&["invoice.*"], "invoice") && !of(&["invoice"], "invoice.paid") && !of(&["a"], "A"));
        let any = When::default().and_type(["*"].into_iter()).unwrap();
        assert_eq!(any.check(None, br#"{"type":"a"}"#), Err("type"), "an event that states no type is of none");
        for patterns in [&[][..], &["a", ""], &["in*voice"], &["*.paid"], &["**"]] {
            assert_eq!(When::default().and_type(patterns.iter().copied()), None, "{patterns:?}");
        }
    }

    #[test]
    fn all_conditions_must_hold_and_the_first_that_does_not_is_named() {
        let when =
            at("/data/livemode", scalars(&["true"])).and_value("/data/region", Test::Begins("eu-".into())).unwrap();
        let when = when.and_type(["a.*"].into_iter()).unwrap();
        let check = |name, body: Value| when.check(name, body.to_string().as_bytes()).map_err(str::to_owned);
        let body = |livemode, region| json!({ "data": { "livemode": livemode, "region": region } });
        assert_eq!(check(Some("a.b"), body(true, "eu-west")), Ok(()));
        assert_eq!(check(Some("b"), body(false, "us")), Err("type".to_owned()));
        assert_eq!(check(Some("a.b"), body(false, "us")), Err("/data/livemode".to_owned()));
        assert_eq!(check(Some("a.b"), body(true, "us")), Err("/data/region".to_owned()));
        assert_eq!(check(Some("a.b"), json!([])), Err("/data/livemode".to_owned()));
        for body in [&b"no JSON"[..], b"", b"{\"data\":{\"livemode\":true,\"region\":\"eu-\"}} x", b"{\"\xff\":1}"] {
            assert_eq!(when.check(Some("a."), body), Err("/data/livemode"));
        }
        assert_eq!(When::default().check(None, b""), Ok(()));
    }

    #[test]
    fn strings_are_equal_if_their_characters_are() {
        assert_equal(r#""\u00e9\/""#, r#""é/""#, true);
        assert_equal(r#""e\u0301""#, r#""é""#, false);
        assert_equal(r#""\ud83d\ude00""#, r#""😀""#, true);
        assert_equal(r#""\ud83d""#, r#""?""#, false);
        assert_equal("null", "null", true);
        assert_equal("\"null\"", "null", false);
        let begins = at("/v", Test::Begins("é".into()));
        assert_eq!(begins.check(None, br#"{"v":"\u00e9a"}"#), Ok(()));
        for body in [r#"{"v":"e"}"#, r#"{"v":["é"]}"#, r#"{"v":1}"#, r#"{"v":"é\ud800"}"#, r#"{"w":"é"}"#] {
            assert_eq!(begins.check(None, body.as_bytes()), Err("/v"), "{body}");
        }
    }

    #[test]
    fn of_two_members_of_one_name_the_last_counts() {
        let when = at("/a", scalars(&["2", "3"]));
        assert_eq!(when.check(None, br#"{"a":1,"\u0061":2}"#), Ok(()));
        assert_eq!(when.check(None, br#"{"a":2,"a":1}"#), Err("/a"));
    }

    /// Trees of few names, so that pointers lead somewhere.
    fn trees() -> impl Strategy<Value = Value> {
        leaves().prop_recursive(3, 20, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab]", inner, 0..3)
                    .prop_map(|all| Value::Object(all.into_iter().collect())),
            ]
        })
    }

    fn leaves() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            (-3_i64..4).prop_map(Value::from),
            (-3_i32..4).prop_map(|number| Value::from(f64::from(number) / 2.0)),
            "[ab]{0,3}".prop_map(Value::from),
        ]
    }

    /// One condition: a pointer, and the scalars or the beginning.
    type Asked = (String, Result<Vec<Value>, String>);

    fn asked() -> impl Strategy<Value = Asked> {
        let test = prop_oneof![prop::collection::vec(leaves(), 1..4).prop_map(Ok), "[ab]{0,2}".prop_map(Err)];
        ("(/[ab01]){1,3}", test)
    }

    /// What a condition means, over a tree.
    fn holds((pointer, test): &Asked, tree: &Value) -> bool {
        let is_same = |one: &Value, other: &Value| match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON,
            _ => one == other,
        };
        tree.pointer(pointer).is_some_and(|value| match test {
            Ok(all) => all.iter().any(|one| is_same(one, value)),
            Err(beginning) => value.as_str().is_some_and(|text| text.starts_with(beginning)),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn a_plain_evaluator_decides_the_same(tree in trees(), asked in prop::collection::vec(asked(), 1..4)) {
            let when = asked.iter().fold(When::default(), |when, (pointer, test)| {
                let test = match test {
                    Ok(all) => Test::OneOf(all.iter().map(|one| Scalar::parse(&one.to_string()).unwrap()).collect()),
                    Err(beginning) => Test::Begins(beginning.as_str().into()),
                };
                when.and_value(pointer, test).unwrap()
            });
            let expected = asked.iter().find(|one| !holds(one, &tree)).map_or(Ok(()), |(pointer, _)| Err(pointer.as_str()));
            for text in [tree.to_string(), serde_json::to_string_pretty(&tree).unwrap()] {
                prop_assert_eq!(when.check(None, text.as_bytes()), expected, "{}", text);
            }
        }
    }
}
