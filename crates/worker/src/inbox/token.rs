//! The proof that a courier works for an object.
//!
//! A token begins with the secret of the database, without which no report counts: whoever can call an object could otherwise say that
//! an event was delivered, and so could a courier of an earlier database, whose numbers other events have now. The rest are random bits
//! of one instance, without which nothing is handed out: an attempt outlives the instance that handed it out, and its report has to
//! count, but more work for its courier could end the new instance the way the last one ended.

use countersign::crypto::constant_time_eq;

use super::object::Object;
use super::work::random;

impl Object {
    /// The token of this instance; empty if there is none, because a random number or a write failed. No courier is believed then.
    pub(super) fn token(&self) -> String {
        let token = self.secret().zip(self.work.instance());
        token.map(|(secret, instance)| [secret, instance].concat()).unwrap_or_default()
    }

    /// Whether that is the token of this instance.
    pub(super) fn knows(&self, token: &str) -> bool {
        !token.is_empty() && constant_time_eq(token.as_bytes(), self.token().as_bytes())
    }

    /// Whether an instance made that token that had this database.
    pub(super) fn made(&self, token: &str) -> bool {
        let secret = self.secret().unwrap_or_default();
        let begins = token.get(..secret.len()).filter(|begins| !begins.is_empty());
        begins.is_some_and(|begins| constant_time_eq(begins.as_bytes(), secret.as_bytes()))
    }

    /// The secret of the database, which is made when its first event comes.
    pub(super) fn secret(&self) -> Option<String> {
        let mut known = self.secret.borrow_mut();
        if known.is_none() {
            *known = random().filter(|secret| self.database.set_meta("secret", &secret.as_str().into()).is_ok());
        }
        known.clone()
    }
}
