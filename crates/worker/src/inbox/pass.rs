//! The work of one alarm: several attempts at a time, until nothing is due.

use std::cell::RefCell;
use std::rc::Rc;

use countersign::config::{Durable, Source};
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use super::log::log_event;
use super::object::{LATER, Object};
use super::stub::source;
use crate::clock;
use crate::state::State;

thread_local! {
    /// The passes that run, by source and shard. One that is still here when the next begins ended with its object, or read a page that
    /// will end it.
    static PASSES: RefCell<Vec<(String, u32)>> = const { RefCell::new(Vec::new()) };
}

impl Object {
    /// Does the work of one alarm. Attempts begin as slots become free, as events arrive, and as events become due.
    pub(super) async fn pass(self: Rc<Self>) {
        if !self.is_usable() {
            return self.fail();
        }
        if self.passing.replace(true) {
            return;
        }
        self.look();
        let name = self.source.borrow().clone();
        let this = (name.clone().unwrap_or_default(), self.shard.get());
        if PASSES.with_borrow(|passes| passes.contains(&this)) {
            self.careful.set(true);
        } else {
            PASSES.with_borrow_mut(|passes| passes.push(this.clone()));
        }
        let found = self.shared.as_deref().zip(name.as_ref());
        let done = match found.and_then(|(state, name)| Some((state, source(state, name)?))) {
            Some((state, source)) => self.run(state, source).await.map(|()| true),
            None => Ok(false),
        };
        self.register().await;
        if done.is_ok() || !self.misread.take() {
            PASSES.with_borrow_mut(|passes| passes.retain(|pass| *pass != this));
        }
        self.passing.set(false);
        self.recount();
        match done {
            Ok(true) => {
                if self.careful.replace(false) {
                    // If this fails, the event that was read last is left aside, which is too careful by one.
                    let _ = self.database.set_reading(None);
                }
                self.succeed();
                self.rearm();
            }
            Ok(false) => self.wait_for_source(name.as_deref()),
            Err(()) => self.fail(),
        }
    }

    /// Waits for the source of the stored events to be configured.
    fn wait_for_source(&self, name: Option<&str>) {
        log_event("config_invalid", name, "stored events wait: their source is not in SOURCES, or has a fault");
        self.arm(clock::now_ms().saturating_add(LATER));
    }

    /// Takes up what is due until nothing is, or until this pass has done its share.
    async fn run(&self, state: &State, source: &Source) -> Result<(), ()> {
        let durable = source.storage();
        self.attempts.set_slots(durable.concurrency);
        let (started, mut begun, mut failed) = (clock::now_ms(), 0_usize, false);
        self.arm(started.saturating_add(durable.lifecycle.lease()));
        if !self.careful.get() {
            self.tidy(&durable);
        }
        let mut work: FuturesUnordered<LocalBoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut timer_at = u64::MAX;
        loop {
            let now = clock::now_ms();
            let mut is_last = failed || begun >= MAX_PER_PASS || now > started.saturating_add(MAX_PASS);
            while !is_last && self.attempts.has_slot() {
                match self.take_up(now, &durable).await {
                    Ok(Some(leased)) => {
                        begun = begun.saturating_add(1);
                        let attempt = self.deliver(state, source, durable, leased);
                        work.push(Box::pin(async { Done::Attempt(attempt.await) }));
                    }
                    Ok(None) => break,
                    Err(()) => (failed, is_last) = (true, true),
                }
            }
            // What is under way ends first.
            if self.attempts.is_empty() {
                return if failed { Err(()) } else { Ok(()) };
            }
            if let Some(due) = self.due_meanwhile(now, timer_at, &durable).filter(|_| !is_last) {
                timer_at = due;
                let timer = clock::Timer::new(due.saturating_sub(now) as f64);
                work.push(Box::pin(async {
                    timer.wait().await;
                    Done::Timer
                }));
            }
            match self.attempts.next(&mut work).await {
                Some(Done::Timer) => timer_at = u64::MAX,
                Some(Done::Attempt(written)) => failed |= written.is_err(),
                None => {}
            }
        }
    }

    /// When another event becomes due while a destination stalls, if that is before the timer that is set.
    fn due_meanwhile(&self, now: u64, timer_at: u64, durable: &Durable) -> Option<u64> {
        let soon = now.saturating_add(durable.lifecycle.timeout);
        let next = self.database.next_attempt(&self.aside.borrow()).ok().flatten();
        next.filter(|due| (now..soon.min(timer_at)).contains(due))
    }
}

/// What a pass waited for.
enum Done {
    Attempt(Result<(), ()>),
    Timer,
}

/// The attempts of one pass. The platform limits requests per invocation, to 50 on its free plan.
const MAX_PER_PASS: usize = 40;

/// The milliseconds after which a pass begins no attempt. The platform ends an alarm after 15 minutes.
const MAX_PASS: u64 = 5 * 60_000;
