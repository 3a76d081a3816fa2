//! A JSON object as its members, each left as it was written.
//!
//! `serde_json` takes the last of two members of one name and rounds numbers; what is signed or configured must not depend on
//! either.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of an object, by name; two of one name are an error. What was taken leaves nothing in its place: to remove it would be
/// 3 KB of Wasm.
pub(crate) struct Members<'a>(BTreeMap<Cow<'a, str>, Option<&'a RawValue>>);

impl<'a> Members<'a> {
    /// Reads an object; `None` for anything else.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        serde_json::from_str(std::str::from_utf8(text).ok()?).ok()
    }

    /// The text of a member, as it stands.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.map(RawValue::get)
    }

    /// Takes a member out.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a str> {
        self.0.get_mut(name)?.take().map(RawValue::get)
    }

    /// All members that were not taken, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_ref(), value.as_ref()?.get())))
    }
}

/// Text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    // Text is what JSON can always say.
    serde_json::to_string(text).unwrap_or_default()
}

/// A JSON text as a tree; each further type to read would be a reader more in the Wasm.
pub(crate) fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A JSON text as a string; `None` if it is anything else.
pub(crate) fn string(text: &str) -> Option<String> {
    match value(text)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// A JSON text as a number; `None` if it is anything else, or beyond `f64`.
pub(crate) fn number(text: &str) -> Option<f64> {
    value(text)?.as_f64()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Self)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = BTreeMap<Cow<'de, str>, Option<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            if members.insert(name, Some(value)).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(members)
    }
}

/// `Cow` alone would always be owned.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
