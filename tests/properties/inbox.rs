//! What happens to an event that waits by itself, in any order. The whole machine has a model of its own, in tests/inbox.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Attempt, DEAD_KEPT, EventState, Lifecycle, Over, Progress, Retention, homes};
use proptest::prelude::*;

/// What happens to a waiting event.
#[derive(Clone, Debug)]
enum Step {
    Attempt(bool, Option<u64>),
    Replay,
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), proptest::option::of(0..u64::MAX)).prop_map(|(taken, later)| Step::Attempt(taken, later)),
        1 => Just(Step::Replay),
        2 => Just(Step::Look),
    ]
}

proptest! {
    /// Whatever happens: an event is pending and will be tried, or was delivered, or is dead and kept; and it never falls back.
    #[test]
    fn no_course_of_events_loses_one(
        steps in proptest::collection::vec((step(), 0..20_000_000_u64), 1..60),
        give_up_after in 0..500_000_000_u64, remember in 60_000..500_000_000_u64, keep in 0..100_000_000_u64, seed: u64,
    ) {
        let lifecycle = Lifecycle { timeout: 10_000, give_up_after, retention: Retention { remember, keep } };
        let mut now = 1_800_000_000_000;
        let mut event = Progress::accepted(now);
        for (step, later) in steps {
            let before = event;
            match step {
                Step::Attempt(ok, not_before) if event.state == EventState::Pending => {
                    now = now.max(event.due);
                    let attempt = if ok { Attempt::Delivered } else { Attempt::Failed { not_before } };
                    let tried = Progress { attempts: event.attempts + 1, tries: event.tries + 1, ..event };
                    event = tried.attempted(attempt, now, &lifecycle, seed);
                    prop_assert_eq!(event.attempts, before.attempts + 1);
                    prop_assert_eq!(event.state == EventState::Delivered, ok);
                    if event.state == EventState::Pending {
                        prop_assert!(event.due > now || now >= event.since + give_up_after);
                        prop_assert!(event.due <= now + 5 * 3_600_000, "tried again within the longest delay");
                    }
                    prop_assert!(event.state != EventState::Dead || now >= event.since + give_up_after, "not before its time");
                }
                Step::Replay => {
                    event = event.replayed(now);
                    prop_assert_eq!((event.state, event.due, event.attempts), (EventState::Pending, now, before.attempts));
                }
                Step::Look => {
                    now += later;
                    match event.over(now, &lifecycle) {
                        Over::Keep => prop_assert!(event.state == EventState::Pending || event.due > now),
                        Over::Dead(dead) => {
                            prop_assert!(event.state == EventState::Pending && now >= event.since + give_up_after);
                            event = dead;
                        }
                        Over::Remove => {
                            let kept = if event.state == EventState::Dead { DEAD_KEPT.max(remember) } else { keep };
                            prop_assert!(event.state != EventState::Pending && now >= event.finished + kept);
                            return Ok(());
                        }
                    }
                }
                Step::Attempt(..) => {}
            }
        }
    }

    /// Every id has a home, at any number of shards, and raising the number moves it only to one that is new.
    #[test]
    fn homes_are_stable(id in "[ -~]{1,40}", few in 1..64_u32) {
        let event = EventKey::new("s", id.as_bytes());
        let (before, after) = (homes(event, few), homes(event, few + 1));
        prop_assert!(before.last() == after.last() || after.last() == Some(&few));
    }
}
