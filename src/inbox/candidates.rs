//! Which events of the log an operator's list has to look at.

use super::machine::Machine;
use super::outlet::Outlet;
use super::ranges::Ranges;
use super::states::EventState;

impl Machine {
    /// The numbers of the log whose events may be in a state at a destination; for `None`, in any state. For pending and dead events that
    /// is exact, but for those that wait by themselves, which may be among them or not.
    pub fn candidates(&self, outlet: &Outlet, state: Option<EventState>) -> Ranges {
        let first = self.logs.first().map_or(self.next, |table| table.first).max(outlet.cursor().from()).max(1);
        let last = self.next.saturating_sub(1);
        let mut numbers = Ranges::default();
        match state {
            Some(EventState::Dead) => {
                outlet
                    .cursor()
                    .dead()
                    .iter()
                    .for_each(|dead| numbers.insert(dead.span.first.max(first), dead.span.last.min(last)));
            }
            Some(EventState::Pending | EventState::Behind) => {
                numbers.insert(first, last);
                outlet.cursor().done().iter().for_each(|(first, last)| numbers.remove(first, last));
            }
            Some(EventState::Delivered | EventState::Filtered) | None => numbers.insert(first, last),
        }
        self.gone().iter().for_each(|(first, last)| numbers.remove(first, last));
        numbers
    }
}
