//! What is thrown into JavaScript: the text of a fault, from which its one error class is made.

use countersign::Error;
use countersign::explain;
use countersign::gateway::respond::{ANSWERS, Refusal};
use wasm_bindgen::JsValue;

/// One fault, as JavaScript needs it.
#[derive(Debug)]
pub struct Fault {
    code: &'static str,
    status: u16,
    title: &'static str,
    message: String,
    /// The header at fault, where one is.
    header: Option<&'static str>,
    /// Seconds, where the sender should come again.
    retry_after: Option<&'static str>,
    /// Whether a newer key set could turn it into an acceptance.
    rotation: bool,
}

impl Fault {
    /// A fault in what the receiver's code handed over.
    pub fn config(message: &str) -> Self {
        Self::receiver("config_invalid", message.to_owned())
    }

    /// Where something is to be signed, and there is no secret.
    pub fn no_signing_key() -> Self {
        let message = "a public key cannot sign; give a `whsec_…` secret to sign with";
        Self::receiver("invalid_secret", message.to_owned())
    }

    /// An id or a timestamp that cannot be signed.
    pub fn unsignable(error: Error) -> Self {
        let fix = match error {
            Error::InvalidTimestamp => "pass a Date, or whole Unix seconds",
            _ => "pass an id of visible ASCII, such as `msg_` and a UUID, without a timestamp behind a dot",
        };
        Self { header: header_of(error), ..Self::receiver(error.code(), [error.to_string().as_str(), fix].join("; ")) }
    }

    /// The signature holds, and the body cannot be parsed.
    pub fn invalid_json() -> Self {
        let message = "the signature holds, and the body is not JSON; pass `jsonParse: false` and read `body` yourself";
        Self { status: 400, title: "the body is not JSON", ..Self::receiver("invalid_json", message.to_owned()) }
    }

    /// There are no keys to check against.
    pub fn keys_unavailable() -> Self {
        let message = "no readable key set could be had: its URL has to answer 200 with {\"keys\":[…]} within 5 s";
        Self::answer(Refusal::KeysUnavailable, message.to_owned())
    }

    /// Says more in the message.
    pub fn add(&mut self, more: &str) {
        self.message.push_str("; ");
        self.message.push_str(more);
    }

    /// The fault as lines: code, status, title, header, seconds to wait, whether it may be a rotation, and the message, which may
    /// have lines of its own. `fromFault` in `error.js` takes it apart.
    pub fn to_text(&self) -> String {
        let Self { code, title, message, .. } = self;
        let (status, rotation) = (self.status.to_string(), if self.rotation { "rotation" } else { "" });
        let (header, retry_after) = (self.header.unwrap_or_default(), self.retry_after.unwrap_or_default());
        [code, status.as_str(), title, header, retry_after, rotation, message].join("\n")
    }

    const fn receiver(code: &'static str, message: String) -> Self {
        let title = "the receiver is not set up correctly";
        Self { code, status: 500, title, message, header: None, retry_after: None, rotation: false }
    }

    fn answer(refusal: Refusal, message: String) -> Self {
        let fault = Self::receiver(refusal.code(), message);
        let Some(answer) = ANSWERS.get(refusal.index()) else { return fault };
        let retry_after = answer.header.filter(|(name, _)| *name == "retry-after").map(|(_, seconds)| seconds);
        Self { status: answer.status, title: answer.title, retry_after, ..fault }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = match error {
            // These name their fix themselves.
            Error::ShortSecret => {
                [error.to_string().as_str(), "; or, if the sender has no longer ones, set `allowShortKeys: true`"]
                    .concat()
            }
            Error::EmptySecret | Error::InvalidSecret(_) | Error::WeakKey => error.to_string(),
            _ => [error.to_string().as_str(), explain::fix(error)].join("; "),
        };
        let mut fault = match error.status() {
            // A fetched document is looked at before it is kept, so this is one that the receiver's code brings.
            500 | 503 => Self::receiver(error.code(), message),
            _ => Self::answer(Refusal::Check(error), message),
        };
        fault.header = header_of(error);
        fault.rotation = error.may_be_rotation();
        fault
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        Self::from_str(&fault.to_text())
    }
}

const fn header_of(error: Error) -> Option<&'static str> {
    match error {
        Error::MissingHeader(name) | Error::InvalidHeader(name, _) => Some(name),
        _ => None,
    }
}
