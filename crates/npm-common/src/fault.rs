//! What is thrown into JavaScript: the JSON of a fault, from which its one error class is made.

use countersign::Error;
use countersign::gateway::respond::{ANSWERS, Refusal};
use countersign::inspect;
use serde_json::{Map, Value, json};
use wasm_bindgen::JsValue;

/// One fault: `{code, status, message, title, header?, retryAfter?, rotation?}`.
pub struct Fault(Value);

impl Fault {
    /// A fault in what the receiver's code handed over.
    pub fn config(message: &str) -> Self {
        Self::receiver("config_invalid", message)
    }

    pub(crate) fn no_signing_key() -> Self {
        Self::receiver("invalid_secret", "a public key cannot sign; give a `whsec_…` secret to sign with")
    }

    /// A fault that is found before or behind the core's part.
    pub(crate) fn found_outside(code: &str) -> Self {
        match code {
            "keys_unavailable" => Self::answer(
                Refusal::KeysUnavailable,
                "no readable key set could be had: its URL has to answer 200 with {\"keys\":[…]} within 5 s",
            ),
            "invalid_json" => Self(json!({
                "code": "invalid_json", "status": 400, "title": "the body is not JSON",
                "message": "the signature holds, and the body is not JSON; pass `jsonParse: false` and read `body` yourself",
            })),
            code => Self::receiver(code, ""),
        }
    }

    /// The JSON.
    pub(crate) fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn receiver(code: &str, message: &str) -> Self {
        Self(json!({ "code": code, "status": 500, "title": MISCONFIGURED, "message": message }))
    }

    fn answer(refusal: Refusal, message: &str) -> Self {
        let answer = ANSWERS.get(refusal.index()).copied();
        let mut fault = Map::new();
        fault.insert("code".to_owned(), refusal.code().into());
        fault.insert("message".to_owned(), message.into());
        if let Some(answer) = answer {
            fault.insert("status".to_owned(), answer.status.into());
            fault.insert("title".to_owned(), answer.title.into());
            if let Some(("retry-after", seconds)) = answer.header {
                fault.insert("retryAfter".to_owned(), seconds.into());
            }
        }
        Self(fault.into())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = match error {
            // These name their fix themselves.
            Error::EmptySecret | Error::InvalidSecret(_) => error.to_string(),
            _ => format!("{error}; {}", inspect::fix(error)),
        };
        let mut fault = match error.status() {
            // A fetched document is looked at before it is kept, so this is one that the receiver's code brings.
            500 | 503 => Self::receiver(error.code(), &message),
            _ => Self::answer(Refusal::Check(error), &message),
        };
        if let Value::Object(members) = &mut fault.0 {
            if let Error::MissingHeader(name) | Error::InvalidHeader(name, _) = error {
                members.insert("header".to_owned(), name.into());
            }
            if error.may_be_rotation() {
                members.insert("rotation".to_owned(), true.into());
            }
        }
        fault
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        Self::from_str(&fault.to_json())
    }
}

const MISCONFIGURED: &str = "the receiver is not set up correctly";
