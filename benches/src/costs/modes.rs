//! The ways in which a source can be set up, and what an event costs in each.

use anyhow::Result;

use super::usage::{Figures, Usage};

/// Deliveries that are copies of an event that was delivered before, for each event.
pub(super) const COPIES: f64 = 0.01;
/// Attempts in vain, for each event.
pub(super) const FAILURES: f64 = 0.02;
/// How long an origin takes to answer, and an inbox to take an event, in seconds.
pub(super) const ORIGIN: f64 = 0.2;
pub(super) const ACCEPT: f64 = 0.01;
/// `forward.concurrency` where nothing is said.
const CONCURRENCY: f64 = 4.0;
/// Events of a burst, as `operations.json` has it.
const BURST: f64 = 8.0;

/// One way, for each event that is new.
pub(super) struct Mode {
    pub(super) title: &'static str,
    pub(super) usage: Usage,
}

/// All of them, from the cheapest on.
pub(super) fn all(figures: &Figures) -> Result<[Mode; 4]> {
    Ok([
        Mode { title: "`dedupe = \"off\"`", usage: unmarked(figures)? },
        Mode { title: "`dedupe` in KV", usage: marked(figures)? },
        Mode { title: "`durable`, in bursts", usage: in_bursts(figures)? },
        Mode { title: "`durable`, one by one", usage: one_by_one(figures)? },
    ])
}

/// A delivery that is refused.
pub(super) fn refused(figures: &Figures) -> Result<Usage> {
    Ok(figures.operation("refused")?.plus(figures.cpu("refused")?))
}

/// A copy is forwarded again, and after a failure the sender comes again.
fn unmarked(figures: &Figures) -> Result<Usage> {
    Ok(figures.operation("passed_unmarked")?.plus(figures.cpu("passed_unmarked")?).times(1.0 + COPIES + FAILURES))
}

fn marked(figures: &Figures) -> Result<Usage> {
    let copies = figures.operation("repeated")?.times(COPIES);
    let failures = figures.operation("passed_in_vain")?.times(FAILURES);
    let cpu = figures.cpu("passed")?.times(1.0 + COPIES + FAILURES);
    Ok(figures.operation("passed")?.plus(copies).plus(failures).plus(cpu))
}

/// Several events are delivered by one alarm, at a time as many as `forward.concurrency` says.
fn in_bursts(figures: &Figures) -> Result<Usage> {
    let delivered = figures.operation("delivered_eight")?.times(1.0 / BURST);
    let awake = Figures::awake(ACCEPT + ORIGIN / CONCURRENCY);
    Ok(figures.operation("accepted_meanwhile")?.plus(delivered).plus(awake).plus(besides(figures)?))
}

/// Each event wakes the object, and has an alarm of its own.
fn one_by_one(figures: &Figures) -> Result<Usage> {
    let awake = Figures::awake(ACCEPT + ORIGIN);
    let event = figures.operation("accepted_asleep")?.plus(figures.operation("delivered")?);
    Ok(event.plus(awake).plus(besides(figures)?))
}

/// What an inbox does besides accepting and delivering an event: copies, attempts in vain, and the id's removal in the end.
fn besides(figures: &Figures) -> Result<Usage> {
    let copies = figures.operation("copied")?.times(COPIES);
    let failures = figures.operation("delivered_in_vain")?.plus(Figures::awake(ORIGIN)).times(FAILURES);
    let removed = figures.operation("removed_eight")?.times(1.0 / BURST);
    let cpu = figures.cpu("stored_and_delivered")?.times(1.0 + COPIES + FAILURES);
    Ok(copies.plus(failures).plus(removed).plus(cpu))
}
