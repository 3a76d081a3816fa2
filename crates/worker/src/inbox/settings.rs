//! What the source of an object asks for, as it is configured.

use std::rc::Rc;

use countersign::config::{Destination, Durable, Source};
use countersign::gateway::when::When;
use countersign::inbox::{Plan, StoreFault};
use countersign::scheme::EventType;
use serde_json::Value;

use super::object::Object;
use super::stub::source;
use crate::clock;

impl Object {
    /// The configuration of the source's inbox, or the default.
    pub(super) fn durable(&self) -> Durable {
        self.with_source(|source| source.map_or(Durable::DEFAULT, Source::storage))
    }

    /// What the source asks for now. One that is not configured has no destinations.
    pub(super) fn plan(&self, now: u64) -> Rc<Plan> {
        let is_patient = self.watch.get().holds(now);
        let mut known = self.plan.borrow_mut();
        let current = known.take().filter(|plan| plan.is_patient == is_patient);
        let plan = current.unwrap_or_else(|| {
            let none = || Plan {
                retention: Durable::DEFAULT.retention,
                destinations: Vec::new(),
                is_ordered: false,
                is_patient,
            };
            Rc::new(self.with_source(|source| source.map_or_else(none, |source| source.plan(is_patient))))
        });
        *known = Some(Rc::clone(&plan));
        plan
    }

    /// Whether a destination of the source has conditions.
    pub(super) fn has_conditions(&self) -> bool {
        let is_any = |source: &Source| source.destinations.iter().any(|destination| destination.when.is_some());
        self.with_source(|source| source.is_some_and(is_any))
    }

    /// The headers of the sender's that are passed on although nothing signs them.
    pub(super) fn unsigned_headers(&self) -> &'static [&'static str] {
        self.with_source(|source| source.map_or(&[] as &[_], |source| source.policy.scheme.forward))
    }

    /// The destinations that a copy is for by its type, if the sender states that in a header. `filtered` are those that it is not for.
    pub(super) fn meant_by_header(&self, filtered: Option<&Value>) -> Vec<String> {
        let is_filtered = |name: &str| filtered.is_some_and(|filtered| filtered.get(name).is_some());
        let is_meant = |destination: &&Destination| {
            destination.when.as_ref().is_some_and(When::is_on_type) && !is_filtered(&destination.name)
        };
        self.with_source(|source| match source {
            Some(source) if matches!(source.policy.scheme.event_type, EventType::Header(_)) => {
                source.destinations.iter().filter(is_meant).map(|destination| destination.name.clone()).collect()
            }
            _ => Vec::new(),
        })
    }

    fn with_source<T>(&self, work: impl FnOnce(Option<&Source>) -> T) -> T {
        let name = self.source.borrow();
        work(self.shared.as_ref().zip(name.as_ref()).and_then(|(shared, name)| source(shared, name)))
    }

    /// Makes the destinations those that are configured. A source that is not configured keeps what it has.
    pub(super) fn fit(&self) -> Result<(), ()> {
        self.plan.take();
        let now = clock::now_ms();
        let plan = self.plan(now);
        let mut machine = self.machine.borrow_mut();
        match machine.as_mut() {
            Some(machine) if !plan.destinations.is_empty() => {
                machine.fit(&self.database, &plan, now).map(drop).map_err(|StoreFault| ())
            }
            _ => Ok(()),
        }
    }
}
