//! The object that alerts operators: it takes notices, keeps the state of each subject, and stores an event for each alert.
//!
//! It is the only shard of the source that the configuration makes of `ALERTS`. Its events are stored, retried, shown and replayed like
//! those of any source.

use std::rc::Rc;

use countersign::config::ALERT_SOURCE;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::alerts::{Alert, DESTINATION, Notice, PENDING, SOURCE, Topic};
use countersign::inbox::{Answer, Layout};
use countersign::json::printed;
use js_sys::Uint8Array;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

use super::new_event::NewEvent;
use super::object::Object;
use super::stub::source as source_of;
use crate::clock;
use crate::console;

impl Object {
    /// Takes what objects and Workers say; whether it is written down. What is no news costs nothing.
    pub(super) async fn take_notices(self: Rc<Self>, text: String) -> JsValue {
        let notices = Notice::read_all(&text);
        let is_news = notices.iter().any(|notice| self.topic_of(&notice.subject()).note(notice));
        if !is_news {
            return JsValue::TRUE;
        }
        let is_other = self.source.borrow().as_deref().is_some_and(|source| source != ALERT_SOURCE);
        if is_other || !self.begin(ALERT_SOURCE, 0) {
            return JsValue::FALSE;
        }
        if self.shards.get().current() != Some(ALERTS) && self.learn(ALERT_SOURCE, 0, ALERTS).await.is_err() {
            return JsValue::FALSE;
        }
        for notice in &notices {
            let subject = notice.subject();
            let mut topic = self.topic_of(&subject);
            if topic.note(notice) && self.write_topic(&subject, topic).is_err() {
                return JsValue::FALSE;
            }
        }
        let now = clock::now_ms();
        self.alert_due(now);
        if let Some(at) = self.alert_at() {
            self.arm_by(at, now);
        }
        JsValue::TRUE
    }

    /// Stores an event for each alert that is due, in the turn in which its subject counts as said.
    pub(super) fn alert_due(&self, now: u64) {
        let topics = self.topics.borrow().clone();
        for (subject, before) in topics {
            let mut parts = subject.split('\t').map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            let (kind, source, destination) = (part(), part(), part());
            let mut topic = before.clone();
            if self.is_moot(&kind, (&source, &destination), &topic) {
                topic.settle();
            }
            if let Some(alert) = topic.take_alert(&kind, now)
                && !self.store_alert(&subject, (&source, &destination), alert, now)
            {
                // The next alarm tries again.
                return self.arm_by(now.saturating_add(AGAIN), now);
            }
            if topic != before {
                let _ = self.write_topic(&subject, topic);
            }
        }
    }

    /// When the next alert is due.
    pub(super) fn alert_at(&self) -> Option<u64> {
        let topics = self.topics.borrow();
        topics.iter().filter_map(|(subject, topic)| topic.due_at(subject.split('\t').next()?)).min()
    }

    /// Whether nothing is to be said of a subject. A source that is at fault no more is so without anybody's saying it, and a destination
    /// of which nothing is wrong any more as it was removed has not recovered: what is configured is known here.
    fn is_moot(&self, kind: &str, (source, destination): (&str, &str), topic: &Topic) -> bool {
        let Some(state) = self.shared.as_deref() else { return false };
        let is_there =
            |name: &str| source_of(state, source).is_none_or(|one| one.destinations.iter().any(|to| to.name == name));
        match kind {
            SOURCE => !state.config.faults().iter().any(|one| one.name == source),
            DESTINATION | PENDING => topic.is_well() && !is_there(destination),
            _ => false,
        }
    }

    /// Stores an event for an alert; whether it is stored.
    fn store_alert(&self, subject: &str, (source, destination): (&str, &str), alert: Alert, now: u64) -> bool {
        let Alert { event_type, since, cause, shards, count } = alert;
        let id = EventKey::new(ALERT_SOURCE, format!("{subject}\t{event_type}\t{now}").as_bytes());
        let id = ["alert_", id.to_hex().get(..32).unwrap_or_default()].concat();
        let mut data = Map::new();
        let mut add = |name: &str, value: Value| data.insert(name.to_owned(), value);
        add("source", source.into());
        for (name, value) in [("destination", destination), ("cause", &cause)] {
            if !value.is_empty() {
                add(name, value.into());
            }
        }
        add("since", clock::rfc3339(since).into());
        add("shards", shards.into());
        if let Some(count) = count {
            add("count", count.into());
        }
        let record = json!({ "ev": "alert", "code": "alerted", "type": event_type, "source": source, "destination": destination });
        let body = printed(&json!({ "type": event_type, "timestamp": clock::rfc3339(now), "data": data }));
        let event = new_event(&id, lane(subject), event_type, &body, now);
        let stored = self.store(EventKey::new(ALERT_SOURCE, id.as_bytes()), &event, false);
        let is_stored = matches!(stored, Answer::Accepted(_) | Answer::Duplicate);
        if is_stored {
            console::log(&printed(&record));
        }
        is_stored
    }

    fn topic_of(&self, subject: &str) -> Topic {
        let topics = self.topics.borrow();
        topics.iter().find(|(known, _)| known == subject).map(|(_, topic)| topic.clone()).unwrap_or_default()
    }

    fn write_topic(&self, subject: &str, topic: Topic) -> Result<(), ()> {
        self.database.set_meta(subject, &topic.to_text().into())?;
        let mut topics = self.topics.borrow_mut();
        match topics.iter_mut().find(|(known, _)| known == subject) {
            Some((_, known)) => *known = topic,
            None => topics.push((subject.to_owned(), topic)),
        }
        Ok(())
    }
}

/// The lane of a subject's alerts, which arrive one after the other: 48 bits, so that a JavaScript number holds them.
fn lane(subject: &str) -> f64 {
    let key = EventKey::new(ALERT_SOURCE, subject.as_bytes());
    key.as_bytes().iter().take(6).fold(0.0, |lane, byte| lane * 256.0 + f64::from(*byte))
}

/// The event of an alert, as if it had come from a sender.
fn new_event(id: &str, lane: f64, event_type: &str, body: &str, now: u64) -> NewEvent {
    let new = NewEvent::empty();
    new.set_source(ALERT_SOURCE);
    new.set_layout(ALERTS);
    new.set_shard(0);
    new.set_id(id);
    new.set_form("v1");
    new.set_headers("[[\"content-type\",\"application/json\"]]");
    new.set_received_at(now.div_euclid(1000) as f64);
    new.set_event_type(&event_type.into());
    new.set_matched(&JsValue::NULL);
    new.set_filtered(&JsValue::NULL);
    new.set_lane(&lane.into());
    new.set_body(&Uint8Array::from(body.as_bytes()));
    new
}

/// The layout of the source of alerts.
const ALERTS: Layout = Layout { shards: 1, order: None };

/// The milliseconds after which an alert that could not be stored is tried again.
const AGAIN: u64 = 10_000;
