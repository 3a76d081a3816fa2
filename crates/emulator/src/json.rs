//! JSON: sets members of objects, and removes white space.

use serde_json::Value;
use serde_json::value::RawValue;

/// Sets a member of an object. Other values stay unchanged.
pub(crate) fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// Removes the white space between tokens. Members keep their order.
pub(crate) fn compact(json: &RawValue) -> Box<RawValue> {
    let (mut text, mut inside, mut escaped) = (String::new(), false, false);
    for letter in json.get().chars() {
        if inside || !letter.is_ascii_whitespace() {
            text.push(letter);
        }
        inside ^= letter == '"' && !escaped;
        escaped = inside && letter == '\\' && !escaped;
    }
    RawValue::from_string(text).unwrap_or_else(|_| json.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_goes_and_order_stays() {
        let spaced = RawValue::from_string("{ \"b c\" : [ 1, \"\\\\\" ] , \"a\\\" x\":\n{} }".to_owned()).unwrap();
        assert_eq!(compact(&spaced).get(), r#"{"b c":[1,"\\"],"a\" x":{}}"#);
    }

    proptest! {
        #[test]
        fn what_it_says_stays(texts: Vec<String>) {
            let pretty = serde_json::to_string_pretty(&texts).unwrap();
            let compacted = compact(&RawValue::from_string(pretty).unwrap());
            prop_assert_eq!(compacted.get(), serde_json::to_string(&texts).unwrap());
        }
    }
}
