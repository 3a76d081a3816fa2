//! What the shell does around the machine when an operator replays many events: the Worker's `job.rs` without its pace.

use countersign::inbox::{EventState, Machine, Ranges, Replayed, Store as _, StoreFault};

use crate::store::MemoryStore;

/// Replays the events of a destination that are in a state; how many.
pub(crate) fn replay_all(
    machine: &mut Machine,
    store: &MemoryStore,
    place: usize,
    state: EventState,
    now: u64,
) -> Result<u64, StoreFault> {
    let outlet = &machine.outlets()[place];
    let (name, first) = (outlet.name().to_owned(), outlet.cursor().from().max(1));
    let found: Vec<_> =
        (first..machine.next()).filter(|number| store.data().state(&name, *number) == Some(state)).collect();
    let (mut replayed, mut in_log) = (0, Ranges::default());
    for number in found {
        if store.waiting(&name, number)?.is_none() {
            in_log.insert(number, number);
            replayed += 1;
        } else if machine.replay(store, (place, false), number, now)? == Replayed::Yes {
            replayed += 1;
        }
    }
    if in_log.last().is_some() {
        machine.replay_numbers(store, place, &in_log, now)?;
    }
    machine.attempt_now(place, now);
    Ok(replayed)
}
