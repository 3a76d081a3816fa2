//! The headers of a request to a destination, and their one form as text.

use std::borrow::Cow;

use serde_json::Value;

use crate::delivery::Headers;
use crate::json::quote;

/// Names and values of headers, in the order in which they are sent.
///
/// Values are text, because workerd reads and writes header values as UTF-8. Bytes that are not UTF-8 are replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderList(Vec<(Cow<'static, str>, String)>);

impl HeaderList {
    /// Appends a header.
    pub(super) fn push(&mut self, name: &'static str, value: &[u8]) {
        self.0.push((Cow::Borrowed(name), String::from_utf8_lossy(value).into_owned()));
    }

    /// Appends the headers of those names that a delivery has.
    pub(super) fn push_present(&mut self, names: impl Iterator<Item = &'static str>, headers: &Headers<'_>) {
        for name in names {
            if let Some(value) = headers.get(name) {
                self.push(name, value);
            }
        }
    }

    /// The value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The headers, each a name and a value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// Keeps the headers whose names satisfy a condition.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }

    /// A JSON object: once parsed, what `fetch` takes. (It reads an array of pairs as well, in twice the time.)
    pub fn to_object(&self) -> String {
        ["{", &self.joined(["", ":", ""]), "}"].concat()
    }

    /// A JSON array of pairs, which is what a row of the inbox holds.
    pub fn to_json(&self) -> String {
        ["[", &self.to_pairs(), "]"].concat()
    }

    /// [`HeaderList::to_json`] without the brackets around it.
    pub(super) fn to_pairs(&self) -> String {
        self.joined(["[", ",", "]"])
    }

    fn joined(&self, [before, between, after]: [&str; 3]) -> String {
        let mut text = String::with_capacity(512);
        for (name, value) in &self.0 {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(before);
            quote(name, &mut text);
            text.push_str(between);
            quote(value, &mut text);
            text.push_str(after);
        }
        text
    }

    /// Reads pairs; `None` if there is none, or one could not be sent.
    pub(super) fn from_pairs<'v>(pairs: impl IntoIterator<Item = &'v Value>) -> Option<Self> {
        let headers: Vec<_> = pairs.into_iter().map(pair).collect::<Option<_>>()?;
        (!headers.is_empty()).then_some(Self(headers))
    }
}

fn pair(element: &Value) -> Option<(Cow<'static, str>, String)> {
    let [Value::String(name), Value::String(value)] = element.as_array()?.as_slice() else { return None };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
    let is_value = !value.contains(['\r', '\n', '\0']);
    (is_name && is_value).then(|| (Cow::Owned(name.clone()), value.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_json_whatever_is_in_it() {
        let mut list = HeaderList::default();
        list.push("content-type", b"a\"\\\x01\xff");
        list.push("webhook-id", b"m");
        let read: Value = serde_json::from_str(&list.to_json()).unwrap();
        assert_eq!(read, serde_json::json!([["content-type", "a\"\\\u{1}\u{fffd}"], ["webhook-id", "m"]]));
        assert_eq!(HeaderList::from_pairs(read.as_array().unwrap()), Some(list));
    }
}
