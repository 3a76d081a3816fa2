//! What happens to a stored event, in any order.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Attempt, DEAD_KEPT, EventState, Lifecycle, Progress, Tidy, homes};
use proptest::prelude::*;

/// What happens to a stored event, in any order.
#[derive(Clone, Debug)]
enum Step {
    Attempt(bool, Option<u64>),
    /// The object dies in the middle of an attempt.
    Death,
    Replay,
    Tidy,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), proptest::option::of(0..u64::MAX)).prop_map(|(taken, later)| Step::Attempt(taken, later)),
        2 => Just(Step::Death),
        1 => Just(Step::Replay),
        2 => Just(Step::Tidy),
    ]
}

proptest! {
    /// Whatever happens: an event is pending and will be tried, or was delivered, or is dead and kept; and it never falls back.
    #[test]
    fn no_course_of_events_loses_one(
        steps in proptest::collection::vec((step(), 0..20_000_000_u64), 1..60),
        give_up_after in 0..500_000_000_u64, remember in 60_000..500_000_000_u64, keep_body in 0..100_000_000_u64, seed: u64,
    ) {
        let lifecycle = Lifecycle { timeout: 10_000, give_up_after, remember, keep_body };
        let mut now = 1_800_000_000_000;
        let (mut event, mut has_body, mut taken) = (Progress::accepted(now), true, false);
        for (step, later) in steps {
            let before = event;
            match step {
                Step::Attempt(..) | Step::Death if event.state == EventState::Pending => {
                    now = now.max(event.due);
                    event = event.leased(now, &lifecycle);
                    prop_assert!(event.due > now + lifecycle.timeout, "leased for longer than it takes");
                    prop_assert_eq!(event.attempts, before.attempts + 1);
                    if let Step::Attempt(ok, not_before) = step {
                        let attempt = if ok { Attempt::Delivered } else { Attempt::Failed { not_before } };
                        event = event.attempted(attempt, now, &lifecycle, seed);
                        taken |= ok;
                        prop_assert_eq!(event.state == EventState::Delivered, ok);
                        if event.state == EventState::Pending {
                            prop_assert!(event.due > now || now >= event.since + give_up_after);
                            prop_assert!(event.due <= now + 5 * 3_600_000, "tried again within the longest delay");
                        }
                        prop_assert!(event.state != EventState::Dead || now >= event.since + give_up_after, "not before its time");
                    }
                }
                Step::Replay => match event.replayed(now, has_body) {
                    Some(again) => {
                        event = again;
                        prop_assert_eq!((event.state, event.due, event.attempts), (EventState::Pending, now, before.attempts));
                    }
                    None => prop_assert!(!has_body),
                },
                Step::Tidy => {
                    now += later;
                    match event.tidy(has_body, now, &lifecycle) {
                        Tidy::Keep(until) => prop_assert!(until > now || event.state == EventState::Pending),
                        Tidy::DropBody(until) => {
                            prop_assert!(event.state == EventState::Delivered && taken && until > now);
                            has_body = false;
                        }
                        Tidy::Remove => {
                            let kept = if event.state == EventState::Dead { DEAD_KEPT.max(remember) } else { remember };
                            prop_assert!(event.state != EventState::Pending && now >= event.finished + kept);
                            return Ok(());
                        }
                    }
                }
                _ => {}
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
