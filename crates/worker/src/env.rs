//! The environment of the Worker: variables, secrets and bindings, by name.

use countersign::gateway::config::{Binding, Environment, Secret};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::host::{has_method, property};

/// `env`, as the platform hands it over.
pub(crate) struct Bindings<'a>(pub(crate) &'a JsValue);

impl Bindings<'_> {
    pub(crate) fn has_kv(&self, name: &str) -> bool {
        self.has(Binding::Kv(name))
    }
}

impl Environment for Bindings<'_> {
    fn secret(&self, name: &str) -> Secret {
        let value = property(self.0, name).and_then(|value| value.as_string());
        value.map_or(Secret::Missing, |value| Secret::Value(Zeroizing::new(value)))
    }

    /// A service binding answers to any method name (they are calls to the other Worker), so it is told from the others by
    /// `fetch`, which they do not have.
    fn has(&self, binding: Binding<'_>) -> bool {
        let (Binding::Kv(name) | Binding::Service(name) | Binding::DurableObject(name)) = binding;
        let Some(value) = property(self.0, name).filter(JsValue::is_object) else { return false };
        let service = has_method(&value, "fetch");
        match binding {
            Binding::Service(_) => service,
            Binding::Kv(_) => !service && has_method(&value, "get") && has_method(&value, "put"),
            Binding::DurableObject(_) => !service && has_method(&value, "idFromName"),
        }
    }
}
