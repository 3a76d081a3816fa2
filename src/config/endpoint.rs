//! Reads what takes the events of a destination.

use super::common::Common;
use super::destination::Endpoint;
use super::environment::{Binding, Environment};
use super::reader::Reader;
use super::urls;
use crate::gateway::object_name::comes_apart;
use crate::gateway::queue::LARGEST_BODY;

/// Reads the endpoint; `None` unless exactly one is named.
pub(super) fn read_endpoint(
    forward: &mut Reader<'_>,
    environment: &impl Environment,
    common: &Common<'_>,
) -> Option<Endpoint> {
    let named = KINDS.into_iter().filter(|key| forward.is_there(key)).count();
    let read = [
        read_origin(forward),
        read_service(forward, environment),
        read_object(forward, environment, common.source),
        read_queue(forward, environment, common),
        read_r2(forward, environment, common),
    ];
    for (key, owner) in [("name", "durable_object"), ("large", "queue")] {
        // It was not read with the key that it belongs to.
        if forward.discard(key) && named == 1 {
            forward.fault(key, &["needs `", owner, "`"].concat(), "remove it");
        }
    }
    if named != 1 {
        forward.fault(
            "origin",
            "or `service`, `durable_object`, `queue` or `r2` is needed, and only one of them",
            "name one destination",
        );
        return None;
    }
    read.into_iter().flatten().next()
}

/// The keys that name an endpoint.
const KINDS: [&str; 5] = ["origin", "service", "durable_object", "queue", "r2"];

fn read_origin(forward: &mut Reader<'_>) -> Option<Endpoint> {
    let url = forward.text("origin")?;
    if !urls::is_http_url(&url) {
        forward.fault("origin", "is not an http or https URL without credentials", "use https://host/path");
    }
    Some(Endpoint::Origin(url))
}

fn read_service(forward: &mut Reader<'_>, environment: &impl Environment) -> Option<Endpoint> {
    let binding = forward.text("service")?;
    if !environment.has(Binding::Service(&binding)) {
        forward.unbound("service", "service", "[[services]]");
    }
    Some(Endpoint::Service(binding))
}

fn read_object(forward: &mut Reader<'_>, environment: &impl Environment, source: &str) -> Option<Endpoint> {
    let binding = forward.text("durable_object")?;
    if binding == "INBOX" {
        forward.fault("durable_object", "is `INBOX`, which is Countersign's own", "use a namespace of yours");
    } else if !environment.has(Binding::DurableObject(&binding)) {
        forward.unbound("durable_object", "Durable Object", "[[durable_objects.bindings]]");
    }
    let name = forward.text("name").unwrap_or_else(|| "{id}".to_owned());
    if !is_template(&name) {
        forward.fault("name", "has a placeholder that is not known", "use {id}, {source}, {type} and {data.id}");
    } else if !comes_apart(&name, source) {
        forward.fault(
            "name",
            "has placeholders that run into each other, so that two events could be taken for one",
            "put a character between them that the first of them never has, like : or /",
        );
    }
    Some(Endpoint::DurableObject { binding, name })
}

fn read_queue(forward: &mut Reader<'_>, environment: &impl Environment, common: &Common<'_>) -> Option<Endpoint> {
    let binding = forward.text("queue")?;
    let large = forward.text("large");
    if !common.is_durable {
        forward.fault("queue", "needs `durable`", "set durable = true");
    }
    // Bare workerd has neither queues nor buckets, so these faults come up there.
    if !environment.has(Binding::Queue(&binding)) {
        forward.unbound("queue", "Queue", "[[queues.producers]]");
    }
    match &large {
        Some(bucket) if !environment.has(Binding::R2(bucket)) => forward.unbound("large", "R2", "[[r2_buckets]]"),
        None if common.max_body > LARGEST_BODY => forward.fault(
            "large",
            "is required: a message of a queue has at most 128 KB, and `max_body` allows more",
            "name the binding of an R2 bucket for larger bodies, or set max_body = \"64KiB\" or less",
        ),
        _ => {}
    }
    Some(Endpoint::Queue { binding, large })
}

fn read_r2(forward: &mut Reader<'_>, environment: &impl Environment, common: &Common<'_>) -> Option<Endpoint> {
    let binding = forward.text("r2")?;
    if !common.is_durable {
        forward.fault("r2", "needs `durable`", "set durable = true");
    }
    if !environment.has(Binding::R2(&binding)) {
        forward.unbound("r2", "R2", "[[r2_buckets]]");
    }
    for key in ["concurrency", "rate"] {
        if forward.had(key) {
            forward.fault(key, "does not go with `r2`, to which events go together", "remove it");
        }
    }
    Some(Endpoint::R2 { binding })
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
