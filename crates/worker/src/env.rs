//! The environment of the Worker: variables and secrets, and the bindings that the configuration names.

use std::cell::Cell;

use countersign::config::{Binding, Config, Endpoint, Entry, Environment, Secret};
use js_sys::{JSON, Reflect};
use wasm_bindgen::prelude::*;
use worker::worker_sys::{DurableObjectNamespace, Fetcher};
use worker::{Env, EnvBinding, ObjectNamespace};
use zeroize::Zeroizing;

use crate::kv::KvNamespace;
use crate::points::Dataset;

/// What the configuration is checked against.
pub(crate) struct Variables<'a>(pub(crate) &'a Env);

/// The bindings that the Worker uses, resolved once per isolate.
#[derive(Default)]
pub(crate) struct Bindings {
    /// `EVENTS`: dedupe markers and key sets.
    pub(crate) events: Option<KvNamespace>,
    /// `INBOX`: stored events.
    pub(crate) inbox: Option<DurableObjectNamespace>,
    /// `METRICS`: a dataset of Analytics Engine.
    pub(crate) metrics: Option<Dataset>,
    services: Vec<(Box<str>, Fetcher)>,
    objects: Vec<(Box<str>, DurableObjectNamespace)>,
    /// Queues and buckets.
    others: Vec<(Box<str>, JsValue)>,
}

impl Bindings {
    pub(crate) fn resolve(env: &Env, config: &Config) -> Self {
        let variables = Variables(env);
        let mut bindings = Self {
            events: variables.binding(Binding::Kv("EVENTS")).map(JsCast::unchecked_into),
            inbox: variables.binding(Binding::DurableObject("INBOX")).map(JsCast::unchecked_into),
            metrics: property(env, "METRICS").filter(JsValue::is_object).map(JsCast::unchecked_into),
            ..Self::default()
        };
        for (_, _, entry) in config.iter() {
            let Entry::Ready(source) = entry else { continue };
            source.destinations.iter().for_each(|destination| bindings.add(&variables, &destination.endpoint));
        }
        bindings
    }

    fn add(&mut self, variables: &Variables<'_>, endpoint: &Endpoint) {
        match endpoint {
            Endpoint::Origin(_) => {}
            Endpoint::Service(name) => {
                let service = variables.binding(Binding::Service(name));
                self.services.extend(service.map(|service| (name.as_str().into(), service.unchecked_into())));
            }
            Endpoint::DurableObject { binding: name, .. } => {
                let objects = variables.binding(Binding::DurableObject(name));
                self.objects.extend(objects.map(|objects| (name.as_str().into(), objects.unchecked_into())));
            }
            Endpoint::R2 { binding } => {
                let bucket = variables.binding(Binding::R2(binding));
                self.others.extend(bucket.map(|bucket| (binding.as_str().into(), bucket)));
            }
            Endpoint::Queue { binding, large } => {
                let queue = variables.binding(Binding::Queue(binding));
                self.others.extend(queue.map(|queue| (binding.as_str().into(), queue)));
                let bucket =
                    large.as_deref().and_then(|name| Some((name.into(), variables.binding(Binding::R2(name))?)));
                self.others.extend(bucket);
            }
        }
    }

    /// The service binding of that name, if a source forwards to it.
    pub(crate) fn service(&self, name: &str) -> Option<&Fetcher> {
        self.services.iter().find(|(known, _)| **known == *name).map(|(_, service)| service)
    }

    /// The Durable Object namespace of that name, if a source forwards to one of its objects.
    pub(crate) fn objects(&self, name: &str) -> Option<&DurableObjectNamespace> {
        self.objects.iter().find(|(known, _)| **known == *name).map(|(_, namespace)| namespace)
    }

    /// The queue or the bucket of that name, if a source uses it.
    pub(crate) fn other(&self, name: &str) -> Option<&JsValue> {
        self.others.iter().find(|(known, _)| **known == *name).map(|(_, binding)| binding)
    }
}

thread_local! {
    static TAKES_ANY_KEY: Cell<bool> = const { Cell::new(false) };
}

/// Makes sources accept any key, which the vectors need. A build for tests calls it; nothing that is deployed can.
pub fn take_any_key() {
    TAKES_ANY_KEY.set(true);
}

impl Environment for Variables<'_> {
    fn secret(&self, name: &str) -> Secret {
        let value = property(self.0, name).and_then(|value| value.as_string());
        value.map_or(Secret::Missing, |value| Secret::Value(Zeroizing::new(value)))
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        self.binding(binding).is_some()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = property(self.0, name)?;
        value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
    }

    fn takes_any_key(&self) -> bool {
        TAKES_ANY_KEY.get()
    }
}

impl Variables<'_> {
    /// The object of a binding, if it is what it should be. All but KV are known by their class, as `worker::EnvBinding` knows
    /// them; without its errors, which weigh 7 KB. KV is known by its methods, so that a stand-in serves; a service binding has a method
    /// of any name, each being a call to the other Worker.
    fn binding(&self, binding: Binding<'_>) -> Option<JsValue> {
        let (Binding::Kv(name)
        | Binding::Service(name)
        | Binding::DurableObject(name)
        | Binding::Queue(name)
        | Binding::R2(name)) = binding;
        let value = property(self.0, name).filter(JsValue::is_object)?;
        let class = property(&value, "constructor").and_then(|class| property(&class, "name")?.as_string());
        let has_method = |name| property(&value, name).is_some_and(|member| member.is_function());
        let is_meant = match binding {
            Binding::Service(_) => class.as_deref() == Some(worker::Fetcher::TYPE_NAME),
            Binding::DurableObject(_) => class.as_deref() == Some(ObjectNamespace::TYPE_NAME),
            Binding::Queue(_) => class.as_deref() == Some("WorkerQueue"),
            Binding::R2(_) => class.as_deref() == Some(worker::Bucket::TYPE_NAME),
            Binding::Kv(_) => {
                class.as_deref() != Some(worker::Fetcher::TYPE_NAME) && has_method("get") && has_method("put")
            }
        };
        is_meant.then_some(value)
    }
}

/// A property, or `None` if it is undefined or null.
pub(crate) fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}
