//! Reads where events go.

use super::destination::{Destination, Endpoint};
use super::destinations::Common;
use super::durable::only_durable;
use super::environment::{Binding, Environment};
use super::reader::Reader;
use super::source::milliseconds;
use super::units;
use super::urls;
use super::when::read_when;
use crate::gateway::object_name::comes_apart;
use crate::inbox::{Lifecycle, Rules};

/// Reads the table of a destination.
pub(super) fn read_forward(
    destination: &str,
    forward: &mut Reader<'_>,
    environment: &impl Environment,
    common: &Common<'_>,
) -> Option<Destination> {
    let durable = common.is_durable;
    let result = read_endpoint(forward, environment);
    let name = forward.text("name");
    if let Some(template) = &name {
        if !is_template(template) {
            forward.fault("name", "has a placeholder that is not known", "use {id}, {source}, {type} and {data.id}");
        } else if !comes_apart(template, common.source) {
            forward.fault(
                "name",
                "has placeholders that run into each other, so that two events could be taken for one",
                "put a character between them that the first of them never has, like : or /",
            );
        }
        if !matches!(result, None | Some(Endpoint::DurableObject { .. })) {
            forward.fault("name", "needs `durable_object`", "remove it");
        }
    }
    let sign_with = forward.hmac_keys("sign_with", environment, common.senders);
    let timeout = forward.duration("timeout").unwrap_or(10);
    if timeout == 0 {
        forward.fault("timeout", "is zero", "use a duration like \"10s\"");
    }
    let keep_answers = forward.flag("keep_answers") == Some(true);
    for key in ["give_up_after", "concurrency", "keep_answers", "when", "rate", "from"] {
        only_durable(forward, key, durable);
    }
    let give_up_after = forward.duration("give_up_after").unwrap_or(72 * 3600);
    let concurrency = forward.number("concurrency", 1, 128).and_then(|number| number.try_into().ok()).unwrap_or(64);
    let interval = read_rate(forward, common.storage.shards);
    let from_stored = forward.choice("from", &[("now", false), ("stored", true)]) == Some(true);
    let when = read_when(forward);
    let endpoint = match result? {
        Endpoint::DurableObject { binding, .. } => {
            Endpoint::DurableObject { binding, name: name.unwrap_or_else(|| "{id}".to_owned()) }
        }
        other => other,
    };
    let timeout_ms = milliseconds(timeout);
    let give_up_after = milliseconds(give_up_after);
    let lifecycle = Lifecycle { timeout: timeout_ms, give_up_after, retention: common.retention };
    let rules = Rules { lifecycle, concurrency, interval, from_stored };
    let name = destination.to_owned();
    Some(Destination { name, endpoint, when, sign_with, timeout_ms, keep_answers, rules })
}

fn read_endpoint(forward: &mut Reader<'_>, environment: &impl Environment) -> Option<Endpoint> {
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
    if origin.as_deref().is_some_and(|url| !urls::is_http_url(url)) {
        forward.fault("origin", "is not an http or https URL without credentials", "use https://host/path");
    }
    match service.as_deref() {
        Some(name) if !environment.has(Binding::Service(name)) => {
            forward.unbound("service", "service", "[[services]]");
        }
        _ => {}
    }
    match object.as_deref() {
        Some("INBOX") => {
            forward.fault("durable_object", "is `INBOX`, which is Countersign's own", "use a namespace of yours");
        }
        Some(name) if !environment.has(Binding::DurableObject(name)) => {
            forward.unbound("durable_object", "Durable Object", "[[durable_objects.bindings]]");
        }
        _ => {}
    }
    let object = object.map(|binding| Endpoint::DurableObject { binding, name: String::new() });
    origin.map(Endpoint::Origin).or(service.map(Endpoint::Service)).or(object)
}

/// Reads how many attempts may begin in a second: the microseconds from one to the next for one of so many shards; 0 without a limit.
fn read_rate(forward: &mut Reader<'_>, shards: u32) -> u64 {
    let Some(text) = forward.text("rate") else { return 0 };
    let interval = units::interval(&text);
    if interval.is_none() {
        let fix = "write a whole number and /s, /m or /h, like \"50/s\", at most 1000/s";
        forward.fault("rate", "is not a rate", fix);
    }
    interval.unwrap_or_default().saturating_mul(shards.into())
}

/// Whether all placeholders of a template are known.
fn is_template(template: &str) -> bool {
    let mut pieces = template.split('{');
    let known = |piece: &str| {
        ["id}", "source}", "type}", "data.id}"]
            .iter()
            .any(|name| piece.strip_prefix(name).is_some_and(|rest| !rest.contains('}')))
    };
    !template.is_empty() && pieces.next().is_some_and(|first| !first.contains('}')) && pieces.all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_and_closed() {
        assert!(is_template("{id}") && is_template("a-{source}-{data.id}") && is_template("fixed"));
        assert!(
            !is_template("")
                && !is_template("{nope}")
                && !is_template("{id")
                && !is_template("id}")
                && !is_template("{id}}")
        );
    }
}
