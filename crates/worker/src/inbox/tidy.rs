//! Expiry: dropping bodies and ids that are no longer kept.

use countersign::config::Durable;
use countersign::inbox::{Progress, Tidy};

use super::object::{LATER, Object};

impl Object {
    /// Drops a batch of bodies and ids that have expired, if the clock can be trusted.
    pub(super) fn tidy(&self, durable: &Durable) {
        let now = self.look();
        if self.watch.get().holds(now) || now < self.tidy_after.get() {
            return;
        }
        let done = self.database.to_tidy(now).and_then(|(batch, is_full)| {
            let mut done = Ok(is_full);
            for (number, progress, has_body) in batch {
                let written = match progress.tidy(has_body, now, &durable.lifecycle) {
                    Tidy::Keep(until) => self.database.set(number, Progress { due: until, ..progress }, None),
                    Tidy::DropBody(until) => self.database.drop_body(number, until),
                    Tidy::Remove => self.database.remove(number),
                };
                // A damaged one does not keep the others.
                done = done.and_then(|is_full| written.map(|()| is_full));
            }
            done
        });
        self.tidy_soon.set(done == Ok(true));
        if done.is_err() {
            self.tidy_after.set(now.saturating_add(LATER));
        }
    }
}
