//! Lists and counts the events of a source over its shards.

use countersign::admin::{Listed, Merge, Order, Part, Query, Selection, newest, newest_of};
use countersign::gateway::response::Refusal;
use countersign::json::{printed, value};
use serde_json::{Value, json};

use super::shards::{Shards, call, silence};
use crate::clock;
use crate::inbox::registry;

/// A page of the list.
///
/// # Errors
/// `invalid_query` if the cursor is of another list; `storage_unavailable`.
pub(super) async fn list(shards: &Shards<'_>, query: &Query) -> Result<Value, Refusal> {
    let selection = Selection::read(query, &shards.source.name)?;
    let order = if query.get("order") == Some("old") { Order::Old } else { Order::New };
    let limit = usize::try_from(query.count("limit", 50)).unwrap_or_default();
    let asked = shards_of(shards).await?;
    let mut merge = match query.get("cursor") {
        Some(cursor) => Merge::at(cursor, order, &asked).ok_or(Refusal::InvalidQuery)?,
        None => Merge::new(order, asked.iter().copied()),
    };
    let share = limit.div_ceil(asked.len().max(1)).saturating_mul(2).min(limit);
    let mut work =
        Work { shards, selection: &selection, order, after: query.get("after"), share, done: Tally::default() };
    let mut rows: Vec<Value> = Vec::new();
    while rows.len() < limit && !merge.is_over() && !work.done.is_enough() {
        let to_ask = merge.to_ask();
        if to_ask.is_empty() {
            rows.extend(merge.take().into_iter().flat_map(|event| event.rows));
            continue;
        }
        for (shard, part) in work.ask(&to_ask).await? {
            merge.give(shard, part);
        }
    }
    let is_complete = work.done.silent.is_empty() && (rows.len() >= limit || merge.is_over());
    Ok(json!({
        "events": rows,
        "cursor": merge.cursor(),
        "scanned": work.done.looked_at,
        "complete": is_complete,
        "unscanned": (!is_complete).then(|| silence(&work.done.silent).unwrap_or_else(|| UNSCANNED.to_owned())),
        "silent": work.done.silent,
        // Only a list from its beginning has asked every shard.
        "newest": query.get("cursor").is_none().then(|| newest(&work.done.newest)),
    }))
}

/// How many rows a list would have, as far as one request can count.
///
/// # Errors
/// `storage_unavailable`.
pub(super) async fn count(shards: &Shards<'_>, selection: &Selection) -> Result<Value, Refusal> {
    let asked = shards_of(shards).await?;
    let mut work = Work { shards, selection, order: Order::New, after: None, share: 0, done: Tally::default() };
    let mut open: Vec<_> = asked.into_iter().map(|shard| (shard, None)).collect();
    while !open.is_empty() && !work.done.is_enough() {
        let parts = work.ask(&open).await?;
        open = parts.into_iter().filter_map(|(shard, part)| Some((shard, Some(part.next?.0)))).collect();
    }
    Ok(json!({
        "count": work.done.count,
        "complete": open.is_empty() && work.done.silent.is_empty(),
        "scanned": work.done.looked_at,
        "silent": work.done.silent,
    }))
}

/// The shards that exist. Any of them may have an event that is or was ordered.
pub(super) async fn shards_of(shards: &Shards<'_>) -> Result<Vec<u32>, Refusal> {
    if shards.count == 1 {
        return Ok(vec![0]);
    }
    let registry = registry(shards.bindings).ok_or(Refusal::StorageUnavailable)?;
    let known = call(registry.registered()).await?.as_string().and_then(|text| value(&text));
    let known = known.as_ref().and_then(Value::as_array).ok_or(Refusal::StorageUnavailable)?;
    let names = known.iter().filter_map(Value::as_str).filter_map(|name| name.rsplit_once('/'));
    let own = names.filter(|(source, _)| *source == shards.source.name).filter_map(|(_, shard)| shard.parse().ok());
    Ok(own.filter(|shard| *shard < shards.count).collect())
}

/// Shards that are asked for their parts of a list, and what that came to.
struct Work<'a> {
    shards: &'a Shards<'a>,
    selection: &'a Selection,
    order: Order,
    after: Option<&'a str>,
    /// The rows to ask a shard for; 0 to count them.
    share: usize,
    done: Tally,
}

#[derive(Default)]
struct Tally {
    calls: usize,
    looked_at: u64,
    count: u64,
    newest: Vec<(u32, u64)>,
    /// Which shards do not answer.
    silent: Vec<u32>,
}

impl Tally {
    fn is_enough(&self) -> bool {
        self.calls >= MOST_CALLS || self.looked_at >= MOST_EVENTS
    }
}

impl Work<'_> {
    /// Asks shards at once. One that does not answer has no part in the list.
    ///
    /// # Errors
    /// `storage_unavailable` if none answers.
    async fn ask(&mut self, shards: &[(u32, Option<u64>)]) -> Result<Vec<(u32, Part)>, Refusal> {
        let mut promises = Vec::new();
        for (shard, after) in shards {
            let asked = self.asked(*shard, *after)?;
            promises.push(self.shards.at(*shard)?.list(&printed(&asked)).ok());
        }
        self.done.calls = self.done.calls.saturating_add(shards.len());
        let answers = clock::outcomes_within(&promises, WAIT_MS).await;
        let mut parts = Vec::new();
        for ((shard, _), answer) in shards.iter().zip(answers) {
            let Some(answer) = answer.as_string().and_then(|text| value(&text)) else {
                self.done.silent.push(*shard);
                parts.push((*shard, Part::default()));
                continue;
            };
            let number = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
            self.done.looked_at = self.done.looked_at.saturating_add(number("looked_at"));
            self.done.count = self.done.count.saturating_add(number("count"));
            if !self.done.newest.iter().any(|(known, _)| known == shard) {
                self.done.newest.push((*shard, number("newest")));
            }
            parts.push((*shard, part(answer)));
        }
        // Nothing is known then.
        if self.done.newest.is_empty() { Err(Refusal::StorageUnavailable) } else { Ok(parts) }
    }

    fn asked(&self, shard: u32, after: Option<u64>) -> Result<Value, Refusal> {
        let newer_than = match self.after {
            Some(newest) => newest_of(newest, shard).ok_or(Refusal::InvalidQuery)?,
            None => 0,
        };
        let order = if self.order == Order::New { "new" } else { "old" };
        let mut asked = json!({
            "selection": self.selection.to_json(), "order": order, "after": after, "newer_than": newer_than,
        });
        if let Some(members) = asked.as_object_mut() {
            match self.share {
                0 => members.insert("count".to_owned(), json!(true)),
                share => members.insert("limit".to_owned(), json!(share)),
            };
        }
        Ok(asked)
    }
}

fn part(mut answer: Value) -> Part {
    let next = answer.get("next").and_then(|next| Some((next.get(0)?.as_u64()?, next.get(1)?.as_u64()?)));
    let events = answer.get_mut("events").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let event = |mut event: Value| {
        let (number, at) = (event.get(0)?.as_u64()?, event.get(1)?.as_u64()?);
        let rows = event.get_mut(2).and_then(Value::as_array_mut).map(std::mem::take)?;
        Some(Listed { number, at, rows })
    };
    Part { events: events.into_iter().filter_map(event).collect(), next }
}

/// The milliseconds for the answer of a shard that searches.
const WAIT_MS: f64 = 10_000.0;

/// The calls after which a request ends.
const MOST_CALLS: usize = 2_048;

/// The events after which a request ends.
const MOST_EVENTS: u64 = 50_000;

const UNSCANNED: &str = "older or newer events were not looked at: continue with the cursor";
