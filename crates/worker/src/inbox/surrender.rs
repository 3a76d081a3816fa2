//! Giving an id to a newer shard, which asks for it before it stores an event under it.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::StoreFault;

use super::object::Object;
use crate::clock;

impl Object {
    /// Surrenders an id to a newer shard, unless its event is here: `stored`, `moved` or `failed`. `headers` are those of the copy that
    /// came there.
    pub(super) fn surrender(&self, key: EventKey, headers: Option<String>, newer: u32) -> &'static str {
        let found = self.forget_stray(key).and_then(|_| self.database.find(key));
        let marked = match found {
            Ok(Some(number)) => match u64::try_from(number) {
                Err(_) => return "moved",
                // The newer shard stores what was lost here.
                Ok(number) if self.is_lost(number) => match self.let_go(number, key, clock::now_ms()) {
                    Ok(()) => self.mark(key, newer),
                    Err(()) => Err(()),
                },
                Ok(number) => {
                    if let Some(headers) = headers {
                        self.note(number, &headers);
                    }
                    return "stored";
                }
            },
            Ok(None) => self.mark(key, newer),
            Err(()) => Err(()),
        };
        if marked.is_ok() { "moved" } else { "failed" }
    }

    fn mark(&self, key: EventKey, newer: u32) -> Result<(), ()> {
        let (now, retention) = (clock::now_ms(), self.durable().retention);
        self.with(|machine| {
            machine.open_tables(&self.database, now, &retention)?;
            self.database.claim_mark(key, newer).and_then(|claimed| if claimed { Ok(()) } else { Err(StoreFault) })?;
            machine.mark(&self.database)
        })
    }
}
