//! Sample events: what a sender sends, with a type that it documents.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use axum::http::{HeaderName, HeaderValue, header};
use countersign::scheme::{EventType, Scheme};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::event::Event;
use crate::random;

/// The events of each sender that has its own. Generated from tests/vectors: `UPDATE=1 cargo test --test senders`.
const EVENTS: &str = include_str!("events.json");

/// A body to sign, and the headers that describe it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Known {
    body: String,
    /// The value of the header with the type, for senders that state it there.
    kind: Option<String>,
}

impl Sample {
    /// A body of the caller's.
    pub(super) fn given(body: Vec<u8>) -> Self {
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { headers: vec![json], body }
    }

    /// The scheme's event, with another type if there is a `kind`. Gemini's, if the scheme signs events of others.
    ///
    /// # Errors
    /// For a type, if the sender's events have none.
    pub(super) fn of(scheme: &Scheme, kind: Option<&str>) -> Result<Self> {
        let known: BTreeMap<String, Known> = serde_json::from_str(EVENTS).context("events.json cannot be read")?;
        let Some(Known { body, kind: usual }) =
            known.into_iter().find(|(name, _)| name == scheme.name).map(|(_, of)| of)
        else {
            return Ok(Self::given(gemini(kind.unwrap_or("batch.succeeded"))?));
        };
        let mut sample = Self::given(body.into_bytes());
        match (scheme.event_type, kind, usual.as_deref()) {
            (EventType::Pointer(pointer), Some(kind), _) => sample.change(|event| put(event, pointer, json!(kind)))?,
            (EventType::Header([name, ..]), Some(kind), _) | (EventType::Header([name, ..]), None, Some(kind)) => {
                let kind = kind.parse().context("no header can hold this --type")?;
                sample.headers.push((HeaderName::from_static(name), kind));
            }
            (_, Some(_), _) => bail!("the events of {} have no type: name a --body", scheme.name),
            _ => {}
        }
        if serde_json::from_slice::<Value>(&sample.body).is_err() {
            let form = (header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            sample.headers.splice(..1, [form]);
        }
        Ok(sample)
    }

    fn change(&mut self, change: impl FnOnce(&mut Value)) -> Result<()> {
        let mut event = serde_json::from_slice(&self.body).context("the sample is not JSON")?;
        change(&mut event);
        self.body = serde_json::to_vec(&event)?;
        Ok(())
    }
}

/// Adds a member of that value to a body, so that no other body is equal. Bodies that are a list have it in their first item.
pub(super) fn distinguish(body: &[u8], id: &str) -> Vec<u8> {
    let Ok(mut event) = serde_json::from_slice::<Value>(body) else {
        return [body, b"&Sample=", id.as_bytes()].concat();
    };
    let item = if event.is_array() { event.get_mut(0) } else { Some(&mut event) };
    if let Some(item) = item {
        put(item, "/sample", json!(id));
    }
    serde_json::to_vec(&event).unwrap_or_default()
}

/// Puts a value at a JSON pointer, and makes the objects on the way.
pub(super) fn put(event: &mut Value, pointer: &str, value: Value) {
    let mut place = event;
    for name in pointer.split('/').skip(1) {
        if let Value::Array(items) = place {
            let Some(item) = name.parse().ok().and_then(|at: usize| items.get_mut(at)) else { return };
            place = item;
            continue;
        }
        if !place.is_object() {
            *place = json!({});
        }
        let Value::Object(members) = place else { return };
        place = members.entry(name).or_insert(Value::Null);
    }
    *place = value;
}

fn gemini(kind: &str) -> Result<Vec<u8>> {
    let (id, now) = (random::message_id()?, Clock::compressed(1.0).now_ms());
    let event = Event::sample(kind, id, random::resource_id::<16>()?, now);
    event.map(|event| event.body).context("an event is JSON")
}

#[cfg(test)]
mod tests {
    use countersign::scheme;

    use super::*;

    fn sample(name: &str, kind: Option<&str>) -> Result<(Vec<String>, String)> {
        let Sample { headers, body } = Sample::of(scheme::find(name).unwrap(), kind)?;
        let headers = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        Ok((headers, String::from_utf8(body).unwrap()))
    }

    #[test]
    fn a_sender_sends_its_own_types() {
        let (_, stripe) = sample("stripe", None).unwrap();
        assert!(stripe.contains(r#""type":"charge.succeeded""#) && stripe.contains(r#""object":"charge""#), "{stripe}");
        let (headers, github) = sample("github", None).unwrap();
        assert_eq!(headers, ["content-type: application/json", "x-github-event: pull_request"]);
        assert!(github.contains(r#""pull_request":{"#), "{github}");
        let (headers, twilio) = sample("twilio", None).unwrap();
        assert_eq!(headers, ["content-type: application/x-www-form-urlencoded"]);
        assert!(twilio.starts_with("To="), "{twilio}");
        assert!(sample("gemini", None).unwrap().1.starts_with(r#"{"type":"batch.succeeded","version":"v1""#));
    }

    #[test]
    fn a_type_goes_where_the_sender_states_it() {
        assert!(sample("pagerduty", Some("a.b")).unwrap().1.contains(r#""event_type":"a.b""#));
        assert_eq!(sample("github", Some("push")).unwrap().0[1], "x-github-event: push");
        let adyen = sample("adyen-standard", Some("REFUND")).unwrap().1;
        assert!(adyen.contains(r#""eventCode":"REFUND""#) && adyen.contains(r#""notificationItems":["#), "{adyen}");
        assert!(sample("gemini", Some("video.generated")).unwrap().1.contains(r#""type":"video.generated""#));
        assert!(sample("epilot", Some("a.b")).is_err());
    }

    /// No other sender sends Gemini's types.
    #[test]
    fn each_scheme_has_its_own_event_unless_it_signs_those_of_others() {
        for scheme in scheme::ALL {
            let has_own = !["standard-webhooks", "svix", "gemini", "gemini-dynamic"].contains(&scheme.name);
            let (_, body) = sample(scheme.name, None).unwrap();
            assert_eq!(!body.contains("batch.succeeded"), has_own, "{}: {body}", scheme.name);
        }
    }

    #[test]
    fn no_two_bodies_are_equal() {
        assert_eq!(distinguish(br#"{"a":1}"#, "x"), br#"{"a":1,"sample":"x"}"#);
        assert_eq!(distinguish(br#"[{"a":1}]"#, "x"), br#"[{"a":1,"sample":"x"}]"#);
        assert_eq!(distinguish(b"a=1", "x"), b"a=1&Sample=x");
    }
}
