//! All sources at once: their destinations, counts and latencies.

use countersign::config::{Entry, Source};
use countersign::gateway::response::Refusal;
use countersign::inbox::{Latency, Stats, added, latency_of};
use countersign::json::value;
use js_sys::Promise;
use serde_json::{Map, Value, json};

use super::ledger::{self, is_refusal};
use super::shards::{silence, to};
use super::test_event;
use crate::clock;
use crate::inbox::stub;
use crate::state::State;

/// What is known of one source.
pub(super) struct Seen<'a> {
    pub(super) name: &'a str,
    /// `None` if it is at fault.
    pub(super) source: Option<&'a Source>,
    /// Its place in the configuration.
    pub(super) place: usize,
    pub(super) stats: Stats,
    /// What was counted of its deliveries, by minute: an array of 60 objects, from code to count.
    minutes: Vec<Value>,
    /// Each shard that answers: its number, the bytes it stores, and the ids it remembers.
    pub(super) sizes: Vec<(u32, u64, u64)>,
    /// What attempts took since their objects were started: the shard, the destination, and how long.
    pub(super) latencies: Vec<(u32, String, Latency)>,
    /// Which shards do not answer.
    silent: Vec<u32>,
}

/// Everything that is asked for [`overview`] and for metrics.
pub(super) struct Survey<'a> {
    pub(super) seen: Vec<Seen<'a>>,
    /// What was counted by code over a day.
    pub(super) by_code: Vec<Value>,
}

impl<'a> Survey<'a> {
    /// Asks the ledger once, and every shard once, some at a time.
    pub(super) async fn make(state: &'a State) -> Self {
        let mut counted = match state.config.admin().counts() && state.bindings.inbox.is_some() {
            true => ledger::read(state, "counted", &[]).await.unwrap_or_default(),
            false => Value::Null,
        };
        let mut seen: Vec<_> = state.config.iter().map(|(place, name, entry)| Seen::new(place, name, entry)).collect();
        for one in &mut seen {
            one.minutes = minutes_of(&counted, one.name);
        }
        if state.bindings.inbox.is_some() {
            ask_shards(state, &mut seen).await;
        }
        let by_code = counted.get_mut("by_code").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        Self { seen, by_code }
    }
}

impl<'a> Seen<'a> {
    fn new(place: usize, name: &'a str, entry: &'a Entry) -> Self {
        let source = match entry {
            Entry::Ready(source) => Some(&**source),
            Entry::Faulty(_) => None,
        };
        Self {
            name,
            source,
            place,
            stats: Stats::default(),
            minutes: Vec::new(),
            sizes: Vec::new(),
            latencies: Vec::new(),
            silent: Vec::new(),
        }
    }

    /// How many objects hold its events.
    pub(super) fn shards(&self) -> u32 {
        self.source.map_or(0, |source| source.storage().shards)
    }

    /// Which shards do not answer, in words.
    pub(super) fn problem(&self) -> Option<String> {
        silence(&self.silent)
    }

    /// Its destinations with their counts, each with what its latest attempts took.
    pub(super) fn destinations(&self) -> Vec<(String, Value, Latency)> {
        let views = self.stats.destinations.as_object().cloned().unwrap_or_default();
        let configured = self.source.into_iter().flat_map(|source| &source.destinations);
        let mut all: Vec<_> = configured.map(|one| (one.name.clone(), to(&one.endpoint).to_owned())).collect();
        // Those that are configured no more may still hold events.
        all.extend(
            views
                .keys()
                .filter(|name| all.iter().all(|(known, _)| known != *name))
                .map(|name| (name.clone(), String::new()))
                .collect::<Vec<_>>(),
        );
        let view = |(name, to): (String, String)| {
            let view = views.get(&name).cloned().unwrap_or_default();
            let latency = latency_of(&view, "lately");
            let state = if self.sizes.is_empty() && !self.silent.is_empty() { "unknown" } else { "open" };
            (name.clone(), destination((&name, &to, state), &view, &latency), latency)
        };
        all.into_iter().map(view).collect()
    }
}

/// A destination as operators see it; `state` is the one of a destination of which no object knows yet.
fn destination((name, to, state): (&str, &str, &str), view: &Value, latency: &Latency) -> Value {
    let mut shown = Map::new();
    let mut add = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    add("name", name.into());
    add("to", to.into());
    add("state", view.get("state").cloned().unwrap_or_else(|| state.into()));
    add("why", view.get("why").cloned().unwrap_or_default());
    for (member, shown) in [
        ("since", "since"),
        ("held_until", "held_until"),
        ("oldest_pending", "oldest_pending_at"),
        ("next_attempt", "next_attempt_at"),
    ] {
        add(shown, json!(view.get(member).and_then(Value::as_u64).map(clock::rfc3339)));
    }
    for member in ["pending", "dead", "delivered", "filtered", "attempts"] {
        add(member, view.get(member).cloned().unwrap_or_else(|| 0.into()));
    }
    for (member, percent) in PERCENTILES {
        add(member, json!(latency.percentile(percent)));
    }
    shown.into()
}

/// `GET /admin/sources`. `url` is that of the request.
pub(super) async fn overview(state: &State, url: &str) -> Result<Value, Refusal> {
    let origin = url.match_indices('/').nth(2).and_then(|(at, _)| url.get(..at)).unwrap_or_default();
    let survey = Survey::make(state).await;
    let has_inbox = state.bindings.inbox.is_some();
    let mut missing = Vec::new();
    if !has_inbox {
        missing
            .push("Without the Durable Object binding `INBOX` there are no stored events, counts, captures and audit.");
    } else if !state.config.admin().counts() {
        missing.push("Deliveries are not counted: `counts = false` is set in [vars.ADMIN].");
    }
    let sources: Vec<_> = survey.seen.iter().map(|seen| shown(state, seen, origin)).collect();
    Ok(json!({ "sources": sources, "inbox": has_inbox, "missing": missing, "at": clock::rfc3339(clock::now_ms()) }))
}

fn shown(state: &State, seen: &Seen<'_>, origin: &str) -> Value {
    let (mut latency, mut destinations) = (Latency::default(), Vec::new());
    for (_, view, of_one) in seen.destinations() {
        latency.add(&of_one);
        destinations.push(view);
    }
    let sum = |minute: &Value, wanted: &dyn Fn(&str) -> bool| -> u64 {
        let codes = minute.as_object().into_iter().flatten().filter(|(code, _)| wanted(code));
        codes.filter_map(|(_, count)| count.as_u64()).fold(0, u64::saturating_add)
    };
    let hour: Vec<_> = seen
        .minutes
        .iter()
        .map(
            |minute| json!({ "accepted": sum(minute, &|code| !is_refusal(code)), "refused": sum(minute, &is_refusal) }),
        )
        .collect();
    let total = |member: &str| hour.iter().filter_map(|one| one.get(member)?.as_u64()).fold(0, u64::saturating_add);
    let mut by_code = seen.minutes.iter().fold(Value::Null, |sums, minute| added(Some(&sums), Some(minute)));
    if let Some(codes) = by_code.as_object_mut() {
        codes.retain(|code, _| is_refusal(code));
    }
    let Stats { pending, delivered, dead, filtered, oldest_pending, bytes, .. } = seen.stats;
    let mut all = json!({
        "name": seen.name, "destinations": destinations, "shards": seen.shards(),
        "pending": pending, "delivered": delivered, "dead": dead, "filtered": filtered, "oldest_pending_at": oldest_pending.map(clock::rfc3339),
        "accepted_last_hour": total("accepted"), "refused_last_hour": total("refused"), "refused_by_code": by_code, "hour": hour,
        "stored_bytes": bytes, "failing": failing(seen), "problem": seen.problem(), "fault": fault(state, seen),
    });
    if let Some(members) = all.as_object_mut() {
        for (member, percent) in PERCENTILES {
            members.insert(member.to_owned(), json!(latency.percentile(percent)));
        }
        configured(seen, origin, members);
    }
    all
}

/// What the configuration says of a source.
fn configured(seen: &Seen<'_>, origin: &str, members: &mut Map<String, Value>) {
    let Some(source) = seen.source else { return };
    let path = if source.has_url_token() { "/{token}" } else { "" };
    let most = source.storage().max_stored.saturating_mul(source.storage().shards.into());
    for (name, value) in [
        ("scheme", json!(source.policy.scheme.name)),
        // Alerts come from the Worker itself: there is no URL to give to a sender.
        ("url", json!((!source.is_internal).then(|| [origin, "/", seen.name, path].concat()))),
        ("durable", json!(source.durable.is_some())),
        ("max_bytes", json!(source.durable.map(|_| most))),
        ("can_test", json!(test_event::is_possible(source))),
    ] {
        members.insert(name.to_owned(), value);
    }
}

/// The events that failed by themselves and are not delivered yet, by destination and the code of their last failure.
fn failing(seen: &Seen<'_>) -> Value {
    let mut all = Vec::new();
    for (name, view) in seen.stats.destinations.as_object().into_iter().flatten() {
        for (code, count) in view.get("failing").and_then(Value::as_object).into_iter().flatten() {
            all.push(json!({ "code": code, "destination": name, "count": count }));
        }
    }
    all.into()
}

/// Why a source does not work: the key and the fix, never a value.
fn fault(state: &State, seen: &Seen<'_>) -> Value {
    let faults = state.config.faults();
    let mut own = faults.iter().filter(|one| one.index == Some(seen.place)).flat_map(|one| one.faults);
    own.next().map_or(Value::Null, shown_fault)
}

/// A fault as its key and what the log says of it.
pub(super) fn shown_fault(fault: &countersign::config::Fault) -> Value {
    let (key, detail, fix) = fault.parts();
    json!({ "key": key, "detail": detail, "fix": fix })
}

/// Asks every shard, so many at a time.
async fn ask_shards(state: &State, seen: &mut [Seen<'_>]) {
    let all = seen.iter().enumerate().flat_map(|(at, one)| (0..one.shards()).map(move |shard| (at, shard)));
    let all: Vec<_> = all.collect();
    for some in all.chunks(AT_A_TIME) {
        let ask = |(at, shard): &(usize, u32)| -> Option<Promise> {
            stub(&state.bindings, seen.get(*at)?.name, *shard)?.stats().ok()
        };
        let asked: Vec<_> = some.iter().map(ask).collect();
        let answers = clock::outcomes_within(&asked, WAIT_MS).await;
        for ((at, shard), answer) in some.iter().zip(answers) {
            let Some(one) = seen.get_mut(*at) else { continue };
            match answer.as_string().and_then(|text| value(&text)) {
                Some(stats) => {
                    let stats = Stats::from_json(&stats);
                    let views = stats.destinations.as_object().into_iter().flatten();
                    let taken = views.map(|(name, view)| (*shard, name.clone(), latency_of(view, "latency")));
                    one.latencies.extend(taken);
                    let known = [stats.pending, stats.delivered, stats.dead, stats.filtered];
                    one.sizes.push((*shard, stats.bytes, known.into_iter().fold(0, u64::saturating_add)));
                    one.stats = std::mem::take(&mut one.stats).and(stats);
                }
                None => one.silent.push(*shard),
            }
        }
    }
}

fn minutes_of(counted: &Value, name: &str) -> Vec<Value> {
    let all = counted.get("sources").and_then(Value::as_array).into_iter().flatten();
    let mut own = all.filter(|one| one.get("source").and_then(Value::as_str) == Some(name));
    let minutes = own.next().and_then(|one| one.get("minutes")?.as_array().cloned());
    minutes.unwrap_or_else(|| vec![Value::Null; 60])
}

const PERCENTILES: [(&str, u64); 3] = [("p50_ms", 50), ("p95_ms", 95), ("p99_ms", 99)];

/// Objects asked at a time, and the milliseconds for their answers.
const AT_A_TIME: usize = 32;
const WAIT_MS: f64 = 3_000.0;
