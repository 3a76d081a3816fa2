//! `GET /admin/metrics`: counts and latencies in the text format of Prometheus.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>, read 2026-11-28. Names of sources, destinations
//! and codes need no escape in a label: the configuration allows letters, digits, `-` and `_`.

use serde_json::Value;

use super::ledger::is_refusal;
use super::overview::{Seen, Survey};
use super::page::Page;
use crate::clock;
use crate::state::State;

/// All metrics. No log is scanned for them: counts are kept as they change, but for the events that wait by themselves, which are counted.
pub(super) async fn metrics(state: &State) -> Page {
    let survey = Survey::make(state).await;
    let mut text = String::new();
    counted(&survey, &mut text);
    for (name, member, help) in GAUGES {
        heading(name, "gauge", help, &mut text);
        for_each(&survey, |seen, destination, view| {
            line(
                name,
                &labels(seen, destination),
                view.get(member).and_then(Value::as_u64).unwrap_or_default(),
                &mut text,
            );
        });
    }
    heading(OLDEST, "gauge", "Age of the oldest event that waits for delivery, in seconds.", &mut text);
    let now = clock::now_ms();
    for seen in &survey.seen {
        // What a removed destination was not sent is no delay that anybody could end.
        let is_configured = |view: &&Value| view.get("state").and_then(Value::as_str) != Some("orphaned");
        let all = seen.stats.destinations.as_object().into_iter().flatten();
        for (name, view) in all.filter(|(_, view)| is_configured(view)) {
            let oldest = view.get("oldest_pending").and_then(Value::as_u64);
            let age = oldest.map_or(0, |oldest| now.saturating_sub(oldest).div_euclid(1000));
            line(OLDEST, &labels(seen, name), age, &mut text);
        }
    }
    latencies(&survey, &mut text);
    Page::text("text/plain; version=0.0.4; charset=utf-8", text)
}

/// What deliveries came to in the last 24 hours.
fn counted(survey: &Survey<'_>, text: &mut String) {
    for (name, is_wanted, help) in [
        ("countersign_accepted_24h", false, "Deliveries that were answered with 2xx in the last 24 hours, by code."),
        ("countersign_refused_24h", true, "Deliveries that were refused in the last 24 hours, by code."),
    ] {
        heading(name, "gauge", help, text);
        for row in &survey.by_code {
            let word = |member| row.get(member).and_then(Value::as_str).unwrap_or_default();
            if is_refusal(word("code")) == is_wanted {
                let total = row.get("total").and_then(Value::as_u64).unwrap_or_default();
                let labels = ["source=\"", word("source"), "\",code=\"", word("code"), "\""].concat();
                line(name, &labels, total, text);
            }
        }
    }
}

fn latencies(survey: &Survey<'_>, text: &mut String) {
    const NAME: &str = "countersign_attempt_duration_milliseconds";
    heading(NAME, "histogram", "How long attempts took, since the objects were started.", text);
    // Each object counts from its own start. In a sum, whoever reads a counter would take the end of one for a reset of all.
    let of_shard = |seen: &Seen<'_>, shard: u32| match seen.shards() {
        0 | 1 => String::new(),
        _ => [",shard=\"", &shard.to_string(), "\""].concat(),
    };
    let all = survey.seen.iter().flat_map(|seen| seen.latencies.iter().map(move |one| (seen, one)));
    let all =
        all.map(|(seen, (shard, name, latency))| ([labels(seen, name), of_shard(seen, *shard)].concat(), latency));
    for (labels, latency) in all.filter(|(_, latency)| latency.count() > 0) {
        let bucket = |le: &str| [&labels, ",le=\"", le, "\""].concat();
        for (bound, count) in latency.cumulative() {
            line("countersign_attempt_duration_milliseconds_bucket", &bucket(&bound.to_string()), count, text);
        }
        line("countersign_attempt_duration_milliseconds_bucket", &bucket("+Inf"), latency.count(), text);
        line("countersign_attempt_duration_milliseconds_sum", &labels, latency.sum(), text);
        line("countersign_attempt_duration_milliseconds_count", &labels, latency.count(), text);
    }
}

fn for_each(survey: &Survey<'_>, mut with: impl FnMut(&Seen<'_>, &str, &Value)) {
    for seen in survey.seen.iter().filter(|seen| seen.stats.destinations.is_object()) {
        for (name, view, _) in seen.destinations() {
            with(seen, &name, &view);
        }
    }
}

fn labels(seen: &Seen<'_>, destination: &str) -> String {
    ["source=\"", seen.name, "\",destination=\"", destination, "\""].concat()
}

fn heading(name: &str, kind: &str, help: &str, text: &mut String) {
    for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
        text.push_str(part);
    }
}

fn line(name: &str, labels: &str, value: u64, text: &mut String) {
    for part in [name, "{", labels, "} ", &value.to_string(), "\n"] {
        text.push_str(part);
    }
}

const OLDEST: &str = "countersign_oldest_pending_seconds";

/// By destination: the name, the member of its view, and what it is.
const GAUGES: [(&str, &str, &str); 4] = [
    ("countersign_pending", "pending", "Events that wait for delivery."),
    ("countersign_dead", "dead", "Events that were given up."),
    ("countersign_delivered", "delivered", "Delivered events whose ids are remembered."),
    ("countersign_attempts", "attempts", "Attempts that were reported, since the first event."),
];
