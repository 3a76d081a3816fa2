//! The configuration: `SOURCES`, and what it names. A fault in one source leaves the others working.

mod reader;
mod units;

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use self::reader::Reader;
use super::inbox;
use crate::json::Members;
use crate::jwt::JwtPolicy;
use crate::key::{HmacKey, SecretKey};
use crate::scheme::{self, Form, KeySource, Scheme};
use crate::signature::constant_time_eq;
use crate::timestamp::Tolerance;
use crate::verify::Policy;

pub use self::reader::Fault;

/// What stands outside `SOURCES`: secrets and bindings, by name.
pub trait Environment {
    /// A secret's value.
    fn secret(&self, name: &str) -> Secret;
    /// Whether a binding of that kind is there.
    fn has(&self, binding: Binding<'_>) -> bool;
}

/// What is known of a secret.
#[derive(Debug)]
pub enum Secret {
    /// Its value.
    Value(Zeroizing<String>),
    /// It is not set.
    Missing,
    /// It cannot be seen from here: a check before deploying.
    Unseen,
}

/// A binding that a source needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// A KV namespace.
    Kv(&'a str),
    /// A service.
    Service(&'a str),
    /// A Durable Object namespace.
    DurableObject(&'a str),
}

/// All sources, in the order of their names.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<(String, Entry)>,
    unreadable: Option<Fault>,
    admin_token: Option<Zeroizing<String>>,
}

/// A source, or what is wrong with it.
#[derive(Debug)]
pub enum Entry {
    /// It works.
    Ready(Box<Source>),
    /// It answers 500.
    Faulty(Vec<Fault>),
}

/// One configured sender.
#[derive(Debug)]
pub struct Source {
    /// Its name, which is its path.
    pub name: String,
    /// What it accepts.
    pub policy: Policy,
    /// Its own keys.
    pub secrets: Vec<SecretKey>,
    /// Where its sender publishes keys.
    pub jwks: Option<String>,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// For how many seconds a delivered event is remembered; `None`: not at all.
    pub dedupe: Option<u64>,
    /// Set where events are stored before they are acknowledged.
    pub durable: Option<Durable>,
    /// Where events go.
    pub forward: ForwardTo,
    url_token: Option<Zeroizing<String>>,
}

/// How events of a source are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durable {
    /// Inbox objects, 1 to 64.
    pub shards: u32,
    /// Deliveries at a time from one of them, 1 to 6.
    pub concurrency: usize,
    /// Times, for each event.
    pub terms: inbox::Terms,
}

/// Where events of a source go, and how.
#[derive(Debug)]
pub struct ForwardTo {
    /// The destination.
    pub destination: Destination,
    /// Keys to sign with for the destination; empty: the sender's signature is passed on.
    pub sign_with: Vec<HmacKey>,
    /// Milliseconds that an attempt may take.
    pub timeout_ms: u64,
}

/// A destination.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// A URL.
    Origin(String),
    /// A service binding.
    Service(String),
    /// An object of a namespace, chosen by a template.
    DurableObject {
        /// The namespace's binding.
        binding: String,
        /// The template of the object's name.
        name: String,
    },
}

impl Durable {
    /// What a source gets that says nothing.
    pub const DEFAULT: Self = Self {
        shards: 1,
        concurrency: 4,
        terms: inbox::Terms {
            timeout: 10_000,
            give_up_after: milliseconds(72 * 3600),
            remember: milliseconds(72 * 3600),
            keep_body: 0,
        },
    };
}

impl Config {
    /// Reads `SOURCES`, as JSON text.
    pub fn parse(sources: Option<&str>, environment: &impl Environment) -> Self {
        let admin_token = match environment.secret("ADMIN_TOKEN") {
            Secret::Value(token) if !token.trim_ascii().is_empty() => Some(token),
            _ => None,
        };
        let parsed = sources.and_then(|text| Members::parse(text.as_bytes()));
        let Some(members) = parsed.filter(|members| members.iter().next().is_some()) else {
            let fault = Fault::new(
                "SOURCES",
                "is missing, empty, or not a table of sources",
                "add a [vars.SOURCES.<name>] table to wrangler.toml",
            );
            return Self { entries: Vec::new(), unreadable: Some(fault), admin_token };
        };
        let entries = members.iter().map(|(name, text)| (name.to_owned(), Source::parse(name, text, environment)));
        Self { entries: entries.collect(), unreadable: None, admin_token }
    }

    /// The sources by name, with their place.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, &Entry)> {
        self.entries.iter().enumerate().map(|(index, (name, entry))| (index, name.as_str(), entry))
    }

    /// The source at a place.
    pub fn source(&self, index: usize) -> Option<&Source> {
        match self.entries.get(index) {
            Some((_, Entry::Ready(source))) => Some(source),
            _ => None,
        }
    }

    /// All faults, by source. A fault of the whole is under the name `SOURCES`.
    pub fn faults(&self) -> BTreeMap<&str, Vec<String>> {
        // Inserted one by one: collecting would bring a sort into the Wasm, 4 KB of it.
        let mut all = BTreeMap::new();
        if let Some(fault) = &self.unreadable {
            all.insert("SOURCES", vec![fault.to_string()]);
        }
        for (name, entry) in &self.entries {
            if let Entry::Faulty(faults) = entry {
                all.insert(name.as_str(), faults.iter().map(Fault::to_string).collect());
            }
        }
        all
    }

    /// Whether a bearer token is the admin's, in constant time.
    pub fn is_admin(&self, authorization: Option<&[u8]>) -> bool {
        let given = authorization.and_then(|value| value.strip_prefix(b"Bearer "));
        given
            .zip(self.admin_token.as_ref())
            .is_some_and(|(given, token)| constant_time_eq(given, token.trim_ascii().as_bytes()))
    }

    pub(super) fn has_admin(&self) -> bool {
        self.admin_token.is_some()
    }

    pub(super) fn is_readable(&self) -> bool {
        self.unreadable.is_none()
    }

    pub(super) fn find(&self, name: &str) -> Option<(usize, &Entry)> {
        let index = self.entries.iter().position(|(known, _)| known == name)?;
        self.entries.get(index).map(|(_, entry)| (index, entry))
    }
}

impl Source {
    fn parse(name: &str, text: &str, environment: &impl Environment) -> Entry {
        let mut reader = Reader::new(text, "");
        if !is_name(name) {
            reader.fault("name", "is not a source's name", "use a-z, 0-9 and -, at most 64, not `admin` or `healthz`");
        }
        let source = Self::read(name, &mut reader, environment);
        match (source, reader.finish()) {
            (Some(source), faults) if faults.is_empty() => Entry::Ready(Box::new(source)),
            (_, faults) => Entry::Faulty(faults),
        }
    }

    fn read(name: &str, reader: &mut Reader<'_>, environment: &impl Environment) -> Option<Self> {
        let scheme = read_scheme(reader);
        let secrets = reader.keys("secrets", environment);
        let jwks = read_jwks(reader, scheme);
        let policy = read_policy(reader, scheme, &secrets, jwks.is_some());
        let url_token = reader.secret("url_token", environment);
        if matches!(scheme.map(|scheme| &scheme.keys), Some(KeySource::SharedJwks(_))) && !reader.had("url_token") {
            reader.fault(
                "url_token",
                "is required: the sender's keys sign for all its customers",
                "name a secret that holds a long random token, and end the webhook's URL with it",
            );
        }
        let max_body = reader.size("max_body").unwrap_or(1024 * 1024);
        let is_durable = reader.flag("durable") == Some(true);
        let dedupe = read_dedupe(reader, environment, is_durable);
        let storage = read_storage(reader, environment, is_durable, max_body);
        let (forward, retries) = read_forward(reader, environment, is_durable)?;
        let durable = is_durable.then_some(Durable {
            shards: storage.shards,
            concurrency: retries.concurrency,
            terms: inbox::Terms {
                timeout: forward.timeout_ms,
                give_up_after: milliseconds(retries.give_up_after),
                remember: milliseconds(dedupe.unwrap_or_default()),
                keep_body: milliseconds(storage.keep_bodies),
            },
        });
        Some(Self {
            name: name.to_owned(),
            policy: policy?,
            secrets,
            jwks,
            max_body,
            dedupe,
            durable,
            forward,
            url_token,
        })
    }

    /// How stored events are treated: also those of a source that is not durable any more.
    pub fn storage(&self) -> Durable {
        self.durable.unwrap_or(Durable::DEFAULT)
    }

    /// Whether the last segment of the path is what this source wants: its token, or nothing.
    pub(super) fn takes_token(&self, given: Option<&[u8]>) -> bool {
        match (&self.url_token, given) {
            (Some(token), Some(given)) => constant_time_eq(given, token.trim_ascii().as_bytes()),
            (None, None) => true,
            _ => false,
        }
    }
}

fn read_scheme(reader: &mut Reader<'_>) -> Option<&'static Scheme> {
    let known = || scheme::ALL.map(|scheme| scheme.name).join(", ");
    match reader.text("scheme") {
        Some(name) => {
            let found = scheme::find(&name);
            if found.is_none() {
                reader.fault("scheme", "is not known", &format!("use one of {}", known()));
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

fn read_jwks(reader: &mut Reader<'_>, scheme: Option<&Scheme>) -> Option<String> {
    let url = reader.text("jwks");
    if url.as_deref().is_some_and(|url| !units::is_jwks_url(url)) {
        reader.fault("jwks", "is not an https URL", "use https://… (http is for loopback hosts alone)");
    }
    match scheme.map(|scheme| &scheme.keys) {
        Some(KeySource::SharedJwks(default)) => Some(url.unwrap_or_else(|| (*default).to_owned())),
        Some(KeySource::Secrets) if url.is_some() => {
            reader.fault("jwks", "does not go with this scheme, whose keys are secrets", "remove it");
            None
        }
        _ => url,
    }
}

fn read_policy(
    reader: &mut Reader<'_>,
    scheme: Option<&'static Scheme>,
    secrets: &[SecretKey],
    has_jwks: bool,
) -> Option<Policy> {
    let forms =
        reader.list("accept").map(|names| names.iter().map(|name| Form::parse(name)).collect::<Option<Vec<_>>>());
    let (audience, issuer) = (reader.text("audience"), reader.text("issuer"));
    let tolerance = reader.duration("tolerance").map(Tolerance::from_seconds);
    let scheme = scheme?;
    let forms = match forms {
        None => scheme.default_forms.to_vec(),
        Some(Some(forms)) if !forms.is_empty() && forms.iter().all(|form| scheme.forms.contains(form)) => forms,
        Some(_) => {
            let allowed: Vec<_> = scheme.forms.iter().map(|form| form.as_str()).collect();
            reader.fault(
                "accept",
                "names a form that this scheme does not take",
                &format!("use only {}", allowed.join(", ")),
            );
            return None;
        }
    };
    check_keys(reader, scheme, &forms, secrets, has_jwks);
    let jwt = match (forms.contains(&Form::Jwt), audience) {
        (true, Some(audience)) => Some(JwtPolicy { audience, issuer, leeway: JWT_LEEWAY }),
        (true, None) => {
            reader.fault("audience", "is required where `accept` has `jwt`", "set it to the `aud` of your tokens");
            None
        }
        (false, _) => None,
    };
    Some(Policy { forms, tolerance: tolerance.unwrap_or(Tolerance::DEFAULT), jwt, ..Policy::of(scheme) })
}

/// Every form that is accepted by name has a key, and every key a form.
fn check_keys(reader: &mut Reader<'_>, scheme: &Scheme, forms: &[Form], secrets: &[SecretKey], has_jwks: bool) {
    let shared = matches!(scheme.keys, KeySource::SharedJwks(_));
    if shared && reader.had("secrets") {
        reader.fault(
            "secrets",
            "do not go with this scheme, whose keys come from a key set",
            "remove them, or use another source for static webhooks",
        );
    } else if !shared && !has_jwks && !reader.had("secrets") {
        reader.fault("secrets", "are required", "name the secret that holds the sender's `whsec_…` value");
    }
    let idle = |key: &SecretKey| match key {
        SecretKey::Hmac(_) => !forms.contains(&Form::V1),
        SecretKey::Ed25519(_) => !forms.contains(&Form::V1a),
    };
    if !shared && secrets.iter().any(idle) {
        reader.fault(
            "secrets",
            "hold a key that nothing accepted here can use (`whsec_…` is for v1, `whpk_…` for v1a)",
            "remove the key, or accept its form",
        );
    }
}

fn read_dedupe(reader: &mut Reader<'_>, environment: &impl Environment, durable: bool) -> Option<u64> {
    if reader.is("dedupe", "\"off\"") {
        if durable {
            reader.fault("dedupe", "cannot be off with `durable`", "give a duration");
        }
        return None;
    }
    let seconds = reader.duration("dedupe").unwrap_or(72 * 3600);
    if seconds < 60 {
        reader.fault("dedupe", "is under 60s", "use a time that outlives the sender's retries, like \"72h\"");
    }
    if !durable && !environment.has(Binding::Kv("EVENTS")) {
        reader.fault(
            "dedupe",
            "needs the KV binding `EVENTS`",
            "add it under [[kv_namespaces]], or set dedupe = \"off\"",
        );
    }
    Some(seconds)
}

struct Storage {
    shards: u32,
    keep_bodies: u64,
}

fn read_storage(reader: &mut Reader<'_>, environment: &impl Environment, durable: bool, max_body: u64) -> Storage {
    if durable && !environment.has(Binding::DurableObject("INBOX")) {
        reader.fault(
            "durable",
            "needs the Durable Object binding `INBOX`",
            "add it under [[durable_objects.bindings]] with class_name = \"Inbox\", and its migration, as in the README",
        );
    }
    if durable && max_body > inbox::MAX_BODY {
        reader.fault("max_body", "is more than a stored event can hold", "use at most \"1792KiB\" with `durable`");
    }
    for key in ["shards", "keep_bodies"] {
        only_durable(reader, key, durable);
    }
    let shards = reader.number("shards", 1, 64).and_then(|shards| shards.try_into().ok()).unwrap_or(1);
    Storage { shards, keep_bodies: reader.duration("keep_bodies").unwrap_or(0) }
}

/// A key that would promise something to a source that cannot keep it.
fn only_durable(reader: &mut Reader<'_>, key: &str, durable: bool) {
    if !durable && reader.had(key) {
        reader.fault(key, "goes with `durable` alone", "remove it, or set durable = true");
    }
}

struct Retries {
    give_up_after: u64,
    concurrency: usize,
}

fn read_forward(
    reader: &mut Reader<'_>,
    environment: &impl Environment,
    durable: bool,
) -> Option<(ForwardTo, Retries)> {
    let mut forward = reader.table("forward")?;
    let result = read_destination(&mut forward, environment);
    let name = forward.text("name");
    if let Some(template) = &name {
        if !units::is_template(template) {
            forward.fault("name", "has a placeholder that is not known", "use {id}, {source}, {type} and {data.id}");
        }
        if !matches!(result, None | Some(Destination::DurableObject { .. })) {
            forward.fault("name", "goes with `durable_object` alone", "remove it");
        }
    }
    let sign_with = forward.hmac_keys("sign_with", environment);
    let timeout = forward.duration("timeout").unwrap_or(10);
    if timeout == 0 {
        forward.fault("timeout", "is zero", "use a duration like \"10s\"");
    }
    for key in ["give_up_after", "concurrency"] {
        only_durable(&mut forward, key, durable);
    }
    let retries = Retries {
        give_up_after: forward.duration("give_up_after").unwrap_or(72 * 3600),
        concurrency: forward.number("concurrency", 1, 6).and_then(|number| number.try_into().ok()).unwrap_or(4),
    };
    reader.absorb(forward);
    let destination = match result? {
        Destination::DurableObject { binding, .. } => {
            Destination::DurableObject { binding, name: name.unwrap_or_else(|| "{id}".to_owned()) }
        }
        other => other,
    };
    Some((ForwardTo { destination, sign_with, timeout_ms: milliseconds(timeout) }, retries))
}

const fn milliseconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

fn read_destination(forward: &mut Reader<'_>, environment: &impl Environment) -> Option<Destination> {
    let named = ["origin", "service", "durable_object"].into_iter().filter(|key| forward.is_there(key)).count();
    let (origin, service, object) = (forward.text("origin"), forward.text("service"), forward.text("durable_object"));
    if named != 1 {
        forward.fault(
            "origin",
            "exactly one of `origin`, `service` and `durable_object` is needed",
            "name one destination",
        );
        return None;
    }
    if origin.as_deref().is_some_and(|url| !units::is_http_url(url)) {
        forward.fault("origin", "is not an http or https URL without credentials", "use https://host/path");
    }
    match service.as_deref() {
        Some(name) if !environment.has(Binding::Service(name)) => {
            forward.unbound("service", name, "service", "[[services]]");
        }
        _ => {}
    }
    match object.as_deref() {
        Some("INBOX") => {
            forward.fault("durable_object", "is `INBOX`, which is Countersign's own", "use a namespace of yours");
        }
        Some(name) if !environment.has(Binding::DurableObject(name)) => {
            forward.unbound("durable_object", name, "Durable Object", "[[durable_objects.bindings]]");
        }
        _ => {}
    }
    let object = object.map(|binding| Destination::DurableObject { binding, name: String::new() });
    origin.map(Destination::Origin).or(service.map(Destination::Service)).or(object)
}

fn is_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len())
        && !name.starts_with('-')
        && name.bytes().all(inner)
        && !["admin", "healthz"].contains(&name)
}

/// Seconds of leeway on `exp` and `nbf`.
const JWT_LEEWAY: u64 = 60;

#[cfg(test)]
mod tests;
