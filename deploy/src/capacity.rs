//! What the inbox of a source takes, by its configuration and by what docs/performance.md measured.

use countersign::config::Durable;

/// Events a second that one object accepts.
const BURST: f64 = 1_000.0;

/// How much longer than the origin responds an attempt keeps its place among `concurrency`, in seconds.
const BETWEEN: f64 = 0.06;

/// What a remembered id takes of the database, as docs/inbox.md says.
const ID_BYTES: f64 = 27.0;

/// An event of a usual size with its headers, kept whole.
const EVENT_BYTES: f64 = 2_000.0;

/// What it takes in bursts, for long, and until it is full, for people.
pub(crate) fn text(durable: &Durable, concurrency: usize) -> String {
    let all = |each: f64| each * f64::from(durable.shards);
    let days = durable.retention.remember as f64 / 86_400_000.0;
    let room = durable.max_stored as f64;
    let by_ids = all(room / ID_BYTES) / (days * 86_400.0);
    let by_bodies = all(room / EVENT_BYTES) / (durable.retention.keep as f64 / 1_000.0).max(3_600.0);
    format!(
        "takes bursts of {:.0} events a second; sustains {:.0} where the origin answers in 50 ms, {:.0} in 200 ms; has room for {:.0} a \
         second with their ids kept for {days:.1} days, and for {:.0} with 2 KB each kept whole",
        all(BURST),
        all(sustained(concurrency, 0.05)),
        all(sustained(concurrency, 0.2)),
        by_ids,
        by_bodies,
    )
}

/// Events a second that one object delivers to an origin that responds after so many seconds.
fn sustained(concurrency: usize, seconds: f64) -> f64 {
    concurrency as f64 / (seconds + BETWEEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of docs/performance.md, where the processor was not what limited it: it may promise a little less, and no more.
    #[test]
    fn no_more_is_promised_than_was_measured() {
        for (concurrency, seconds, measured) in
            [(64, 0.05, 586.0), (64, 0.2, 257.0), (64, 0.5, 115.0), (64, 1.0, 64.0), (16, 0.2, 66.0), (128, 0.2, 511.0)]
        {
            let promised = sustained(concurrency, seconds);
            assert!(promised <= measured && promised > 0.9 * measured, "{concurrency}, {seconds} s: {promised}");
        }
    }
}
