//! The environment of the Worker: variables, secrets and bindings, by name.

use std::cell::{Cell, RefCell};

use countersign::config::{Binding, Environment, Secret};
use wasm_bindgen::prelude::*;
use worker::Env;
use zeroize::Zeroizing;

use crate::host::{Kv, has_method, property};

/// `env`, as the platform hands it over.
pub(crate) struct Bindings {
    env: Env,
    /// What was asked for before: it is the same for as long as the isolate lives, and looking for it takes several crossings.
    found: RefCell<Vec<(Box<str>, JsValue)>>,
}

impl Bindings {
    pub(crate) fn new(env: JsValue) -> Self {
        Self { env: env.unchecked_into(), found: RefCell::new(Vec::new()) }
    }

    /// The binding of that name, if there is one.
    pub(crate) fn get(&self, name: &str) -> Option<JsValue> {
        let mut found = self.found.borrow_mut();
        if let Some((_, value)) = found.iter().find(|(known, _)| **known == *name) {
            return Some(value.clone());
        }
        let value = property(&self.env, name)?;
        found.push((name.into(), value.clone()));
        Some(value)
    }

    /// The KV namespace of that name, if there is one.
    pub(crate) fn kv(&self, name: &str) -> Option<Kv> {
        if self.has(Binding::Kv(name)) { self.get(name).map(JsCast::unchecked_into) } else { None }
    }
}

thread_local! {
    static TAKES_ANY_KEY: Cell<bool> = const { Cell::new(false) };
}

/// Has sources take any key from now on, which the vectors need. A build for tests calls it; nothing that is deployed can.
pub fn take_any_key() {
    TAKES_ANY_KEY.set(true);
}

impl Environment for Bindings {
    fn secret(&self, name: &str) -> Secret {
        let value = property(&self.env, name).and_then(|value| value.as_string());
        value.map_or(Secret::Missing, |value| Secret::Value(Zeroizing::new(value)))
    }

    /// `worker` knows a binding by the class of its object. It does not check the class of a KV namespace; a service binding has a
    /// method of any name (each is a call to the other Worker), so `get` and `put` alone do not tell the two apart.
    fn has(&self, binding: Binding<'_>) -> bool {
        match binding {
            Binding::Service(name) => self.env.service(name).is_ok(),
            Binding::DurableObject(name) => self.env.durable_object(name).is_ok(),
            Binding::Kv(name) => {
                self.env.service(name).is_err()
                    && property(&self.env, name)
                        .filter(JsValue::is_object)
                        .is_some_and(|value| has_method(&value, "get") && has_method(&value, "put"))
            }
        }
    }

    fn takes_any_key(&self) -> bool {
        TAKES_ANY_KEY.get()
    }
}
