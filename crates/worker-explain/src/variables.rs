//! The variables of the Worker, and the secrets that the configuration reads.

use std::cell::RefCell;

use countersign::config::{Binding, Environment, Secret};
use js_sys::{JSON, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// The environment of the Worker. It notes which secrets are read.
pub(crate) struct Variables {
    environment: JsValue,
    seen: RefCell<Vec<(String, Zeroizing<String>)>>,
}

impl Variables {
    pub(crate) fn new(environment: JsValue) -> Self {
        Self { environment, seen: RefCell::default() }
    }

    /// `SOURCES`, as JSON text.
    pub(crate) fn sources(&self) -> Option<String> {
        self.variable("SOURCES")
    }

    /// The secrets that the configuration read: whole values, and the keys in them.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.borrow().iter().flat_map(|(_, value)| secrets_in(value)).collect()
    }

    /// The values of the secrets that a source verifies with, in order.
    pub(crate) fn secrets_of(&self, source: &str) -> Vec<String> {
        let tables = ["SOURCES".to_owned()].into_iter().chain((2..=20).map(|number| format!("SOURCES_{number}")));
        let named = tables.filter_map(|table| {
            let table: Value = serde_json::from_str(&self.variable(&table)?).ok()?;
            table.get(source)?.get("secrets").and_then(Value::as_array).cloned()
        });
        let names: Vec<_> = named.flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        names.iter().filter_map(|name| self.text(name)).collect()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_string()
    }

    fn value(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(&self.environment, &JsValue::from_str(name)).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }
}

impl Environment for Variables {
    fn secret(&self, name: &str) -> Secret {
        let Some(value) = self.text(name).map(Zeroizing::new) else { return Secret::Missing };
        self.seen.borrow_mut().push((name.to_owned(), value.clone()));
        Secret::Value(value)
    }

    /// The first instance has checked that.
    fn has(&self, _: Binding<'_>) -> bool {
        true
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
    }
}

/// A value, and what may be a key of its own in it: a line, or a word. During a rotation it has several.
fn secrets_in(value: &str) -> Vec<String> {
    let whole = value.trim();
    let parts = whole.lines().map(str::trim).chain(whole.split_whitespace()).filter(|part| *part != whole);
    [whole].into_iter().chain(parts).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_a_rotation_is_a_secret() {
        assert_eq!(secrets_in("whsec_one\n"), ["whsec_one"]);
        assert_eq!(secrets_in("whsec_one whsec_two"), ["whsec_one whsec_two", "whsec_one", "whsec_two"]);
        let lines = secrets_in("a key of words\nanother-token");
        assert!(
            ["a key of words", "another-token"].iter().all(|line| lines.iter().any(|known| known == line)),
            "{lines:?}"
        );
    }
}
