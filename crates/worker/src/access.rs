//! Who asks at `/admin`: its credential, checked. Wrong ones are slowed down and logged.

use std::rc::Rc;

use countersign::access::{Credential, Credentials, Guessed, Team, Who};
use countersign::gateway::response::Refusal;
use countersign::json::printed;
use countersign::{Error, Timestamp};
use serde_json::json;
use worker::worker_sys::Context;

use crate::body::Body;
use crate::clock::{self, Timer};
use crate::console;
use crate::crypto::Platform;
use crate::jwks::Access;
use crate::state::State;

/// Who sent a request.
///
/// # Errors
/// `unauthorized`, after a wait if the address has guessed before; `keys_unavailable` without the key set of Access.
pub(crate) async fn who(state: &State, shown: Credentials<'_>, context: &Rc<Context>) -> Result<Who, Refusal> {
    let admin = state.config.admin();
    let found = match shown.credential() {
        Credential::None => None,
        Credential::Bearer(token) => admin.by_token(token),
        Credential::Session(cookie) => admin.by_session(cookie, clock::now()),
        Credential::Assertion(_) => None,
    };
    if let Some(who) = found {
        return Ok(who);
    }
    // Behind Access, whoever has no session any more is still somebody.
    if let (Some(token), Some(team)) = (shown.assertion(), admin.team()) {
        match by_assertion(state, team, token, context).await {
            Ok(who) => return Ok(who),
            Err(refusal @ Refusal::KeysUnavailable) => return Err(refusal),
            Err(_) => {}
        }
    }
    Err(guessed(state, "admin", shown.address, shown.credential() != Credential::None).await)
}

/// Notes a request that proves nothing, and holds its response back if it is a guess: if it shows a credential. `place` is `admin` or `healthz`,
/// the `ev` of the log record.
pub(crate) async fn guessed(state: &State, place: &str, address: &str, is_guess: bool) -> Refusal {
    let Guessed { wait_ms, logged } = state.guesses.borrow_mut().wrong(address, clock::now_ms());
    if let Some(guesses) = logged {
        let mut record = json!({ "ev": place, "code": "unauthorized" });
        if let Some(record) = record.as_object_mut() {
            // `/healthz` responds as to anybody.
            if place == "admin" {
                record.insert("status".to_owned(), 401.into());
            }
            if guesses > 1 {
                record.insert("guesses".to_owned(), guesses.into());
            }
        }
        console::log(&printed(&record));
    }
    if wait_ms > 0 && is_guess {
        Timer::new(wait_ms as f64).wait().await;
    }
    Refusal::Unauthorized
}

/// Who has a token of Access, by the team's key set, and by a newer one if that could help.
async fn by_assertion(state: &State, team: &Team, token: &str, context: &Rc<Context>) -> Result<Who, Refusal> {
    let access = Access { kv: state.bindings.events.as_ref(), context, notify: |_, _, _| {} };
    let (url, now) = (team.certs(), Timestamp::from_unix(clock::now()));
    let set = state.sets.get(&url, access).await.ok_or(Refusal::KeysUnavailable)?;
    let check = |set| team.verify::<Body, Platform>(token, set, now);
    match check(&set) {
        Err(error) if Error::may_be_rotation(&error) => match state.sets.newer(&url, access).await {
            Some(newer) => check(&newer).map_err(Refusal::Check),
            None => Err(Refusal::Check(error)),
        },
        verdict => verdict.map_err(Refusal::Check),
    }
}
