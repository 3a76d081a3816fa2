//! Reads one source from its table.

use super::common::Common;
use super::destinations::read_destinations;
use super::durable::{DEDUPE, default_dedupe, read_dedupe, read_storage, remembered};
use super::environment::Environment;
use super::fault::Fault;
use super::header_name::read_header;
use super::order::read_order;
use super::policy::{is_shared, read_jwks, read_policy, read_public_url, read_scheme};
use super::reader::Reader;
use super::secrets::Carrier;
use super::source::{Durable, Source, is_name, milliseconds};
use zeroize::Zeroizing;

use crate::inbox::Retention;
use crate::key::KeyFormat;
use crate::scheme::{Handshake, Scheme, kept};
use crate::timestamp::Tolerance;

/// Reads the table of a source.
///
/// # Errors
/// Its faults, at least one.
pub(super) fn read_source(name: &str, text: &str, environment: &impl Environment) -> Result<Source, Vec<Fault>> {
    let mut reader = Reader::new(text, "");
    if !is_name(name) {
        reader.fault(
            "name",
            "is not a source's name",
            "use a-z, 0-9 and -, at most 64 characters, not `admin`, `console` or `healthz`",
        );
    }
    let source = read(name, &mut reader, environment);
    match (source, reader.finish()) {
        (Some(source), faults) if faults.is_empty() => Ok(source),
        (_, faults) => Err(faults),
    }
}

fn read(name: &str, reader: &mut Reader<'_>, environment: &impl Environment) -> Option<Source> {
    let scheme = read_scheme(reader);
    let short = reader.flag("allow_short_keys") == Some(true);
    reader.allow_short = short;
    let format = scheme.map_or(KeyFormat::Standard, |scheme| scheme.secrets);
    let secrets = reader.keys("secrets", format, environment);
    let jwks = read_jwks(reader, scheme);
    let mut policy = read_policy(reader, scheme, &secrets, jwks.as_deref());
    let url_token = reader.token("url_token", Carrier::Path, environment);
    let verify_token = read_verify_token(reader, scheme, environment);
    let public_url = read_public_url(reader, scheme);
    if is_shared(scheme, jwks.as_deref()) && !reader.had("url_token") {
        reader.fault(
            "url_token",
            "is required: the keys sign for all customers of their sender",
            "name a secret that holds a long random token, and end the webhook's URL with it",
        );
    }
    let max_body = reader.size("max_body").unwrap_or(1024 * 1024);
    let is_durable = reader.flag("durable") == Some(true);
    let dedupe_header = read_dedupe_header(reader, scheme);
    let origin_replies = read_reply(reader, is_durable);
    let tolerance = policy.as_ref().map_or(Tolerance::from_seconds(0), |policy| policy.tolerance);
    let default = scheme.map_or(DEDUPE, |scheme| default_dedupe(scheme, tolerance));
    let dedupe = read_dedupe(reader, environment, is_durable, tolerance, default);
    if let Some(jwt) = policy.as_mut().and_then(|policy| policy.jwt.as_mut()) {
        jwt.longest = dedupe;
    }
    let storage = read_storage(reader, environment, is_durable, max_body);
    let dedupe = dedupe.zip(policy.as_ref()).map(|(seconds, policy)| remembered(seconds, policy));
    let remember = milliseconds(dedupe.unwrap_or_default());
    let retention = Retention { remember, keep: milliseconds(storage.keep) };
    let common = Common { source: name, is_durable, max_body, storage: &storage, retention, senders: &secrets };
    let destinations = read_destinations(reader, environment, &common);
    let order = read_order(reader, scheme, policy.as_ref(), is_durable);
    let policy = policy?;
    let durable = is_durable.then_some(Durable {
        shards: storage.shards,
        max_stored: storage.max_stored,
        location: storage.location,
        retention,
    });
    Some(Source {
        name: name.to_owned(),
        policy,
        secrets,
        jwks,
        max_body,
        dedupe,
        dedupe_header,
        durable,
        order,
        destinations,
        origin_replies,
        allows_short_keys: short,
        is_internal: false,
        url_token,
        verify_token,
        public_url,
    })
}

/// Reads the unsigned header that is part of an event's id, for a sender that signs none.
fn read_dedupe_header(reader: &mut Reader<'_>, scheme: Option<&'static Scheme>) -> Option<&'static str> {
    let header = read_header(reader, "dedupe_header")?;
    if scheme.is_some_and(Scheme::signs_id) {
        reader.fault("dedupe_header", "does not go with this scheme, whose sender signs the event's id", "remove it");
    } else if scheme.is_some_and(|scheme| scheme.differs_in_copies(&header)) {
        reader.fault(
            "dedupe_header",
            "has the signature or the timestamp, which can differ in a copy",
            "name the header that has the id alone",
        );
    }
    Some(kept(header))
}

/// Reads whose response the sender gets: whether it is the destination's.
fn read_reply(reader: &mut Reader<'_>, durable: bool) -> bool {
    let origin_replies = reader.choice("reply", &[("own", false), ("origin", true)]) == Some(true);
    if origin_replies && durable {
        reader.fault(
            "reply",
            "cannot be \"origin\" with `durable`, which responds before the origin does",
            "remove `durable`, or set reply = \"own\"",
        );
    }
    origin_replies
}

/// Reads the token of handshakes, for senders that ask with one.
fn read_verify_token(
    reader: &mut Reader<'_>,
    scheme: Option<&Scheme>,
    environment: &impl Environment,
) -> Option<Zeroizing<String>> {
    let has_one = scheme.is_none_or(|scheme| scheme.handshake == Some(Handshake::HubChallenge));
    if reader.had("verify_token") && !has_one {
        reader.fault("verify_token", "does not go with this scheme, whose sender has no such token", "remove it");
    }
    reader.token("verify_token", Carrier::Header, environment)
}
