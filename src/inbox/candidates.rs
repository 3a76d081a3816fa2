//! Which events of the log an operator's list has to look at.

use super::machine::Machine;
use super::outlet::Outlet;
use super::ranges::Ranges;
use super::states::EventState;

impl Machine {
    /// The numbers of the log whose events may be in a state at a destination; for `None`, in any state. For pending and dead events that
    /// is exact, but for those that wait by themselves, which may be among them or not.
    ///
    /// What is older than the destination is only there for as long as it is not delivered: an operator replayed it by name.
    pub fn candidates(&self, outlet: &Outlet, state: Option<EventState>) -> Ranges {
        let first = self.logs.first().map_or(self.next, |table| table.first).max(1);
        let last = self.next.saturating_sub(1);
        let mut numbers = Ranges::default();
        if matches!(state, Some(EventState::Pending | EventState::Behind) | None) {
            numbers.insert(first, last);
            outlet.cursor().done().iter().for_each(|(first, last)| numbers.remove(first, last));
        }
        if matches!(state, Some(EventState::Dead) | None) {
            let dead = outlet.cursor().dead().iter();
            dead.for_each(|dead| numbers.insert(dead.span.first.max(first), dead.span.last.min(last)));
        }
        if matches!(state, Some(EventState::Delivered | EventState::Filtered) | None) {
            numbers.insert(first.max(outlet.cursor().from()), last);
        }
        self.gone().iter().for_each(|(first, last)| numbers.remove(first, last));
        numbers
    }
}
