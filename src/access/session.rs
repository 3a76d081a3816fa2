//! Sessions of the console: a cookie that only whoever has the token can have got, and that names a role and an end.
//!
//! Nothing is stored. The cookie is MACed with a key that is derived from the role's token, so a new token ends all sessions of the old
//! one, and a cookie of one role is none of the other.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Role;
use crate::crypto::{HmacKey, constant_time_eq};

/// The name of the cookie. A browser takes one with this prefix only over https, from the host itself, and for all paths.
pub const COOKIE: &str = "__Host-countersign";

/// How long a session lasts, in seconds.
pub const SESSION_SECONDS: u64 = 8 * 3600;

/// A session: who may do what, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// What its holder may do.
    pub role: Role,
    /// When it ends, in Unix seconds.
    pub until: u64,
}

impl Session {
    /// The value of its cookie. `random` makes each session another, so that a cookie says nothing about another one.
    pub(crate) fn to_cookie(self, key: &HmacKey, random: [u8; 16]) -> String {
        let claim = self.claim(&URL_SAFE_NO_PAD.encode(random));
        let mac = URL_SAFE_NO_PAD.encode(key.mac([claim.as_bytes(), b""]));
        [&claim, ".", &mac].concat()
    }

    /// The session of a cookie that was made with this key, for its role, and has not ended.
    pub(crate) fn of_cookie(cookie: &str, (role, key): (Role, &HmacKey), now: u64) -> Option<Self> {
        let (claim, mac) = cookie.rsplit_once('.').filter(|_| cookie.len() <= LONGEST)?;
        // The canonical text is compared, so no second spelling of a MAC passes.
        let expected = URL_SAFE_NO_PAD.encode(key.mac([claim.as_bytes(), b""]));
        if !constant_time_eq(mac.as_bytes(), expected.as_bytes()) {
            return None;
        }
        let mut parts = claim.split('.');
        let (VERSION, name, until, _random) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?) else {
            return None;
        };
        let until = until.parse().ok().filter(|until| now < *until && *until <= now.saturating_add(SESSION_SECONDS))?;
        (name == role.as_str()).then_some(Self { role, until })
    }

    fn claim(self, random: &str) -> String {
        [VERSION, ".", self.role.as_str(), ".", &self.until.to_string(), ".", random].concat()
    }
}

/// The key that sessions under a token are MACed with. The token itself signs nothing.
pub(crate) fn session_key(token: &str) -> Option<HmacKey> {
    let token = HmacKey::from_bytes(token.as_bytes()).ok()?;
    HmacKey::from_bytes(&token.mac([b"countersign console session ", VERSION.as_bytes()])).ok()
}

const VERSION: &str = "v1";

/// The longest cookie that is looked at; ours have 100 characters.
const LONGEST: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn key(token: &str) -> HmacKey {
        session_key(token).unwrap()
    }

    fn cookie(role: Role, until: u64, token: &str) -> String {
        Session { role, until }.to_cookie(&key(token), [7; 16])
    }

    #[test]
    fn a_session_comes_back_until_it_ends() {
        let until = NOW + SESSION_SECONDS;
        for (_, role) in Role::ALL {
            let cookie = cookie(role, until, "one");
            assert!(cookie.len() <= LONGEST, "{}", cookie.len());
            let read = |now| Session::of_cookie(&cookie, (role, &key("one")), now);
            assert_eq!(read(NOW), Some(Session { role, until }));
            assert_eq!(read(until - 1), Some(Session { role, until }));
            assert_eq!(read(until), None);
            assert_eq!(read(NOW - 1), None, "no session is that long: the clock was put back");
        }
    }

    #[test]
    fn a_cookie_is_for_one_role_and_one_token() {
        let until = NOW + SESSION_SECONDS;
        let viewer = cookie(Role::Viewer, until, "one");
        assert_eq!(Session::of_cookie(&viewer, (Role::Operator, &key("one")), NOW), None, "another role");
        assert_eq!(Session::of_cookie(&viewer, (Role::Viewer, &key("two")), NOW), None, "a new token");
        let raised = viewer.replacen("viewer", "operator", 1);
        assert_eq!(Session::of_cookie(&raised, (Role::Operator, &key("one")), NOW), None, "a role changed");
        let longer = viewer.replacen(&until.to_string(), &(until - 1).to_string(), 1);
        assert_eq!(Session::of_cookie(&longer, (Role::Viewer, &key("one")), NOW), None, "an end changed");
    }

    #[test]
    fn nothing_else_is_a_session() {
        let good = cookie(Role::Viewer, NOW + 60, "one");
        let mut others = vec![String::new(), ".".to_owned(), "v1.viewer.1.x.y".to_owned(), "a".repeat(100_000)];
        others.push(format!("{good}="));
        others.push(format!(" {good}"));
        others.push(good.replacen("v1.", "v2.", 1));
        for at in 0..good.len() {
            let changed = |by: &str| {
                good.char_indices().map(|(place, old)| if place == at { by.to_owned() } else { old.into() }).collect()
            };
            let other = if good.as_bytes().get(at) == Some(&b'A') { "B" } else { "A" };
            others.extend(["", other].map(changed));
        }
        for other in others {
            assert_eq!(Session::of_cookie(&other, (Role::Viewer, &key("one")), NOW), None, "{other}");
        }
    }
}
