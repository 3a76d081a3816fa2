//! Reads what a source accepts: its scheme, the forms of signature, and where their keys come from.

use super::header_name::{NOT_CHOSEN, read_header};
use super::hmac::{read_hmac, refuse_keys};
use super::reader::Reader;
use super::urls;
use crate::jose::JwtPolicy;
use crate::key::SecretKey;
use crate::scheme::{self, CONFIGURED, Form, KeySource, Scheme, with_header};
use crate::timestamp::Tolerance;
use crate::verify::Policy;

pub(super) fn read_scheme(reader: &mut Reader<'_>) -> Option<&'static Scheme> {
    let names = || scheme::ALL.iter().map(|scheme| scheme.name).chain([CONFIGURED]);
    let known = || names().collect::<Vec<_>>().join(", ");
    let name = reader.text("scheme");
    let header = read_header(reader, "header");
    if name.as_deref() == Some(CONFIGURED) {
        if header.is_some() {
            reader.fault("header", "is not for `scheme = \"hmac\"`", "name the header under `signature`");
        }
        return Some(read_hmac(reader));
    }
    refuse_keys(reader);
    match name {
        Some(name) => {
            let found = scheme::find(&name);
            match (found, header) {
                (None, _) => {
                    let meant = scheme::nearest(&name).map(|name| ["did you mean `", name, "`?"].concat());
                    let fix = meant.unwrap_or_else(|| format!("use one of {}", known()));
                    reader.fault("scheme", "is not known", &fix);
                }
                (Some(scheme), Some(header)) if scheme.header_is_chosen => return Some(with_header(scheme, header)),
                (Some(_), Some(_)) => reader.fault("header", NOT_CHOSEN.0, NOT_CHOSEN.1),
                (Some(_), None) => {}
            }
            found
        }
        None => {
            if !reader.had("scheme") {
                reader.fault("scheme", "is required", &format!("use one of {}", known()));
            }
            None
        }
    }
}

pub(super) fn read_jwks(reader: &mut Reader<'_>, scheme: Option<&Scheme>) -> Option<String> {
    let url = reader.text("jwks");
    if url.as_deref().is_some_and(|url| !urls::is_jwks_url(url)) {
        reader.fault("jwks", "is not an https URL", "use https://… (http is for loopback hosts alone)");
    }
    match scheme.map(|scheme| &scheme.keys) {
        Some(KeySource::SharedJwks(default) | KeySource::IssuerJwks(default)) => {
            Some(url.unwrap_or_else(|| (*default).to_owned()))
        }
        Some(KeySource::Secrets) if url.is_some() => {
            reader.fault("jwks", "does not go with this scheme, whose keys are secrets", "remove it");
            None
        }
        _ => url,
    }
}

/// Reads the URL under which the sender knows the receiver.
pub(super) fn read_public_url(reader: &mut Reader<'_>, scheme: Option<&'static Scheme>) -> Option<String> {
    let url = reader.text("public_url")?;
    if scheme.is_some_and(|scheme| !scheme.signs_target()) {
        reader.fault("public_url", "does not go with this scheme, which does not sign the URL", "remove it");
    } else if !urls::is_http_url(&url) || url.contains('#') {
        reader.fault("public_url", "is not a URL", "write the webhook's URL as the sender has it, https://…");
    }
    Some(url)
}

/// Whether the keys sign for every customer of their sender: by its scheme, or because a scheme names that key set as shared.
pub(super) fn is_shared(scheme: Option<&Scheme>, jwks: Option<&str>) -> bool {
    let shared = |scheme: &Scheme| match scheme.keys {
        KeySource::SharedJwks(default) => Some(default),
        _ => None,
    };
    let is_set =
        |url| scheme::ALL.iter().copied().filter_map(shared).any(|default| urls::is_same_document(url, default));
    scheme.and_then(shared).is_some() || jwks.is_some_and(is_set)
}

pub(super) fn read_policy(
    reader: &mut Reader<'_>,
    scheme: Option<&'static Scheme>,
    secrets: &[SecretKey],
    jwks: Option<&str>,
) -> Option<Policy> {
    let forms =
        reader.list("accept").map(|names| names.iter().map(|name| Form::parse(name)).collect::<Option<Vec<_>>>());
    let (audience, issuer, email) = (reader.text("audience"), reader.text("issuer"), reader.text("email"));
    let tolerance = reader.duration("tolerance").map(Tolerance::from_seconds);
    let scheme = scheme?;
    if tolerance.is_some() && !scheme.signs_time() {
        reader.fault("tolerance", "does not go with this scheme, whose sender signs no time", "remove it");
    }
    let forms = match forms {
        None => scheme.default_forms.to_vec(),
        Some(Some(forms)) if !forms.is_empty() && forms.iter().all(|form| scheme.forms.contains(form)) => forms,
        Some(_) => {
            let allowed: Vec<_> = scheme.forms.iter().map(|form| form.as_str()).collect();
            reader.fault(
                "accept",
                "is empty, or names a form that this scheme does not take",
                &format!("use only {}", allowed.join(", ")),
            );
            return None;
        }
    };
    check_keys(reader, scheme, &forms, secrets, jwks);
    let identity = scheme.identity();
    check_email(reader, identity.is_some(), email.as_deref());
    let issuer = issuer.or_else(|| identity.map(|identity| identity.issuer.to_owned()));
    let jwt = match (forms.iter().any(|form| form.is_rs256()), audience) {
        (true, Some(audience)) => Some(JwtPolicy { audience, issuer, email, leeway: JWT_LEEWAY, longest: None }),
        (true, None) if reader.had("audience") => None,
        (true, None) => {
            let problem = if identity.is_some() { "is required" } else { "is required where `accept` has `jwt`" };
            reader.fault("audience", problem, "set it to the `aud` of your tokens");
            None
        }
        (false, audience) => {
            for (key, _) in [("audience", audience), ("issuer", issuer)].iter().filter(|(_, value)| value.is_some()) {
                let problem = "is for tokens, which the source does not accept";
                reader.fault(key, problem, "remove it, or accept `jwt` if the sender sends tokens");
            }
            None
        }
    };
    let policy = Policy::of(scheme);
    Some(Policy { forms, tolerance: tolerance.unwrap_or(policy.tolerance), jwt, ..policy })
}

/// Checks that an address is configured where tokens have one, and nowhere else.
fn check_email(reader: &mut Reader<'_>, has_one: bool, email: Option<&str>) {
    match email {
        Some(_) if !has_one => {
            reader.fault("email", "does not go with this scheme, whose sender names none", "remove it")
        }
        Some(email) if !email.contains('@') => {
            reader.fault("email", "is not an address", "write the whole address of the sender's service account");
        }
        None if has_one && !reader.had("email") => reader.fault(
            "email",
            "is required: the issuer signs tokens with your `audience` for everybody",
            "set it to the address of the sender's service account",
        ),
        _ => {}
    }
}

/// Checks that there is a key for what is accepted, and no key for what is not.
fn check_keys(reader: &mut Reader<'_>, scheme: &Scheme, forms: &[Form], secrets: &[SecretKey], jwks: Option<&str>) {
    let shared = is_shared(Some(scheme), jwks) || matches!(scheme.keys, KeySource::IssuerJwks(_));
    let keyed = reader.had("secrets") || (jwks.is_some() && forms.iter().any(|form| form.is_ed25519()));
    if shared && reader.had("secrets") {
        reader.fault(
            "secrets",
            "do not go with a key set that signs for all customers of its sender",
            "remove them, and use another source for webhooks signed with a secret",
        );
    } else if !shared && !keyed {
        let fix = ["name the secret that holds the sender's ", scheme.secrets.what()].concat();
        reader.fault("secrets", "are required", &fix);
    }
    let idle = |key: &SecretKey| match key {
        SecretKey::Hmac(_) => !forms.iter().any(|form| form.is_shared()),
        SecretKey::Ed25519(_) => !forms.iter().any(|form| form.is_ed25519()),
        SecretKey::P256(_) => !forms.contains(&Form::EcdsaP256),
    };
    if !shared && secrets.iter().any(idle) {
        reader.fault(
            "secrets",
            "hold a key that nothing accepted here can use (`whsec_…` is for v1, `whpk_…` for v1a)",
            "remove the key, or accept its form",
        );
    }
}

/// Seconds of leeway on `exp` and `nbf`.
const JWT_LEEWAY: u64 = 60;
