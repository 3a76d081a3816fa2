//! Reads where events go: one destination, or several by their names.

use super::common::Common;
use super::destination::{DEFAULT, Destination};
use super::environment::Environment;
use super::forward::read_forward;
use super::reader::Reader;
use super::source::is_label;

/// Reads `forward` or `destinations`; at least one destination, unless there are faults.
pub(super) fn read_destinations(
    reader: &mut Reader<'_>,
    environment: &impl Environment,
    common: &Common<'_>,
) -> Vec<Destination> {
    if !reader.had("destinations") {
        let Some(mut forward) = reader.part("forward", "forward.") else {
            reader.fault("forward", "is required", "say where events go, like { origin = \"https://…\" }");
            return Vec::new();
        };
        let read = read_forward(DEFAULT, &mut forward, environment, common);
        reader.absorb(forward);
        return read.into_iter().collect();
    }
    if reader.discard("forward") {
        reader.fault(
            "destinations",
            "is set beside `forward`, which is a destination too",
            "give that one a name here",
        );
    }
    if !common.is_durable {
        reader.fault("destinations", "needs `durable`", "set durable = true, or use `forward`");
    }
    let names = reader.part("destinations", "destinations.").map(|mut all| {
        let names: Vec<_> = all.names();
        let read: Vec<_> = names.iter().filter_map(|name| read_one(name, &mut all, environment, common)).collect();
        reader.absorb(all);
        (names.len(), read)
    });
    let (count, read) = names.unwrap_or_default();
    if !(1..=MOST).contains(&count) {
        reader.fault("destinations", "has no destination, or too many", "name 1 to 16");
    }
    read
}

fn read_one(
    name: &str,
    all: &mut Reader<'_>,
    environment: &impl Environment,
    common: &Common<'_>,
) -> Option<Destination> {
    if !is_label(name) {
        all.discard(name);
        all.fault("", "has a destination with an invalid name", "use a-z, 0-9 and -, at most 64 characters");
        return None;
    }
    let text = all.raw(name)?;
    let mut one = all.within(name, text);
    let read = read_forward(name, &mut one, environment, common);
    all.absorb(one);
    read
}

/// The most destinations of a source: each costs a row for each batch of events, and its own connections.
const MOST: usize = 16;
