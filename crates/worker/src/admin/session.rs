//! Signing in to the console, and out of it.

use countersign::access::{COOKIE, Credentials, SESSION_SECONDS, Who};
use countersign::gateway::response::Refusal;
use countersign::json::value;
use serde_json::{Value, json};

use super::page::Page;
use crate::access::guessed;
use crate::clock;
use crate::state::State;

/// Begins a session for whoever sends a token: `{"token": "…"}`.
///
/// # Errors
/// `unauthorized`; `forbidden` for a page of another site.
pub(super) async fn sign_in(state: &State, shown: Credentials<'_>, body: &str) -> Result<Page, Refusal> {
    if shown.is_from_elsewhere() {
        return Err(Refusal::Forbidden);
    }
    let admin = state.config.admin();
    let given = value(body);
    let token = given.as_ref().and_then(|given| given.get("token")?.as_str());
    let Some(who) = token.and_then(|token| admin.by_token(token.trim_ascii())) else {
        return Err(guessed(state, "admin", shown.address, token.is_some()).await);
    };
    let mut random = [0; 16];
    getrandom::getrandom(&mut random).map_err(|_| Refusal::StorageUnavailable)?;
    let cookie = admin.begin_session(who.role, random, clock::now()).ok_or(Refusal::Unauthorized)?;
    Ok(Page::empty().with("set-cookie", set_cookie(&cookie, SESSION_SECONDS)))
}

/// Removes the cookie. Whoever copied it keeps the session until it ends, or until the token is replaced.
///
/// # Errors
/// `forbidden` for a page of another site.
pub(super) fn sign_out(shown: Credentials<'_>) -> Result<Page, Refusal> {
    if shown.is_from_elsewhere() {
        return Err(Refusal::Forbidden);
    }
    Ok(Page::empty().with("set-cookie", set_cookie("", 0)))
}

/// Who asks, as the console shows it.
pub(super) fn session(who: &Who) -> Value {
    json!({
        "role": who.role.as_str(), "by": who.by(), "name": who.name, "version": env!("CARGO_PKG_VERSION"),
        "until": who.until.map(|until| clock::rfc3339(until.saturating_mul(1000))),
    })
}

fn set_cookie(value: &str, seconds: u64) -> String {
    [COOKIE, "=", value, "; Path=/; Max-Age=", &seconds.to_string(), "; HttpOnly; Secure; SameSite=Strict"].concat()
}
