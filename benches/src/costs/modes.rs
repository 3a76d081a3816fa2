//! The ways in which a source can be set up, and what an event costs in each.

use anyhow::Result;

use super::usage::{Figures, Usage};

/// Deliveries that are copies of an event that was delivered before, for each event.
pub(super) const COPIES: f64 = 0.01;
/// Attempts in vain, for each event.
pub(super) const FAILURES: f64 = 0.02;
/// How long an origin takes to answer, and an inbox to take an event or a report, in seconds.
pub(super) const ORIGIN: f64 = 0.2;
pub(super) const ACCEPT: f64 = 0.01;
/// Events of a burst, as `operations.json` has it.
const BURST: f64 = 8.0;
/// Bursts, and events that come one by one, are a minute apart. So many share an alarm, which is set for two minutes.
const SHARE: f64 = 2.0;
/// Events in a table of events, which takes six hours of them, and in one of ids, which takes eighteen.
pub(super) const TABLE: f64 = 1_000.0;

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

/// Several events come at once. Each is delivered by the request that brought it, while the object sleeps, and what came of them is
/// written together.
fn in_bursts(figures: &Figures) -> Result<Usage> {
    let alarm = figures.operation("looked_after_eight")?.times(1.0 / SHARE);
    let burst = figures.operation("stored_eight")?.plus(alarm);
    Ok(burst.times(1.0 / BURST).plus(Figures::awake(2.0 * ACCEPT)).plus(besides(figures)?))
}

/// Each wakes the object, for itself and for its report, and alarms look after them.
fn one_by_one(figures: &Figures) -> Result<Usage> {
    let event = figures.operation("stored_alone")?.plus(figures.operation("looked_after")?.times(1.0 / SHARE));
    Ok(event.plus(Figures::awake(2.0 * ACCEPT)).plus(besides(figures)?))
}

/// What an inbox does besides accepting and delivering an event: copies, attempts in vain, and the tables that are dropped in the end.
fn besides(figures: &Figures) -> Result<Usage> {
    let copies = figures.operation("copied")?.times(COPIES);
    let more = figures.operation("stored_in_vain")?.plus(figures.operation("stored_alone")?.times(-1.0));
    let removed = figures.operation("removed_eight")?.times(1.0 / BURST);
    let failures = more.plus(figures.operation("retried")?).plus(removed).plus(Figures::awake(ORIGIN)).times(FAILURES);
    let dropped = figures.operation("dropped_eight")?.plus(figures.operation("forgotten_eight")?).times(1.0 / TABLE);
    let cpu = figures.cpu("stored_and_delivered")?.times(1.0 + COPIES + FAILURES);
    Ok(copies.plus(failures).plus(dropped).plus(figures.stored()?).plus(cpu))
}
