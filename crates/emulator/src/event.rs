//! Events: the JSON bodies of deliveries, compact, with members in the order of Google's documentation.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::clock;
use crate::dialect::{DataId, Dialect, MetadataPlace};
use crate::job::{Job, Kind, Outcome};

/// An event: identical for every receiver and attempt.
#[derive(Clone, Debug)]
pub struct Event {
    /// `webhook-id`.
    pub id: String,
    /// `type`.
    pub kind: String,
    /// The body's bytes.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    version: &'static str,
    timestamp: String,
    data: Data<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_metadata: Option<&'a RawValue>,
}

#[derive(Default, Serialize)]
struct Data<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_file_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_metadata: Option<&'a RawValue>,
}

impl Event {
    /// The event of an ended job, with this `webhook-id`. `None` if its outcome has no event type.
    pub fn of_job(job: &Job, id: String, dialect: Dialect) -> Option<Self> {
        let (outcome, ended_ms) = job.ended?;
        let kind = job.event_type(dialect)?;
        let named = dialect.id == DataId::Name || job.kind != Kind::Batch;
        let mut data = Data { id: if named { job.name() } else { job.id.clone() }, ..Data::default() };
        if kind == "video.generated" {
            data.file_name = Some(format!("files/{}", job.id));
            data.output_file_uri = Some(format!("https://generativelanguage.googleapis.com/v1beta/files/{}", job.id));
        } else if kind == "batch.succeeded" && job.inlined.is_none() {
            data.output_file_uri = Some(format!("gs://countersign-emulator/{}.jsonl", job.id));
        } else if outcome == Outcome::Failed {
            (data.error_code, data.error_message) = (Some("INTERNAL"), Some("the emulator was told to fail this job"));
        }
        let metadata = job.webhook.as_ref().and_then(|config| config.user_metadata.as_deref());
        let top = metadata.filter(|_| dialect.metadata == MetadataPlace::Top);
        data.user_metadata = metadata.filter(|_| dialect.metadata == MetadataPlace::Data);
        Self::new(kind, id, ended_ms, data, top)
    }

    /// The event that `:ping` sends. Its type and body are not documented, and nothing can subscribe to the type.
    pub fn ping(webhook: &str, id: String, now: u64) -> Option<Self> {
        Self::sample("webhook.ping", id, webhook.to_owned(), now)
    }

    /// A sample event about no resource.
    pub fn sample(kind: &str, id: String, data_id: String, now: u64) -> Option<Self> {
        Self::new(kind, id, now, Data { id: data_id, ..Data::default() }, None)
    }

    fn new(kind: &str, id: String, at_ms: u64, data: Data<'_>, user_metadata: Option<&RawValue>) -> Option<Self> {
        let timestamp = clock::rfc3339_seconds(at_ms);
        let body = serde_json::to_vec(&Envelope { kind, version: "v1", timestamp, data, user_metadata }).ok()?;
        Some(Self { id, kind: kind.to_owned(), body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::WebhookConfig;

    fn body(kind: Kind, outcome: Outcome, inlined: Option<usize>, dialect: Dialect) -> String {
        let metadata = r#"{"b":[1,2],"a":{}}"#.to_owned();
        let webhook = WebhookConfig { uris: Vec::new(), user_metadata: RawValue::from_string(metadata).ok() };
        let (id, model, display_name) = ("abc".to_owned(), "veo".to_owned(), None);
        let ended = Some((outcome, 1_769_083_200_000));
        let webhook = (dialect.metadata == MetadataPlace::Top).then_some(webhook);
        let job = Job { kind, id, model, display_name, inlined, makes_video: false, webhook, created_ms: 0, ended };
        String::from_utf8(Event::of_job(&job, "msg_1".into(), dialect).unwrap().body).unwrap()
    }

    #[test]
    fn bodies_are_compact_and_in_the_order_of_the_documentation() {
        assert_eq!(
            body(Kind::Batch, Outcome::Succeeded, None, Dialect::default()),
            r#"{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"abc","output_file_uri":"gs://countersign-emulator/abc.jsonl"}}"#
        );
        assert_eq!(
            body(Kind::Video, Outcome::Succeeded, None, Dialect::default()),
            r#"{"type":"video.generated","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"models/veo/operations/abc","output_file_uri":"https://generativelanguage.googleapis.com/v1beta/files/abc","file_name":"files/abc"}}"#
        );
    }

    #[test]
    fn what_is_contested_follows_the_dialect() {
        let dialect = Dialect { metadata: MetadataPlace::Top, id: DataId::Name, ..Dialect::default() };
        assert_eq!(
            body(Kind::Batch, Outcome::Succeeded, Some(1), dialect),
            r#"{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"batches/abc"},"user_metadata":{"b":[1,2],"a":{}}}"#
        );
    }
}
