//! The claims of a token (RFC 7519, section 4): what a receiver requires of them, and the event's id.

use serde_json::Value;

use crate::crypto::{hex, sha256};
use crate::error::Error;
use crate::event_id::id_or_hash;
use crate::json::{self, Members};
use crate::timestamp::Timestamp;

/// The claims that a receiver requires of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtPolicy {
    /// The exact `aud`, or one member of it.
    pub audience: String,
    /// The exact `iss`, if one is required.
    pub issuer: Option<String>,
    /// The exact `email`, if one is required. Then `email_verified` has to be `true`. Without it, no identity token is accepted (`google-pubsub`):
    /// their issuer signs for everybody.
    pub email: Option<String>,
    /// Seconds of leeway for `exp` and `nbf`.
    pub leeway: u64,
    /// How many seconds ahead `exp` may be, at most. Set it to the time for which ids are remembered: a token that is valid for longer
    /// could be replayed after that.
    pub longest: Option<u64>,
}

impl JwtPolicy {
    pub(crate) fn check(&self, claims: &Members<'_>, now: Timestamp) -> Result<(), Error> {
        check_dates(claims)?;
        self.check_expiry(claims, now)?;
        self.check_start(claims, now)?;
        self.check_audience(claims)?;
        self.check_issuer(claims)?;
        self.check_email(claims)?;
        self.check_lifetime(claims, now)
    }

    /// Checks `exp`, with the leeway.
    pub(crate) fn check_expiry(&self, claims: &Members<'_>, now: Timestamp) -> Result<(), Error> {
        let expires = date(claims, "exp")?.ok_or(Error::JwtClaims("exp"))?;
        if now.as_unix() as f64 >= expires + self.leeway as f64 { Err(Error::JwtExpired) } else { Ok(()) }
    }

    /// Checks that `exp` is not too far ahead. Without leeway: the time for which ids are remembered includes it.
    pub(crate) fn check_lifetime(&self, claims: &Members<'_>, now: Timestamp) -> Result<(), Error> {
        let Some(longest) = self.longest else { return Ok(()) };
        let expires = date(claims, "exp")?.ok_or(Error::JwtClaims("exp"))?;
        if expires - now.as_unix() as f64 > longest as f64 { Err(Error::JwtTooLong) } else { Ok(()) }
    }

    /// Checks `nbf`, if present, with the leeway.
    pub(crate) fn check_start(&self, claims: &Members<'_>, now: Timestamp) -> Result<(), Error> {
        let early = |begins: f64| now.as_unix() as f64 + (self.leeway as f64) < begins;
        if date(claims, "nbf")?.is_some_and(early) { Err(Error::JwtNotYetValid) } else { Ok(()) }
    }

    /// Checks `aud`: a string, or a list that contains it.
    pub(crate) fn check_audience(&self, claims: &Members<'_>) -> Result<(), Error> {
        let audience: Option<Value> = claims.get("aud").and_then(json::value);
        let addressed = match audience {
            Some(Value::String(one)) => one == self.audience,
            Some(Value::Array(several)) => several.iter().any(|one| one == &self.audience),
            _ => false,
        };
        if addressed { Ok(()) } else { Err(Error::JwtAudience) }
    }

    /// Checks `iss`, if one is required.
    pub(crate) fn check_issuer(&self, claims: &Members<'_>) -> Result<(), Error> {
        match &self.issuer {
            Some(issuer) if claims.get("iss").and_then(json::string).as_ref() != Some(issuer) => Err(Error::JwtIssuer),
            _ => Ok(()),
        }
    }

    /// Checks `email` and `email_verified`, if an address is required.
    pub(crate) fn check_email(&self, claims: &Members<'_>) -> Result<(), Error> {
        match &self.email {
            Some(email) if claims.get("email").and_then(json::string).as_ref() != Some(email) => {
                Err(Error::JwtClaims("email"))
            }
            Some(_) if claims.get("email_verified") != Some("true") => Err(Error::JwtClaims("email_verified")),
            _ => Ok(()),
        }
    }
}

/// Checks that `exp` is present, and that every date is a number.
pub(crate) fn check_dates(claims: &Members<'_>) -> Result<(), Error> {
    date(claims, "exp")?.ok_or(Error::JwtClaims("exp"))?;
    date(claims, "nbf")?;
    date(claims, "iat").map(drop)
}

/// Reads a NumericDate (RFC 7519, section 2), which may be fractional but not infinite.
fn date(claims: &Members<'_>, name: &'static str) -> Result<Option<f64>, Error> {
    let Some(text) = claims.get(name) else { return Ok(None) };
    json::number(text).filter(|number| number.is_finite()).map(Some).ok_or(Error::JwtClaims(name))
}

/// The event's id: `jti`, or the hash of a `jti` that could be no `webhook-id`. Without `jti`, SHA-256 of the claims without `iat`,
/// `exp` and `nbf`, in the order of their names.
pub(super) fn event_id(claims: &Members<'_>) -> Result<String, Error> {
    if let Some(jti) = claims.get("jti") {
        let jti = json::string(jti).ok_or(Error::JwtClaims("jti"))?;
        if !jti.is_empty() {
            return Ok(String::from_utf8_lossy(&id_or_hash(jti.as_bytes())).into_owned());
        }
    }
    let lasting = claims.iter().filter(|(name, _)| !["iat", "exp", "nbf"].contains(name));
    Ok(hex(&sha256(&[json::canonical(lasting).as_bytes()])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(claims: &str) -> Result<String, Error> {
        event_id(&Members::parse(claims.as_bytes()).unwrap())
    }

    #[test]
    fn the_id_is_the_jti_or_what_does_not_change_between_issues() {
        assert_eq!(id(r#"{"jti":"a"}"#).unwrap(), "a");
        let hashed = id(r#"{"data":{"x":1,"y":2},"exp":1}"#).unwrap();
        assert_eq!(hashed, id(r#"{"nbf":3, "data": {"y":2,"x":1}, "exp":2, "iat":9}"#).unwrap());
        assert_ne!(hashed, id(r#"{"data":{"x":1,"y":3}}"#).unwrap());
        assert_eq!(hashed.len(), 64);
        assert_eq!(id(r#"{"jti":7}"#), Err(Error::JwtClaims("jti")));
    }

    #[test]
    fn an_audience_is_one_text_or_in_a_list() {
        let policy = JwtPolicy { audience: "us".to_owned(), issuer: None, email: None, leeway: 0, longest: None };
        let is_ours = |aud: &str| {
            let claims = format!(r#"{{"aud":{aud}}}"#);
            policy.check_audience(&Members::parse(claims.as_bytes()).unwrap()).is_ok()
        };
        for aud in [r#""us""#, r#"["us"]"#, r#"["them","us"]"#, r#"["us","them"]"#] {
            assert!(is_ours(aud), "{aud}");
        }
        for aud in
            [r#""them""#, r#"["them"]"#, r#"["them","others"]"#, "[]", "null", "7", r#"{"us":"us"}"#, r#"[["us"]]"#]
        {
            assert!(!is_ours(aud), "{aud}");
        }
    }

    #[test]
    fn a_jti_that_no_signed_id_can_be_like_is_replaced_by_its_hash() {
        let long = "a".repeat(257);
        for jti in ["a\r\nb", "a b", "\u{e9}", "a.1795830000.b", "a.1795830000", long.as_str()] {
            let hashed = id(&serde_json::json!({"jti": jti, "data": 1}).to_string()).unwrap();
            assert_eq!(hashed, hex(&sha256(&[jti.as_bytes()])));
            assert_eq!(hashed, id(&serde_json::json!({"jti": jti, "data": 2}).to_string()).unwrap(), "{jti:?}");
        }
        assert_eq!(id(r#"{"jti":"evt.1.2"}"#).unwrap(), "evt.1.2");
        assert_ne!(id(r#"{"jti":"","x":1}"#).unwrap(), id(r#"{"jti":"","x":2}"#).unwrap());
    }

    /// Two tokens that say different things are two events: among them numbers that `f64` holds as one, and texts that look like what
    /// stands for a number.
    #[test]
    fn different_claims_are_different_events() {
        let values = [
            "1.5",
            "1.50",
            "15e-1",
            "\"1.5\"",
            "\"f64:4609434218513702656\"",
            "1e999",
            "\"1e999\"",
            "[1e999]",
            "\"[1e999]\"",
            "123456789012345678901",
            "123456789012345678902",
            "0",
            "-0",
            "0.0",
            "null",
            "\"null\"",
            "true",
            "{}",
            "[]",
            "\"\"",
            "[1,2]",
            "[12]",
            "[\"1,2\"]",
            "[[1],2]",
            "[1,[2]]",
            "{\"a\":1}",
            "{\"a\":{}}",
            "{\"a\":{\"b\":1}}",
            "{\"a\":1,\"b\":1}",
            "{\"a,b\":1}",
            "{\"a\":\"1,\\\"b\\\":1\"}",
            "\"\\u0022\"",
        ];
        let mut ids: Vec<_> = values.iter().map(|value| id(&format!(r#"{{"d":{value}}}"#)).unwrap()).collect();
        ids.extend(["{}", r#"{"e":1}"#, r#"{"d":1,"e":1}"#, r#"{"d,e":1}"#].map(|claims| id(claims).unwrap()));
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    proptest::proptest! {
        /// White space, escapes and the order of members make no other event; anything else does.
        #[test]
        fn claims_have_one_id_however_they_are_written(a in tree(), b in tree()) {
            let [compact, pretty] = [serde_json::to_string(&a), serde_json::to_string_pretty(&a)].map(Result::unwrap);
            let backwards = reversed(&a);
            let of = |text: &str| id(&format!(r#"{{"d":{text}}}"#)).unwrap();
            proptest::prop_assert_eq!(of(&compact), of(&pretty));
            proptest::prop_assert_eq!(of(&compact), of(&backwards), "{} {}", compact, backwards);
            proptest::prop_assert_eq!(of(&compact) == of(&serde_json::to_string(&b).unwrap()), a == b);
        }
    }

    fn tree() -> impl proptest::strategy::Strategy<Value = Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r#"[a-c,:"\\{}\[\]\u{e9}]{0,4}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[ab,]{0,2}", inner, 0..3)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same JSON with the members of objects in reverse, and text escaped.
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .rev()
                    .map(|(name, value)| format!("{}:{}", escaped(name), reversed(value)))
                    .collect();
                format!("{{ {} }}", members.join(" , "))
            }
            Value::Array(items) => format!("[ {} ]", items.iter().map(reversed).collect::<Vec<_>>().join(" , ")),
            Value::String(text) => escaped(text),
            other => other.to_string(),
        }
    }

    fn escaped(text: &str) -> String {
        format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>())
    }

    #[test]
    fn a_token_is_valid_for_no_longer_than_its_id_is_remembered() {
        let check = |longest, exp: &str| {
            let policy = JwtPolicy { audience: "x".to_owned(), issuer: None, email: None, leeway: 60, longest };
            let claims = format!(r#"{{"aud":"x","exp":{exp}}}"#);
            policy.check(&Members::parse(claims.as_bytes()).unwrap(), Timestamp::from_unix(1000))
        };
        for exp in ["1600", "1000", "1599.9", "941"] {
            assert_eq!(check(Some(600), exp), Ok(()), "{exp}");
        }
        for exp in ["1601", "1600.5", "9999999999", "18446744073709551616", "1e300"] {
            assert_eq!(check(Some(600), exp), Err(Error::JwtTooLong), "{exp}");
            assert_eq!(check(None, exp), Ok(()), "{exp}");
        }
        assert_eq!(check(Some(600), "940"), Err(Error::JwtExpired));
        assert_eq!(check(Some(600), "-1e300"), Err(Error::JwtExpired));
        assert_eq!(check(Some(600), "1e400"), Err(Error::JwtClaims("exp")));
    }

    #[test]
    fn an_address_counts_if_the_issuer_has_verified_it() {
        let check = |claims: &str| {
            let (audience, email) = ("x".to_owned(), Some("a@b.example".to_owned()));
            let policy = JwtPolicy { audience, issuer: None, email, leeway: 0, longest: None };
            policy.check_email(&Members::parse(claims.as_bytes()).unwrap())
        };
        assert_eq!(check(r#"{"email":"a@b.example","email_verified":true}"#), Ok(()));
        for email in ["\"A@b.example\"", "\"a@b.example \"", "[\"a@b.example\"]", "null", "\"\""] {
            let claims = format!(r#"{{"email":{email},"email_verified":true}}"#);
            assert_eq!(check(&claims), Err(Error::JwtClaims("email")), "{email}");
        }
        assert_eq!(check(r#"{"email_verified":true}"#), Err(Error::JwtClaims("email")));
        for verified in ["false", "\"true\"", "1", "null", "[true]"] {
            let claims = format!(r#"{{"email":"a@b.example","email_verified":{verified}}}"#);
            assert_eq!(check(&claims), Err(Error::JwtClaims("email_verified")), "{verified}");
        }
        assert_eq!(check(r#"{"email":"a@b.example"}"#), Err(Error::JwtClaims("email_verified")));
    }

    #[test]
    fn dates_are_finite_numbers() {
        let claims = Members::parse(br#"{"a":1.5,"b":"1","c":1e400,"d":null}"#).unwrap();
        assert_eq!(date(&claims, "a"), Ok(Some(1.5)));
        for name in ["b", "c", "d"] {
            assert_eq!(date(&claims, name), Err(Error::JwtClaims(name)));
        }
        assert_eq!(date(&claims, "e"), Ok(None));
    }
}
