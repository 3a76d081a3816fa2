//! A sample event of each sender, in its own form: the body of the genuine delivery among its vectors. `send`, `testRequest` and the page
//! send it. And the types of event that senders document, which the page offers.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::scheme::{EventType, IdSource, Part, Scheme, Signing};
use serde_json::{Value, json};

use crate::sender::Sender;
use crate::{Content, root};

/// Bodies with the members that receivers read first. A vector has as few as its case needs.
const FULLER: [(&str, &str); 3] = [
    (
        "stripe",
        r#"{"id":"evt_1","object":"event","created":1700000000,"livemode":false,"type":"charge.succeeded","data":{"object":{"id":"ch_1","object":"charge","amount":2000,"currency":"usd","paid":true}}}"#,
    ),
    (
        "github",
        r#"{"action":"opened","number":1,"pull_request":{"id":1,"number":1,"state":"open","title":"A sample"},"repository":{"id":1,"full_name":"example/example"},"sender":{"id":1,"login":"octocat"}}"#,
    ),
    (
        "slack",
        r#"{"type":"event_callback","team_id":"T1","event_id":"Ev1","event_time":1700000000,"event":{"type":"app_mention","user":"U1","channel":"C1","text":"Hello","ts":"1700000000.000100"}}"#,
    ),
];

/// The generated files of the emulator, and of the page and the package.
pub(crate) fn files(senders: &[Sender]) -> Vec<(&'static str, Content)> {
    let lines = |of: fn(&Sample) -> Value| {
        let samples = senders.iter().filter_map(|sender| Sample::of(sender.scheme));
        samples.map(|sample| format!("  \"{}\": {}", sample.scheme.name, of(&sample))).collect::<Vec<_>>().join(",\n")
    };
    let script = format!(
        "// A sample event of each sender that has events of its own. Generated from tests/vectors; to update:
// UPDATE=1 cargo test --test senders
export const EVENTS = {{
{},
}};
",
        lines(Sample::for_package)
    );
    vec![
        ("crates/emulator/src/send/events.json", Content::Whole(format!("{{\n{}\n}}\n", lines(Sample::for_emulator)))),
        ("www/src/sample-events.js", Content::Whole(script)),
        ("www/src/event-types.js", Content::Whole(documented_types(senders))),
    ]
}

/// The types that senders document, from the package's declarations: `export type StripeEventType = | "a.b" | …`.
fn documented_types(senders: &[Sender]) -> String {
    let declared = fs::read_to_string(root().join("crates/npm/js/event-types.d.ts")).unwrap();
    let lines = senders.iter().filter_map(|sender| {
        let name = sender.function.get(..1)?.to_uppercase() + sender.function.get(1..)?;
        let (_, after) = declared.split_once(&format!("export type {name}EventType ="))?;
        let types: Vec<_> = after.split(';').next()?.split('"').skip(1).step_by(2).collect();
        Some(format!("  \"{}\": {},\n", sender.scheme.name, json!(types)))
    });
    format!(
        "// The event types that senders document. Generated from crates/npm/js/event-types.d.ts; to update:
// UPDATE=1 cargo test --test senders
export const DOCUMENTED = {{
{}}};
",
        lines.collect::<String>()
    )
}

struct Sample {
    scheme: &'static Scheme,
    body: String,
    /// The value of the header with the event's type, if that is where the sender states it.
    kind: Option<String>,
}

impl Sample {
    /// The sample of a scheme; `None` if its vectors have no genuine delivery, because other senders' events are signed by it.
    fn of(scheme: &'static Scheme) -> Option<Self> {
        let file = root().join("tests/vectors").join(scheme.name).with_extension("json");
        let vectors: Value = serde_json::from_slice(&fs::read(file).ok()?).unwrap();
        let cases = vectors.get("cases")?.as_array()?;
        let genuine = cases.iter().find(|case| case.get("name").is_some_and(|name| name == "genuine"))?;
        let body = STANDARD.decode(genuine.get("body_base64")?.as_str()?).unwrap();
        let fuller = FULLER.into_iter().find(|(name, _)| *name == scheme.name).map(|(_, body)| body.to_owned());
        let kind = match scheme.event_type {
            EventType::Header([header, ..]) => genuine.get("headers")?.as_array()?.iter().find_map(|pair| {
                let (name, value) = (pair.get(0)?.as_str()?, pair.get(1)?.as_str()?);
                name.eq_ignore_ascii_case(header).then(|| value.to_owned())
            }),
            _ => None,
        };
        Some(Self { scheme, body: fuller.unwrap_or_else(|| String::from_utf8(body).unwrap()), kind })
    }

    /// The emulator reads the rest from the scheme.
    fn for_emulator(&self) -> Value {
        present(&[("body", json!(self.body)), ("kind", json!(self.kind))])
    }

    /// `body` is JSON or a form; `pointer` or `header` says where the type is. If an event is known by its hash, each needs another body:
    /// `isHashed`.
    fn for_package(&self) -> Value {
        let (place, body) = self.item().unwrap_or_else(|| (String::new(), self.body.clone()));
        let (pointer, header) = match self.scheme.event_type {
            EventType::Pointer(pointer) => (pointer.strip_prefix(&place), None),
            EventType::Header([header, ..]) => (None, Some(*header)),
            _ => (None, None),
        };
        let is_hashed = self.is_hashed().then_some(true);
        present(&[
            ("body", json!(body)),
            ("pointer", json!(pointer)),
            ("header", json!(header)),
            ("kind", json!(self.kind)),
            ("isHashed", json!(is_hashed)),
        ])
    }

    /// Where the item is of which a sender signs members, and the item: the package makes the list around it.
    fn item(&self) -> Option<(String, String)> {
        let fields = self.scheme.template()?.message.iter().find_map(|part| match part {
            Part::Fields(fields) => Some(fields),
            _ => None,
        })?;
        let place = format!("/{}/0/{}", fields.list, fields.item);
        let body: Value = serde_json::from_str(&self.body).unwrap();
        Some((place.clone(), body.pointer(&place)?.to_string()))
    }

    fn is_hashed(&self) -> bool {
        match &self.scheme.signing {
            Signing::Template(template) => !matches!(template.id, IdSource::Header | IdSource::Body(_)),
            Signing::Identity(_) => true,
            _ => false,
        }
    }
}

/// An object of the members that have a value.
fn present(members: &[(&str, Value)]) -> Value {
    members
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}
