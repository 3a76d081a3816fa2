//! What the source of an object asks for, as it is configured.

use std::rc::Rc;

use countersign::config::{Durable, Source};
use countersign::inbox::{Plan, StoreFault};

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
