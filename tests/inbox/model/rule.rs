//! What must hold, by name.

/// After a 202 an event is stored for its destination until it is answered 2xx there, or is visible as dead.
pub(crate) const KEPT: &str = "1 after a 202, the event is kept until it is answered 2xx or dead";
/// An outcome that was written is never taken back; no attempt begins after a 2xx was written.
pub(crate) const WRITTEN: &str = "2 what was written is never taken back, and nothing is attempted after a 2xx";
/// An event is attempted again whenever no outcome of its last attempt was written.
pub(crate) const AGAIN: &str = "3 an event is attempted again whenever no outcome was written, by alarms alone";
/// No table is dropped with an event that a destination needs.
pub(crate) const DROPPED: &str = "4 dropping a table drops nothing that is needed";
/// An id is known as long as its event is stored, and for `dedupe` after it is finished.
pub(crate) const KNOWN: &str = "5 an id is known while its event is stored, and for dedupe after it is finished";
/// Nothing is dropped or given up in the first hour awake after a jump of the clock.
pub(crate) const PATIENT: &str = "6 nothing is dropped or given up in the first hour after the clock jumped";

/// Nothing that happens at one destination changes anything of another.
pub(crate) const ALONE: &str = "7 what happens at one destination changes nothing of another";
/// What a destination filters is never attempted there.
pub(crate) const FILTERED: &str = "8 what is filtered is never attempted";
/// A destination that is not configured is not attempted, and nothing is given up there.
pub(crate) const ORPHANS: &str = "9 a destination that is not configured is left as it is";

/// Of a lane, an event is attempted when those before it are delivered, dead or discarded, and no attempt of the lane is under way.
pub(crate) const ORDER: &str = "10 an event is attempted after those before it in its lane, and one at a time";

/// No two attempts at an event at a destination have the same number, nor two events.
pub(crate) const NUMBERS: &str = "a number is used once";
/// What is handed out is where it is said to be.
pub(crate) const PLACE: &str = "what is handed out is stored where it is said to be";
/// What a replay says is so.
pub(crate) const REPLAYED: &str = "a replay says whether the event is there";
/// What a discard says is so.
pub(crate) const DISCARDED: &str = "a discard says whether the event was pending, and then it is dead";
/// No more attempts are under way than are configured.
pub(crate) const CONCURRENCY: &str = "no more is under way than may be";
/// While a destination is broken, one probe at a time is under way.
pub(crate) const PROBES: &str = "a broken destination has one probe at a time";
/// Nothing is attempted while a destination is paused, or held back.
pub(crate) const PAUSED: &str = "nothing is attempted while it is paused or held back";
/// What a machine knows is what another would load.
pub(crate) const STORED: &str = "the machine knows what is stored";
/// By its alarms alone, an object ends empty and asleep. Part of [`AGAIN`] and [`DIES`].
pub(crate) const ASLEEP: &str = "alarms alone end everything, and then there are none";
/// The same, if the destination never answers: everything dies in time.
pub(crate) const DIES: &str = "what nobody answers is dead in time";
