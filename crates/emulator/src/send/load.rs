//! `send --count`: measures a receiver's deliveries per second and latency.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::draft::Field;
use super::outcome::Outcome;
use super::run::Run;
use super::signer::Signer;
use crate::clock::Clock;
use crate::outgoing::{Outgoing, Post};
use crate::random;
use crate::term::line;

/// The results of one worker.
#[derive(Default)]
struct Seen {
    answers: BTreeMap<String, u32>,
    took: Vec<Duration>,
    failed: u32,
}

/// Sends `count` deliveries, each of its own event, signed when it is sent.
pub(super) async fn run(run: &Run<'_>, count: u32) -> Result<Outcome> {
    let (left, started) = (Arc::new(AtomicU32::new(count)), Instant::now());
    let mut workers = JoinSet::new();
    for _ in 0..run.options.concurrency {
        let worker = Worker {
            left: Arc::clone(&left),
            outgoing: run.outgoing.clone(),
            model: run.post(&run.sender()?.fresh()?)?,
            signer: run.signer.clone(),
            names: [Field::Id, Field::Timestamp, Field::Signature].map(|field| field.name(run.names)),
            limit: run.options.timeout,
        };
        workers.spawn(worker.work());
    }
    let mut all = Seen::default();
    for seen in workers.join_all().await {
        let seen = seen?;
        all.took.extend(seen.took);
        all.failed = all.failed.saturating_add(seen.failed);
        for (answer, number) in seen.answers {
            let known = all.answers.entry(answer).or_default();
            *known = known.saturating_add(number);
        }
    }
    print(&mut all, count, started.elapsed());
    Ok(match all.failed {
        0 => Outcome::AsExpected,
        _ if all.took.is_empty() => Outcome::Unanswered,
        _ => Outcome::Unexpected,
    })
}

struct Worker {
    left: Arc<AtomicU32>,
    outgoing: Outgoing,
    model: Post,
    signer: Signer,
    names: [&'static str; 3],
    limit: Duration,
}

impl Worker {
    async fn work(self) -> Result<Seen> {
        let (mut seen, clock) = (Seen::default(), Clock::compressed(1.0));
        while self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            let (id, now) = (random::message_id()?, clock.now());
            let signature = self.signer.sign(&id, now, &self.model.body);
            let values = [id.as_str(), &now.to_string(), &signature];
            let post = Post::signed(&self.model.uri, self.names, values, self.model.body.clone())?;
            let (answer, good) = match self.outgoing.post(post, self.limit).await {
                Ok(answer) => {
                    seen.took.push(answer.took);
                    (answer.status.to_string(), (200..300).contains(&answer.status))
                }
                Err(fault) => (fault.to_string(), false),
            };
            let known = seen.answers.entry(answer).or_default();
            *known = known.saturating_add(1);
            seen.failed = seen.failed.saturating_add(u32::from(!good));
        }
        Ok(seen)
    }
}

fn print(seen: &mut Seen, count: u32, elapsed: Duration) {
    seen.took.sort_unstable();
    let rate = f64::from(count) / elapsed.as_secs_f64();
    line(format_args!("{count} deliveries in {:.2} s: {rate:.0} a second", elapsed.as_secs_f64()));
    let at = |share: f64| percentile(&seen.took, share).map_or(0.0, |took| took.as_secs_f64() * 1000.0);
    line(format_args!("answered within: half {:.1} ms, 99 % {:.1} ms, all {:.1} ms", at(0.5), at(0.99), at(1.0)));
    let answers = seen.answers.iter().map(|(answer, number)| format!("{number} × {answer}"));
    line(format_args!("answers: {}", answers.collect::<Vec<_>>().join(", ")));
}

/// The percentile of sorted times.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index that is rounded"
)]
fn percentile(sorted: &[Duration], share: f64) -> Option<Duration> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_there_is() {
        let times: Vec<_> = (0..=100).map(Duration::from_millis).collect();
        let at = |share| percentile(&times, share).map(|time| time.as_millis());
        assert_eq!((at(0.0), at(0.5), at(0.99), at(1.0)), (Some(0), Some(50), Some(99), Some(100)));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
