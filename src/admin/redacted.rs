//! Headers as operators see them.

use std::borrow::Cow;

use crate::scheme::{Covers, Form, Scheme};

/// The value of a header without what could authenticate anybody: of a signature, the beginning is shown, and a token is hidden.
///
/// ```
/// use countersign::admin::redacted;
/// use countersign::scheme::{Form, find};
///
/// let scheme = find("standard-webhooks").unwrap();
/// let header = ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// assert_eq!(redacted(header, scheme, Some(Form::V1)), "v1,g0hM9SsE+…");
/// assert_eq!(redacted(("authorization", "Bearer x"), scheme, Some(Form::V1)), "[redacted]");
/// assert_eq!(redacted(("content-type", "application/json"), scheme, Some(Form::V1)), "application/json");
/// ```
pub fn redacted<'v>((name, value): (&str, &'v str), scheme: &'static Scheme, form: Option<Form>) -> Cow<'v, str> {
    let is_proof = scheme.proof_headers().any(|proof| proof == name);
    let is_token = form.is_none_or(|form| form.covers() == Covers::Sender);
    let is_foreign = !scheme.header_names().any(|own| own == name);
    if (is_proof && is_token) || (is_foreign && is_credential(name)) {
        return HIDDEN.into();
    }
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) if is_proof => [value.get(..end).unwrap_or_default(), "…"].concat().into(),
        _ => value.into(),
    }
}

/// Whether the name of a header, in lower case, says that its value may authenticate somebody, to whomever: a sender can be configured with a
/// token that the source's scheme does not know, and a proxy adds credentials and URLs with tokens of its own.
///
/// ```
/// use countersign::admin::is_credential;
///
/// assert!(is_credential("x-gitlab-token") && is_credential("cf-access-client-secret") && is_credential("x-original-url"));
/// assert!(!is_credential("content-type") && !is_credential("user-agent") && !is_credential("x-github-event"));
/// ```
pub fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|word| name.contains(word))
}

/// Parts of the names of headers with credentials, or with URLs that may contain one.
const CREDENTIALS: [&str; 13] = [
    "auth",
    "cookie",
    "key",
    "secret",
    "token",
    "jwt",
    "passw",
    "signature",
    "hmac",
    "referer",
    "-url",
    "-uri",
    "-path",
];

/// So many characters of a signature are shown.
const SHOWN: usize = 12;

const HIDDEN: &str = "[redacted]";
