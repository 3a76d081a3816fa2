//! JSON as text.

use serde_json::{Number, Value};

use super::members::{Members, items};
use super::value::unquoted;

/// Appends text as JSON.
pub(crate) fn quote(text: &str, out: &mut String) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(&quoted(text));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// Text as JSON.
pub fn quoted(text: &str) -> String {
    // Text is what JSON can always say.
    serde_json::to_string(text).unwrap_or_default()
}

/// Prints a tree as JSON, the members of objects in the order of their names.
///
/// Nothing that this crate writes has fractions; one would come out as a string with its bits.
pub fn printed(value: &Value) -> String {
    let mut text = String::new();
    print(value, &mut text);
    text
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => print_number(number, out),
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(items) => print_all(['[', ']'], items, out, print),
        Value::Object(members) => print_all(['{', '}'], members, out, |(name, value), out| {
            out.push_str(&quoted(name));
            out.push(':');
            print(value, out);
        }),
    }
}

fn print_number(number: &Number, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    if let Some(whole) = number.as_u64() {
        out.push_str(digits.format(whole));
    } else if let Some(negative) = number.as_i64() {
        out.push_str(digits.format(negative));
    } else {
        let bits = number.as_f64().unwrap_or_default().to_bits();
        out.push_str(&["\"f64:", digits.format(bits), "\""].concat());
    }
}

fn print_all<T>(
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    print: impl Fn(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        print(item, out);
    }
    out.push(close);
}

/// Prints members as JSON in its one form: no white space, names in order, text without needless escapes, numbers as they were written.
///
/// Two texts with one form mean the same: a number never becomes another number, or a string. What cannot be read (a name that is
/// there twice, half of a surrogate pair) stays as it was written.
pub(crate) fn canonical<'m>(members: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut out = String::new();
    print_all(['{', '}'], members, &mut out, |(name, value), out| {
        out.push_str(&quoted(name));
        out.push(':');
        print_canonical(value, out);
    });
    out
}

fn print_canonical(text: &str, out: &mut String) {
    if let Some(members) = Members::parse(text.as_bytes()) {
        out.push_str(&canonical(members.iter()));
    } else if let Some(items) = items(text) {
        print_all(['[', ']'], items, out, print_canonical);
    } else if let Some(string) = unquoted(text) {
        out.push_str(&quoted(&string));
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::value;

    #[test]
    fn what_is_printed_is_read_again() {
        let tree = serde_json::json!({"n":null,"b":[true,false],"u":u64::MAX,"i":-7,"t":"\"\u{1}é","o":{},"l":[{},[]]});
        assert_eq!(serde_json::from_str::<Value>(&printed(&tree)).unwrap(), tree);
        assert_eq!(printed(&tree), tree.to_string());
        let bits = |fraction: f64| format!("[\"f64:{}\"]", fraction.to_bits());
        assert_eq!(value("[-1.5]").map(|tree| printed(&tree)), Some(bits(-1.5)));
    }
}
