//! A cursor as it is stored: JSON in one row.

use serde_json::{Value, json};

use super::Cursor;
use super::doubts::Doubts;
use crate::inbox::fence::Fence;
use crate::inbox::given_up::GivenUp;
use crate::inbox::passed::Passed;
use crate::inbox::ranges::Ranges;
use crate::inbox::span::Span;

impl Cursor {
    /// The text that is stored.
    pub fn to_json(&self) -> Value {
        let tried: Value = self.tried.iter().map(|(number, count)| json!([number, count])).collect();
        let renewed = self.renewed.iter().map(|(span, before)| json!([span.first, span.last, span.at, before]));
        json!({
            "done": self.done.to_json(), "dead": self.dead.to_json(), "renewed": renewed.collect::<Value>(), "named": self.named.to_json(), "tried": tried,
            "doubts": self.doubts.to_json(), "idle": self.doubts.is_idle, "handed": self.handed, "gathered": self.gathered, "most": self.most, "from": self.from, "offered": self.offered, "filtered": self.passed.to_json(), "fence": self.fence.to_json(), "pace": self.pace, "at": self.written_at,
        })
    }

    /// What [`Cursor::to_json`] wrote; `None` if it is damaged.
    pub fn from_json(json: &Value) -> Option<Self> {
        let count = |count: &Value| u32::try_from(count.as_u64()?).ok();
        let renewed = |entry: &Value| Some((Span::from_json(entry)?, count(entry.get(3)?)?));
        let tried = |entry: &Value| Some((entry.get(0)?.as_u64()?, count(entry.get(1)?)?));
        Some(Self {
            done: Ranges::from_json(json.get("done")?)?,
            dead: GivenUp::from_json(json.get("dead")?)?,
            renewed: json.get("renewed")?.as_array()?.iter().map(renewed).collect::<Option<_>>()?,
            named: json.get("named").and_then(Ranges::from_json).unwrap_or_default(),
            tried: json.get("tried")?.as_array()?.iter().map(tried).collect::<Option<_>>()?,
            doubts: Doubts::from_json(json.get("doubts")?, json.get("idle") == Some(&Value::Bool(true)))?,
            handed: json.get("handed").and_then(Value::as_u64),
            gathered: json.get("gathered").and_then(Value::as_u64),
            most: count(json.get("most")?)?,
            // Schema 3 had one destination, and no filters.
            from: json.get("from").and_then(Value::as_u64).unwrap_or_default(),
            offered: json.get("offered").and_then(|pair| Some((pair.get(0)?.as_u64()?, pair.get(1)?.as_u64()?))),
            passed: json.get("filtered").map(Passed::from_json).unwrap_or_default(),
            fence: Fence::from_json(json.get("fence")),
            pace: json.get("pace").and_then(Value::as_u64).unwrap_or_default(),
            written_at: json.get("at")?.as_u64()?,
        })
    }
}
