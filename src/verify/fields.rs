//! A signature that is a member of the JSON body, and covers other members of it.

use std::borrow::Cow;

use crate::json::{Members, items, string};
use crate::scheme::Fields;

/// The item of a body that its signature covers in part.
pub(crate) struct Item<'b> {
    fields: &'static Fields,
    /// Read once: a stranger can send a megabyte of them.
    members: Members<'b>,
}

impl<'b> Item<'b> {
    /// Finds the item; `None` if the body is not JSON with exactly one.
    pub(crate) fn find(fields: &'static Fields, body: &'b [u8]) -> Option<Self> {
        let text = member(&Members::parse(body)?, fields.list)??;
        let [item] = *items(text)?.as_slice() else { return None };
        let text = member(&Members::parse(item.as_bytes())?, fields.item)??;
        Some(Self { fields, members: Members::parse(text.as_bytes())? })
    }

    /// Its signature, as the sender wrote it.
    pub(crate) fn signature(&self) -> Option<String> {
        string(self.at(self.fields.signature)??)
    }

    /// The signed text; `None` if an origin could read it in another way than it was signed.
    pub(crate) fn message(&self) -> Option<String> {
        let Fields { signed, separator, free, .. } = *self.fields;
        let mut message = String::new();
        for (place, pointer) in signed.iter().enumerate() {
            if place > 0 {
                message.push(separator);
            }
            let value = text(self.at(pointer)?)?;
            if value.contains(separator) && *pointer != free {
                return None;
            }
            message.push_str(&value);
        }
        Some(message)
    }

    /// The value at a pointer in the item, or that there is none.
    fn at(&self, pointer: &str) -> Option<Option<&'b str>> {
        let mut names = pointer.split('/').skip(1);
        let mut value = member(&self.members, names.next()?)?;
        for name in names {
            value = match value {
                Some(object) => member(&Members::parse(object.as_bytes())?, name)?,
                None => None,
            };
        }
        Some(value)
    }
}

/// The member of an object, or that there is none. `None` if there is one whose name differs in case alone: parsers that ignore case would
/// take that one.
fn member<'b>(members: &Members<'b>, name: &str) -> Option<Option<&'b str>> {
    let lower = |letter: char| match letter {
        // The two letters outside ASCII that are other cases of one in it.
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => letter.to_ascii_lowercase(),
    };
    let is_same = |known: &str| known.chars().map(lower).eq(name.chars().map(lower));
    let mut others = members.iter().filter(|(known, _)| *known != name && is_same(known));
    match others.next() {
        Some(_) => None,
        None => Some(members.get(name)),
    }
}

/// A value as it is signed: a string, a whole number, or nothing.
fn text(value: Option<&str>) -> Option<Cow<'_, str>> {
    match value {
        None | Some("null") => Some("".into()),
        Some(text) if text.starts_with('"') => string(text).map(Cow::Owned),
        Some(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(text.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &Fields = &Fields {
        list: "items",
        item: "Item",
        signature: "/more/mac",
        signed: &["/a", "/b", "/sum/value"],
        separator: ':',
        free: "/b",
    };

    fn read(body: &str) -> Option<(String, String)> {
        let item = Item::find(FIELDS, body.as_bytes())?;
        Some((item.message()?, item.signature()?))
    }

    fn of(item: &str) -> Option<String> {
        read(&format!(r#"{{"items":[{{"Item":{item}}}]}}"#)).map(|(message, _)| message)
    }

    #[test]
    fn members_are_joined_in_their_order() {
        let body = r#"{"live":"false","items":[{"Item":{"b":"2","sum":{"value":-30},"a":"\u0031","c":9,"more":{"mac":"x="}}}]}"#;
        assert_eq!(read(body), Some(("1:2:-30".to_owned(), "x=".to_owned())));
        let mac = r#""more":{"mac":"x"}"#;
        assert_eq!(of(&format!(r#"{{"b":null,{mac}}}"#)).as_deref(), Some("::"), "absent members are empty");
        assert_eq!(of(&format!(r#"{{"a":"","b":"x:y",{mac}}}"#)).as_deref(), Some(":x:y:"));
    }

    #[test]
    fn a_message_has_one_reading() {
        let mac = r#""more":{"mac":"x"}"#;
        for item in [
            r#"{"a":"1:2","b":"3",MAC}"#,
            r#"{"a":"1","sum":{"value":"2:3"},MAC}"#,
            r#"{"a":"1","a":"2",MAC}"#,
            r#"{"a":"1","A":"2",MAC}"#,
            r#"{"a":"1","\u0041":"2",MAC}"#,
            r#"{"sum":{"value":1,"Value":2},MAC}"#,
            r#"{"sum":{"value":1},"ſum":{"value":2},MAC}"#,
            r#"{"sum":{"value":1.0},MAC}"#,
            r#"{"sum":{"value":1e3},MAC}"#,
            r#"{"sum":{"value":true},MAC}"#,
            r#"{"sum":{"value":[1]},MAC}"#,
            r#"{"sum":7,MAC}"#,
            r#"{"a":"\ud800",MAC}"#,
        ] {
            assert_eq!(of(&item.replace("MAC", mac)), None, "{item}");
        }
    }

    #[test]
    fn there_is_one_item_with_a_signature() {
        let item = r#"{"Item":{"a":"1","more":{"mac":"x"}}}"#;
        assert!(read(&format!(r#"{{"items":[{item}]}}"#)).is_some());
        for body in [
            format!(r#"{{"items":[{item},{item}]}}"#),
            format!(r#"{{"items":[{item}],"Items":[]}}"#),
            format!(r#"{{"items":[{item}],"items":[{item}]}}"#),
            format!(r#"{{"items":{item}}}"#),
            format!("[{item}]"),
            r#"{"items":[]}"#.to_owned(),
            r#"{"items":[{"Item":{"a":"1"}}]}"#.to_owned(),
            r#"{"items":[{"Item":{"a":"1","more":{"mac":7}}}]}"#.to_owned(),
            r#"{"items":[{"Item":{"a":"1","more":{"mac":"x","MAC":"y"}}}]}"#.to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&body), None, "{body}");
        }
        assert_eq!(Item::find(FIELDS, b"\xff").map(|_| ()), None);
    }
}
