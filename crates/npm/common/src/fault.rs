//! Faults: what an error of the core, or a mistake in the receiver's code, becomes for JavaScript.

use countersign::Error;
use countersign::gateway::response::{RESPONSES, ReadyResponse, Refusal};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::outcome::Refused;

/// Why a call failed, in the words of the core. Holds no secret, no signature and no piece of a body.
#[derive(Debug)]
pub struct Fault {
    code: &'static str,
    status: u16,
    title: &'static str,
    message: String,
    /// The header at fault, if it is one.
    header: Option<&'static str>,
    /// Seconds after which the sender should retry.
    retry_after: Option<&'static str>,
    /// Whether a newer key set could turn the refusal into an acceptance.
    may_be_rotation: bool,
}

impl Fault {
    /// A mistake in what the receiver's code passed.
    pub fn config(message: &str) -> Self {
        Self::receiver("config_invalid", message.to_owned())
    }

    /// A signature was asked for, and there is no secret.
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
        Self { header: header_of(error), ..Self::receiver(error.code(), [error.to_text().as_str(), fix].join("; ")) }
    }

    /// The signature is valid, and the body cannot be parsed.
    pub fn invalid_json() -> Self {
        let message =
            "the signature is valid, but the body is not JSON; pass `jsonParse: false` and read `body` yourself";
        Self { status: 400, title: "the body is not JSON", ..Self::receiver("invalid_json", message.to_owned()) }
    }

    /// There are no keys to check against.
    pub fn keys_unavailable() -> Self {
        // Constants: a look-up would bring along the table of all responses.
        const REFUSAL: Refusal = Refusal::KeysUnavailable;
        #[expect(clippy::indexing_slicing, reason = "the compiler does it")]
        const RESPONSE: ReadyResponse = RESPONSES[REFUSAL.index()];
        const REMEDY: &str = REFUSAL.remedy();
        let retry_after = RESPONSE.header.filter(|(name, _)| *name == "retry-after").map(|(_, seconds)| seconds);
        let fault = Self::receiver(RESPONSE.code, [RESPONSE.title, REMEDY].join("; "));
        Self { status: RESPONSE.status, title: RESPONSE.title, retry_after, ..fault }
    }

    /// Appends to the message.
    pub fn add(&mut self, more: &str) {
        self.message.push_str("; ");
        self.message.push_str(more);
    }

    const fn receiver(code: &'static str, message: String) -> Self {
        let title = "the receiver is not set up correctly";
        Self { code, status: 500, title, message, header: None, retry_after: None, may_be_rotation: false }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let mut message = [error.to_text().as_str(), error.remedy()].join("; ");
        if error == Error::ShortSecret {
            message.push_str("; if the sender has no longer ones, set `allowShortKeys: true`");
        }
        let mut fault = Self::receiver(error.code(), message);
        // A fetched key set is checked before it is cached, so one at fault is one that the receiver's code passed.
        if !matches!(error.status(), 500 | 503) {
            // Not by a `Refusal`: the table of all responses would come with it.
            (fault.status, fault.title) = (error.status(), error.title());
        }
        fault.header = header_of(error);
        fault.may_be_rotation = error.may_be_rotation();
        fault
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let Fault { code, status, title, message, header, retry_after, may_be_rotation } = fault;
        Self::new(code, status, title, &message, header, retry_after, may_be_rotation)
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        Refused::from(fault).into()
    }
}

/// The fault of a verified body that JavaScript could not parse.
#[wasm_bindgen(js_name = invalidJson)]
pub fn invalid_json() -> Refused {
    Fault::invalid_json().into()
}

const fn header_of(error: Error) -> Option<&'static str> {
    match error {
        Error::MissingHeader(name) | Error::InvalidHeader(name, _) => Some(name),
        _ => None,
    }
}
