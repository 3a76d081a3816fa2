//! Tokens of Cloudflare Access: who a team's identity provider says is asking.
//!
//! Sources: <https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/>
//! (where the keys are, the issuer, the header and the cookie) and
//! <https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/>
//! (the claims), read 2026-11-28.

use super::{Role, Who};
use crate::crypto::Crypto;
use crate::error::{Error, JwtFault};
use crate::jose::{Jwks, JwtPolicy, Token, prove};
use crate::json::{self, Members};
use crate::timestamp::Timestamp;

/// The Access application in front of `/admin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The origin of the team, which is the issuer of its tokens: `https://acme.cloudflareaccess.com`.
    pub(crate) origin: String,
    /// The application's audience tag.
    pub(crate) audience: String,
    /// What its users may do.
    pub(crate) role: Role,
}

impl Team {
    /// The URL of the team's key set.
    pub fn certs(&self) -> String {
        [&self.origin, "/cdn-cgi/access/certs"].concat()
    }

    /// Who has a token: RS256 by a key of the team, from the team, for the application, and valid now.
    ///
    /// # Errors
    /// The code of a token that does not verify.
    pub fn verify<B: ?Sized, C: Crypto<B>>(&self, token: &str, keys: &Jwks, now: Timestamp) -> Result<Who, Error> {
        let token = Token::parse(token.as_bytes())?;
        let policy = JwtPolicy {
            audience: self.audience.clone(),
            issuer: Some(self.origin.clone()),
            email: None,
            leeway: LEEWAY,
            longest: None,
        };
        let (_, claims) = prove::<B, C>(&token, keys, &policy, now)?;
        let name = assertion_name(&claims).ok_or(Error::JwtMalformed(JwtFault::Claims))?;
        let until = claims.get("exp").and_then(json::number).map(|until| until as u64);
        Ok(Who { role: self.role, name: Some(name), until, is_ambient: true })
    }
}

/// Whom a token names: a person by address, or a service token by its client id.
fn assertion_name(claims: &Members<'_>) -> Option<String> {
    let named = |name| claims.get(name).and_then(json::string).filter(|name| !name.is_empty());
    let name = named("email").or_else(|| named("common_name"))?;
    // It goes into log records and responses.
    (name.len() <= LONGEST_NAME && !name.chars().any(char::is_control)).then_some(name)
}

/// Seconds that clocks may differ.
const LEEWAY: u64 = 60;

/// The longest address (RFC 5321, 4.5.3.1).
const LONGEST_NAME: usize = 320;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_an_address_or_a_service_token() {
        let name = |claims: &str| assertion_name(&Members::parse(claims.as_bytes()).unwrap());
        assert_eq!(name(r#"{"email":"a@b.example","common_name":"c"}"#).as_deref(), Some("a@b.example"));
        assert_eq!(name(r#"{"email":"","common_name":"c.access","sub":""}"#).as_deref(), Some("c.access"));
        for claims in ["{}", r#"{"email":7}"#, r#"{"email":""}"#, r#"{"email":"a\u0000b"}"#] {
            assert_eq!(name(claims), None, "{claims}");
        }
        assert_eq!(name(&format!(r#"{{"email":"{}"}}"#, "a".repeat(321))), None);
    }
}
