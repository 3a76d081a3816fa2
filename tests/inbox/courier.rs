//! What the shell does around the machine when it hands events to couriers.

use countersign::inbox::{Handout, Machine, Plan, StoreFault};

use crate::store::MemoryStore;

/// Takes up to `most` events for couriers, at one destination or at all in turn. An event whose row says that it is not for the destination
/// is passed by, and another is taken in its place.
pub(crate) fn take(
    machine: &mut Machine,
    store: &MemoryStore,
    place: Option<usize>,
    most: usize,
    now: u64,
    plan: &Plan,
) -> Result<Vec<Handout>, StoreFault> {
    let mut taken = Vec::new();
    let mut passed_by = 0;
    while taken.len() < most {
        let handed = machine.hand_out(store, place, most - taken.len(), now, plan)?;
        if handed.is_empty() {
            break;
        }
        for handout in handed {
            let event = store.data().in_log(handout.number).filter(|_| !handout.is_waiting);
            let name = machine.outlets()[handout.place].name();
            if event.is_some_and(|event| event.filtered.contains(&name)) {
                machine.pass_by(store, handout.place, handout.number, now, plan)?;
                passed_by += 1;
                assert!(passed_by <= machine.next(), "{handout:?} is passed by again and again");
            } else {
                taken.push(handout);
            }
        }
    }
    Ok(taken)
}
