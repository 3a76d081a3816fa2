//! What the destination gets.

use serde_json::Value;

use super::config::{Destination, Source};
use super::dedupe::Admitted;
use crate::scheme::Form;
use crate::sign::sign;
use crate::signature::Crypto;
use crate::timestamp::Timestamp;
use crate::verify::Verified;

/// One request to a destination, made from an admitted event and from nothing else.
#[derive(Debug)]
pub struct Forward<'d, B> {
    verified: Verified<'d, B>,
    headers: Vec<(&'static str, Vec<u8>)>,
}

/// The body of a forwarded event.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a, B> {
    /// The bytes as received.
    Received(&'a B),
    /// The verified claims of a token that does not bind the body.
    Claims(&'a [u8]),
}

impl<'d, B> Forward<'d, B> {
    /// Prepares attempt number `attempt` (from 1) at `now` of an event that was accepted at `received_at`.
    ///
    /// `content` gives `content-type` and `content-encoding` as they came: they are not looked at before, so a shell need not
    /// fetch them for deliveries that are refused.
    pub fn new<C: Crypto<B> + Crypto<[u8]>>(
        admitted: Admitted<'d, B>,
        source: &Source,
        attempt: u32,
        received_at: Timestamp,
        now: Timestamp,
        content: impl Fn(&str) -> Option<Vec<u8>>,
        crypto: &C,
    ) -> Self {
        let verified = admitted.into_verified();
        let mut headers = content_headers(&verified, content);
        match source.forward.sign_with.as_slice() {
            [] => headers.extend(sender_headers(&verified)),
            keys => {
                let signature = match verified.claims() {
                    Some(claims) => sign(keys, verified.id(), now, claims, crypto),
                    None => sign(keys, verified.id(), now, verified.delivery().body(), crypto),
                };
                headers.push(("webhook-id", verified.id().to_vec()));
                headers.push(("webhook-timestamp", now.as_unix().to_string().into_bytes()));
                headers.push(("webhook-signature", signature.into_bytes()));
            }
        }
        headers.push(("countersign-source", source.name.clone().into_bytes()));
        headers.push(("countersign-scheme", verified.form().as_str().into()));
        headers.push(("countersign-attempt", attempt.to_string().into_bytes()));
        headers.push(("countersign-received-at", received_at.as_unix().to_string().into_bytes()));
        Self { verified, headers }
    }

    /// All headers of the request, as bytes.
    pub fn headers(&self) -> &[(&'static str, Vec<u8>)] {
        &self.headers
    }

    /// The body of the request.
    pub fn payload(&self) -> Payload<'_, B> {
        match self.verified.claims() {
            Some(claims) => Payload::Claims(claims),
            None => Payload::Received(self.verified.delivery().body()),
        }
    }

    /// The event.
    pub const fn verified(&self) -> &Verified<'d, B> {
        &self.verified
    }

    /// The URL of the request.
    pub fn url(&self, source: &Source) -> String {
        match &source.forward.destination {
            Destination::Origin(url) => url.clone(),
            _ => format!("https://countersign.internal/{}", source.name),
        }
    }
}

/// The name of the Durable Object for an event: the template filled in, or the id alone where a placeholder has no value.
///
/// `json` is the body or the claims, read only now that it is verified.
pub fn object_name(template: &str, source: &str, id: &[u8], json: &[u8]) -> String {
    let id = String::from_utf8_lossy(id).into_owned();
    let event: Value = if template.contains("{type}") || template.contains("{data.id}") {
        serde_json::from_slice(json).unwrap_or_default()
    } else {
        Value::Null
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((placeholder, after)) = after.split_once('}') else { break };
        let value = match placeholder {
            "id" => Some(id.clone()),
            "source" => Some(source.to_owned()),
            "type" => text(event.get("type")),
            "data.id" => text(event.get("data").and_then(|data| data.get("id"))),
            _ => None,
        };
        let Some(value) = value else { return id };
        name.push_str(before);
        name.push_str(&value);
        rest = after;
    }
    name.push_str(rest);
    name
}

impl<'d, B> Admitted<'d, B> {
    fn into_verified(self) -> Verified<'d, B> {
        self.0
    }
}

fn content_headers<B>(
    verified: &Verified<'_, B>,
    content: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<(&'static str, Vec<u8>)> {
    if verified.claims().is_some() {
        return vec![("content-type", b"application/json".to_vec())];
    }
    let copy = |name| content(name).map(|value| (name, value));
    ["content-type", "content-encoding"].into_iter().filter_map(copy).collect()
}

/// The scheme's own headers. With a token, id and timestamp are not signed: the id is the event's, and there is no timestamp.
fn sender_headers<B>(verified: &Verified<'_, B>) -> Vec<(&'static str, Vec<u8>)> {
    let (names, headers) = (verified.names(), verified.delivery().headers());
    let copy = |name| headers.get(name).map(|value| (name, value.to_vec()));
    let timestamp = copy(names.timestamp).filter(|_| verified.form() != Form::Jwt);
    let id = Some((names.id, verified.id().to_vec()));
    [id, timestamp, copy(names.signature)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_by_its_template_or_by_the_id() {
        let body = br#"{"type":"batch.succeeded","data":{"id":"b1"}}"#;
        let name = |template, body: &[u8]| object_name(template, "s", b"msg_1", body);
        assert_eq!(name("{id}", b""), "msg_1");
        assert_eq!(name("{source}:{type}/{data.id}", body), "s:batch.succeeded/b1");
        assert_eq!(name("{data.id}", b"not json"), "msg_1");
        assert_eq!(name("{data.id}", br#"{"data":{"id":7}}"#), "msg_1");
        assert_eq!(name("x-{type}", br#"{"type":""}"#), "msg_1");
        assert_eq!(name("fixed", body), "fixed");
    }
}
