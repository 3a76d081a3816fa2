//! Key sets: memory, then KV, then the network.
//!
//! A load runs once for all requests that want it: as one JavaScript promise, which each awaits in its own context. (To wake a
//! Rust future of another request would run it in the wrong context, which the platform ends with an error.)

mod load;

use std::cell::RefCell;
use std::rc::Rc;

use countersign::Jwks;
use countersign::gateway::jwks_cache::{
    Freshness, Standing, may_fetch_after_failure, may_refetch, pause_after_failure,
};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use self::load::{Loaded, Lookup, load};
use crate::clock;
use crate::executor;
use crate::kv::KvNamespace;

/// The key sets of an isolate, by URL.
#[derive(Default)]
pub(crate) struct Cache(RefCell<Vec<(String, Slot)>>);

#[derive(Default)]
struct Slot {
    set: Option<(Rc<Jwks>, Freshness)>,
    /// The place of the key that matched last, which the next delivery tries first.
    recent: Option<usize>,
    flight: Option<Promise>,
    /// When a signature that matched nothing last caused a fetch.
    refetched_at: Option<u64>,
    /// When a stale set was last refreshed.
    refreshed_at: Option<u64>,
    /// When the last load failed, if it did, and for how long that holds others back. Milliseconds.
    failed: Option<(u64, u64)>,
    /// Whether operators were alerted that it cannot be had.
    is_alerted: bool,
}

/// What a load needs besides the cache: the second level, and the context of the request that pays for it.
#[derive(Clone, Copy)]
pub(crate) struct Access<'a> {
    pub(crate) kv: Option<&'a KvNamespace>,
    pub(crate) context: &'a Rc<Context>,
    /// Is called with a URL and whether its set could not be had, each time that this changes or a set is fetched.
    pub(crate) notify: fn(&str, bool, &Rc<Context>),
}

impl Cache {
    /// The set in memory, whatever its age allows; nothing is fetched.
    pub(crate) fn in_memory(&self, url: &str) -> Option<Rc<Jwks>> {
        self.current(url).filter(|(_, standing)| *standing != Standing::Expired).map(|(set, _)| set)
    }

    /// A readable set, from wherever it can be had.
    pub(crate) async fn get(self: &Rc<Self>, url: &str, access: Access<'_>) -> Option<Rc<Jwks>> {
        match self.current(url) {
            Some((set, Standing::Fresh)) => Some(set),
            Some((set, Standing::Stale)) => {
                let due = self.slot(url, |slot| {
                    let due = may_refetch(slot.refreshed_at, clock::now());
                    if due {
                        slot.refreshed_at = Some(clock::now());
                    }
                    due
                });
                if due {
                    // Kept alive by the request that found the set stale; nobody waits for it.
                    drop(self.load(url, access, Lookup::KvThenNetwork));
                }
                Some(set)
            }
            Some((_, Standing::Expired)) | None => {
                if let Some(flight) = self.load(url, access, Lookup::KvThenNetwork) {
                    self.wait(url, &flight).await;
                }
                self.in_memory(url)
            }
        }
    }

    /// A set that may be newer than the one that did not match: of a load on its way, or of one that is due.
    pub(crate) async fn newer(self: &Rc<Self>, url: &str, access: Access<'_>) -> Option<Rc<Jwks>> {
        let (flight, due) = self.slot(url, |slot| {
            let due = slot.flight.is_none() && !slot.is_paused() && may_refetch(slot.refetched_at, clock::now());
            if due {
                slot.refetched_at = Some(clock::now());
            }
            (slot.flight.clone(), due)
        });
        let flight = match flight {
            Some(flight) => flight,
            None if due => self.load(url, access, Lookup::Network)?,
            None => return None,
        };
        self.wait(url, &flight).await;
        self.in_memory(url)
    }

    /// The hint for [`Keys::recent`](countersign::Keys::recent).
    pub(crate) fn recent(&self, url: &str) -> Option<usize> {
        self.slot(url, |slot| slot.recent)
    }

    /// Keeps which key of the set matched, if one of it did.
    pub(crate) fn note_match(&self, url: &str, key: Option<usize>) {
        if key.is_some() {
            self.slot(url, |slot| slot.recent = key);
        }
    }

    /// What is known of a set, for operators. Nothing is fetched.
    pub(crate) fn held(&self, url: &str) -> Held {
        let has_failed = self.slot(url, |slot| slot.failed.is_some());
        match self.slot(url, |slot| slot.set.clone()) {
            Some((set, freshness)) => Held {
                state: match freshness.at(clock::now()) {
                    _ if has_failed => "failed",
                    Standing::Fresh => "fresh",
                    Standing::Stale => "stale",
                    Standing::Expired => "expired",
                },
                fetched_at: Some(freshness.fetched_at),
                until: Some(freshness.fetched_at.saturating_add(freshness.ttl)),
                keys: set.usable(),
            },
            None if has_failed => Held { state: "failed", ..Held::default() },
            None => Held::default(),
        }
    }

    fn current(&self, url: &str) -> Option<(Rc<Jwks>, Standing)> {
        self.slot(url, |slot| slot.set.as_ref().map(|(set, freshness)| (set.clone(), freshness.at(clock::now()))))
    }

    /// Starts a load, or joins the one on its way; `None` soon after one that failed.
    fn load(self: &Rc<Self>, url: &str, access: Access<'_>, lookup: Lookup) -> Option<Promise> {
        let (flight, paused, held) = self.slot(url, |slot| {
            let held = slot.set.as_ref().map(|(_, freshness)| *freshness);
            (slot.flight.clone(), slot.is_paused(), held)
        });
        if flight.is_some() || paused {
            return flight;
        }
        let (cache, url_owned, kv, context) =
            (self.clone(), url.to_owned(), access.kv.cloned(), access.context.clone());
        let notify = access.notify;
        let flight = executor::spawn(async move {
            let Loaded { set, failed } = load(&url_owned, kv, &context, lookup, held).await;
            let alert = cache.slot(&url_owned, |slot| {
                slot.flight = None;
                if let Some((set, freshness)) = set {
                    slot.set = Some((Rc::new(set), freshness));
                }
                slot.note(failed);
                slot.alert(failed)
            });
            if let Some(has_failed) = alert {
                notify(&url_owned, has_failed, &context);
            }
            JsValue::UNDEFINED
        });
        // It throws only after the request's end, when nobody waits for this load.
        let _ = access.context.wait_until(&flight);
        self.slot(url, |slot| slot.flight = Some(flight.clone()));
        Some(flight)
    }

    /// Waits for a load; one whose request died is given up like one that failed, so that another can start after the pause.
    async fn wait(&self, url: &str, flight: &Promise) {
        clock::within(flight, WAIT_MS).await;
        self.slot(url, |slot| {
            if slot.flight.as_ref().is_some_and(|current| js_sys::Object::is(current, flight)) {
                slot.flight = None;
                slot.note(true);
            }
        });
    }

    fn slot<T>(&self, url: &str, with: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.0.borrow_mut();
        if let Some((_, slot)) = slots.iter_mut().find(|(known, _)| known == url) {
            return with(slot);
        }
        let mut slot = Slot::default();
        let result = with(&mut slot);
        slots.push((url.to_owned(), slot));
        result
    }
}

/// A key set as an isolate holds it. Times are Unix seconds.
pub(crate) struct Held {
    /// `fresh`, `stale`, `expired`, `failed`, or `unused` if nobody asked for it yet.
    pub(crate) state: &'static str,
    pub(crate) fetched_at: Option<u64>,
    pub(crate) until: Option<u64>,
    /// How many of its keys can be used.
    pub(crate) keys: usize,
}

impl Default for Held {
    fn default() -> Self {
        Self { state: "unused", fetched_at: None, until: None, keys: 0 }
    }
}

impl Slot {
    fn is_paused(&self) -> bool {
        self.failed.is_some_and(|(at, pause)| !may_fetch_after_failure(at, pause, clock::now_ms()))
    }

    /// What operators are to be alerted to after a load: that no usable set is left, once, or that there is one. Another isolate may have
    /// said that there is none, so each load that succeeds says so.
    fn alert(&mut self, failed: bool) -> Option<bool> {
        let has_set = self.set.as_ref().is_some_and(|(_, freshness)| freshness.at(clock::now()) != Standing::Expired);
        let is_news = if failed { !has_set && !self.is_alerted } else { true };
        self.is_alerted = if failed { self.is_alerted || !has_set } else { false };
        is_news.then_some(failed)
    }

    /// Notes how a load ended.
    fn note(&mut self, failed: bool) {
        self.failed = failed.then(|| {
            let mut chance = [0];
            // If there is no randomness, every isolate pauses for the same time.
            let _ = getrandom::getrandom(&mut chance);
            let [chance] = chance;
            (clock::now_ms(), pause_after_failure(chance).saturating_mul(1000))
        });
    }
}

/// The time limit of a wait for a fetch that another request pays for.
const WAIT_MS: f64 = 6_000.0;
