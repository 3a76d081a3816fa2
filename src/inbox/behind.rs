//! Waiting events of an ordered destination: at the head of their lanes, or behind others. Milliseconds throughout.

use super::fence::Fenced;
use super::ordering::stored_lane;
use super::outlet::Outlet;
use super::states::{EventState, Progress};
use super::store::{Store, StoreFault};

impl Outlet {
    /// A failed event of the log as it begins to wait by itself: at the head of its lane, or behind others.
    pub(super) fn queued<S: Store>(
        &mut self,
        store: &S,
        number: u64,
        progress: Progress,
    ) -> Result<Progress, StoreFault> {
        if self.lanes.is_none() {
            return Ok(progress);
        }
        let known = self.under_way.get(number).and_then(|lease| lease.lane);
        let lane = known.map_or_else(|| stored_lane(store, number), |lane| Ok(Some(lane)))?;
        let Some(lane) = lane else { return Ok(progress) };
        let is_busy = self.is_busy(lane, number);
        let Some(lanes) = &mut self.lanes else { return Ok(progress) };
        let lane = (lane, !lanes.waits(lane) && !is_busy);
        let state = match progress.state {
            EventState::Pending => {
                lanes.wait(lane.0, lane.1);
                if lane.1 { EventState::Pending } else { EventState::Behind }
            }
            other => other,
        };
        Ok(Progress { state, lane: Some(lane.0), ..progress })
    }

    /// Notes that a waiting event is finished, which may have been the head of its lane.
    pub(super) fn release(&mut self, progress: &Progress) {
        if let Some((lanes, lane)) = self.lanes.as_mut().zip(progress.lane)
            && progress.state == EventState::Pending
        {
            lanes.lose_head(lane);
        }
    }

    /// A waiting event as it is replayed: behind the others of its lane, until none before it is open.
    pub(super) fn replayed(&mut self, progress: Progress, now: u64) -> Progress {
        let again = progress.replayed(now);
        match self.lanes.as_mut().zip(progress.lane) {
            Some((lanes, lane)) if progress.state != EventState::Pending => {
                lanes.wait(lane, false);
                Progress { state: EventState::Behind, ..again }
            }
            _ => again,
        }
    }

    /// Adds those of the waiting events that are due to `kept` that may be attempted: one in each lane. Others go behind it. Returns when
    /// those are to be looked at again that are fenced; `u64::MAX` if none is.
    pub(super) fn one_each<S: Store>(
        &mut self,
        store: &S,
        due: Vec<(u64, Progress)>,
        kept: &mut Vec<(u64, Progress)>,
    ) -> Result<u64, StoreFault> {
        let mut fenced_until = u64::MAX;
        for (number, progress) in due {
            let lane = progress.lane.filter(|_| self.lanes.is_some());
            let has_other = |lane| kept.iter().any(|(_, other)| other.lane == Some(lane));
            let fenced = self.fenced.as_ref().zip(lane);
            match lane {
                _ if fenced.is_some_and(|(fenced, lane)| fenced.holds_waiting(number, lane, progress.due)) => {
                    fenced_until = self.fenced.as_ref().map_or(u64::MAX, Fenced::until);
                }
                Some(lane) if self.is_busy(lane, number) || has_other(lane) => {
                    let behind = Progress { state: EventState::Behind, ..progress };
                    store.set_waiting(&self.name, number, &behind)?;
                    let is_headed = has_other(lane)
                        || self.under_way.iter().any(|lease| lease.lane == Some(lane) && lease.waiting.is_some());
                    if let Some(lanes) = self.lanes.as_mut().filter(|_| !is_headed) {
                        lanes.lose_head(lane);
                    }
                }
                _ => kept.push((number, progress)),
            }
        }
        Ok(fenced_until)
    }
}
