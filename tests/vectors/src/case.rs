//! One case as data, and the parts of the delivery that it describes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// One case: input and expectation.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Unique in its file, with `provider` where there is one.
    pub name: String,
    #[serde(default)]
    pub(crate) provider: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) preset: Option<String>,
    /// How the sender signs, as `scheme = "hmac"` describes it.
    #[serde(default)]
    pub(crate) description: Option<Value>,
    #[serde(default)]
    pub(crate) secret: Option<Value>,
    #[serde(default)]
    pub(crate) secret_format: Option<String>,
    #[serde(default)]
    pub(crate) public_key: Option<PublicKey>,
    /// The method and the URL of the request, for a sender that signs them.
    #[serde(default)]
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) header_gen: Vec<Generated>,
    #[serde(default)]
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) token_gen: Option<Generated>,
    #[serde(default)]
    body_base64: Option<String>,
    #[serde(default)]
    pub(crate) body_gen: Option<Repeated>,
    #[serde(default)]
    pub(crate) jwks: Option<Value>,
    #[serde(default)]
    pub(crate) audience: Option<String>,
    #[serde(default)]
    pub(crate) issuer: Option<String>,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) leeway: u64,
    #[serde(default)]
    pub(crate) now: u64,
    #[serde(default)]
    pub(crate) tolerance: Option<u64>,
    /// The id of the event, where the case says which.
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(flatten)]
    pub(crate) expected: Expected,
    #[serde(default)]
    pub(crate) strict: Option<Expected>,
}

/// What should come out.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) expect: String,
    pub(crate) error: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PublicKey {
    pub(crate) format: String,
    pub(crate) value: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Generated {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) prefix: String,
    pub(crate) repeat: String,
    pub(crate) count: usize,
    #[serde(default)]
    pub(crate) suffix: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Repeated {
    repeat_base64: String,
    pub(crate) count: usize,
}

impl Case {
    /// The name for lists and messages.
    pub fn title(&self) -> String {
        self.provider.as_ref().map_or_else(|| self.name.clone(), |provider| format!("{provider}/{}", self.name))
    }

    /// Whether strict mode has another outcome.
    pub const fn has_strict(&self) -> bool {
        self.strict.is_some()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.lines().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The key set, if the case is checked by one.
    pub const fn jwks(&self) -> Option<&Value> {
        self.jwks.as_ref()
    }

    pub(crate) fn is_raw(&self) -> bool {
        self.secret_format.as_deref() == Some("raw_base64")
    }

    pub(crate) fn secret_texts(&self) -> Vec<String> {
        let texts = match (&self.secret, &self.public_key) {
            (Some(Value::Array(several)), _) => several.clone(),
            (Some(one), _) => vec![one.clone()],
            (None, Some(key)) if key.is_as_shown() => vec![json!(key.value)],
            (None, Some(key)) => vec![json!(format!("whpk_{}", key.value))],
            (None, None) => Vec::new(),
        };
        texts.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let mut lines = self.headers.clone();
        lines.extend(self.header_gen.iter().map(|header| (header.name.clone(), header.text())));
        if self.kind.as_deref() == Some("jwt") {
            let token = self.token_gen.as_ref().map(Generated::text).or_else(|| self.token.clone());
            lines.push(("webhook-signature".to_owned(), token.unwrap_or_default()));
        }
        lines
    }

    /// The raw body.
    pub fn body(&self) -> Vec<u8> {
        match &self.body_gen {
            Some(body) => decode(&body.repeat_base64).repeat(body.count),
            None => decode(self.body_base64.as_deref().unwrap_or_default()),
        }
    }

    pub(crate) fn has_webhook_headers(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("webhook-signature"))
    }
}

impl PublicKey {
    /// Whether the value is as the sender shows it, and its scheme says how to read it.
    fn is_as_shown(&self) -> bool {
        let formats = ["whpk", "ed25519-hex", "ed25519-base64", "p256-spki-base64"];
        self.value.starts_with("whpk_") || self.format.ends_with("-pem") || formats.contains(&self.format.as_str())
    }
}

impl Generated {
    fn text(&self) -> String {
        [self.prefix.clone(), self.repeat.repeat(self.count), self.suffix.clone()].concat()
    }
}

/// Text that is not base64 decodes to nothing, and its case fails by that.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}
