//! The vector files, and how one case of them is run against the core.
//!
//! The same function runs natively (`tests/vectors.rs`) and inside the test Worker, so both are held to the same files. A case
//! is data: its fields are described at the head of each file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Crypto;
use countersign::explain::{self, Receiver, Report, Secret};
use countersign::scheme::{self, Form, KeySource, Scheme};
use countersign::{
    Delivery, Error, Headers, HmacKey, Jwks, JwtPolicy, Keys, Policy, SecretKey, Target, Timestamp, Tolerance,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A row of [`FILES`] for each name.
macro_rules! files {
    ($($name:literal)*) => {
        /// The files by name, as text.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../", $name, ".json")))),*];
    };
}

files! {
    "standard-webhooks" "jwks-jwt" "providers"
    "openai" "anthropic" "replicate" "xai" "aimlapi" "recall" "clerk" "resend"
    "brex" "render" "loops" "supabase-auth" "polar" "gitlab" "epilot"
    "github" "stripe" "slack"
    "zoom" "paddle" "calendly" "workos" "mux" "elevenlabs" "openrouter" "retell" "box" "sanity" "zendesk" "twitch" "webflow"
    "shopify" "meta" "linear" "typeform" "vercel" "woocommerce" "intercom" "sentry" "notion" "pagerduty"
    "bitbucket" "jira" "coinbase-commerce" "razorpay" "docusign" "bfl" "heygen" "vapi" "adyen"
    "hubspot" "square" "twilio"
    "discord" "telnyx" "fal" "sendgrid" "gitlab-token" "assemblyai" "okta" "vapi-token"
}

/// One vector file.
#[derive(Debug, Deserialize)]
pub struct File {
    /// The key set of cases that bring none.
    pub default_jwks: Option<Value>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case: input and expectation.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Unique in its file, with `provider` where there is one.
    pub name: String,
    #[serde(default)]
    provider: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    preset: Option<String>,
    #[serde(default)]
    secret: Option<Value>,
    #[serde(default)]
    secret_format: Option<String>,
    #[serde(default)]
    public_key: Option<PublicKey>,
    /// The method and the URL of the request, for a sender that signs them.
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    header_gen: Vec<Generated>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    token_gen: Option<Generated>,
    #[serde(default)]
    body_base64: Option<String>,
    #[serde(default)]
    body_gen: Option<Repeated>,
    #[serde(default)]
    jwks: Option<Value>,
    #[serde(default)]
    audience: Option<String>,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    leeway: u64,
    #[serde(default)]
    now: u64,
    #[serde(default)]
    tolerance: Option<u64>,
    /// The id of the event, where the case says which.
    #[serde(default)]
    id: Option<String>,
    #[serde(flatten)]
    expected: Expected,
    #[serde(default)]
    strict: Option<Expected>,
}

/// What should come out.
#[derive(Clone, Debug, Deserialize)]
struct Expected {
    expect: String,
    error: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct PublicKey {
    format: String,
    value: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Generated {
    #[serde(default)]
    name: String,
    #[serde(default)]
    prefix: String,
    repeat: String,
    count: usize,
    #[serde(default)]
    suffix: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Repeated {
    repeat_base64: String,
    count: usize,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The delivery was verified.
    Accept,
    /// The delivery was verified, and is another event than the case says.
    OtherId(String),
    /// It was not, or its keys were not taken.
    Reject(Error),
    /// The case is of a scheme that does not exist here.
    Unsupported,
}

impl File {
    /// Reads a file; a case without a key set gets the file's.
    ///
    /// # Errors
    /// Where the text is not a vector file.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut file: Self = serde_json::from_str(text)?;
        for case in &mut file.cases {
            if case.jwks.is_none() {
                case.jwks.clone_from(&file.default_jwks);
            }
        }
        Ok(file)
    }
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

    /// The scheme that the case is of, if it exists here.
    pub fn scheme(&self) -> Option<&'static Scheme> {
        if OUTSIDE.contains(&self.title().as_str()) {
            return None;
        }
        let name = match (&self.provider, &self.kind) {
            // Senders that sign in two ways, which are two schemes.
            (Some(provider), _) if provider == "gitlab" && !self.has_webhook_headers() => "gitlab-token",
            (Some(provider), _) if provider == "supabase" && self.has_webhook_headers() => "supabase-auth",
            (Some(provider), _) if scheme::find(provider).is_some() => provider,
            (Some(_), _) => return None,
            (None, Some(_)) => "gemini-dynamic",
            // A raw key needs no preset of its own.
            (None, None) if self.is_raw() => "standard-webhooks",
            (None, None) => match self.preset.as_deref() {
                None | Some("standard") => "standard-webhooks",
                Some(preset) => preset,
            },
        };
        scheme::find(name)
    }

    /// Runs the case under its own scheme, or under another of the same headers.
    pub fn run<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C, strict: bool) -> Outcome {
        match self.verify(scheme, crypto, strict) {
            Ok(id) if self.id.as_ref().is_some_and(|known| *known != id) => Outcome::OtherId(id),
            Ok(_) => Outcome::Accept,
            Err(error) => Outcome::Reject(error),
        }
    }

    /// Runs the case by [`Policy::verify_hmac`], if it is one for shared secrets.
    pub fn run_v1<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C) -> Option<Outcome> {
        let texts = self.secret_texts();
        let is_public = |text: &String| text.contains("whpk_") || text.contains("PUBLIC KEY");
        if self.has_key_set(scheme) || self.public_key.is_some() || texts.iter().any(is_public) {
            return None;
        }
        let keys: Vec<_> = match self.secrets(scheme, false) {
            Ok(keys) => keys
                .into_iter()
                .filter_map(|key| if let SecretKey::Hmac(key) = key { Some(key) } else { None })
                .collect(),
            Err(error) => return Some(Outcome::Reject(error)),
        };
        let lines = self.lines();
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let delivery = self.delivery(headers);
        let now = Timestamp::from_unix(self.now);
        let verified = self.policy(scheme, false).verify_hmac(&keys, &delivery, now, crypto);
        Some(verified.map_or_else(Outcome::Reject, |_| Outcome::Accept))
    }

    /// Compares an outcome with what the case expects.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn judge(&self, outcome: &Outcome, strict: bool) -> Result<(), String> {
        let expected = self.strict.as_ref().filter(|_| strict).unwrap_or(&self.expected);
        let good = match outcome {
            Outcome::Accept => expected.expect == "accept",
            Outcome::Reject(error) => {
                let wanted = expected.error.as_deref().unwrap_or_default();
                expected.expect == "reject" && (error.code() == wanted || self.is_as_good(error.code()))
            }
            Outcome::OtherId(_) | Outcome::Unsupported => false,
        };
        if good { Ok(()) } else { Err(format!("{}: expected {expected:?}, got {outcome:?}", self.title())) }
    }

    /// Codes that a case's own note calls as good as the suggested one.
    fn is_as_good(&self, code: &str) -> bool {
        matches!((self.name.as_str(), code), ("sig/only-spaces", "missing_header") | ("huge-64KiB", "jwt_signature"))
    }

    /// Explains the case under its own scheme, in the default mode.
    pub fn explain(&self, scheme: &'static Scheme) -> Report {
        let (texts, lines) = (self.secret_texts(), self.lines());
        let raw: Option<Vec<_>> = self.is_raw().then(|| texts.iter().map(|text| decode(text)).collect());
        let secrets: Vec<_> = match &raw {
            Some(keys) => keys.iter().map(|key| Secret::Raw(key)).collect(),
            None if !self.has_key_set(scheme) => texts.iter().map(|text| Secret::Text(text)).collect(),
            None => Vec::new(),
        };
        let jwks = self.jwks.as_ref().filter(|_| self.has_key_set(scheme)).map(Value::to_string);
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let receiver = Receiver {
            policy: &self.policy(scheme, false),
            secrets: &secrets,
            jwks: jwks.as_deref().map(str::as_bytes),
            now: Timestamp::from_unix(self.now),
        };
        explain::report(&receiver, &self.delivery(headers))
    }

    /// The receiver's own keys, and the text of each secret; no keys if one does not parse.
    pub fn keys(&self, scheme: &Scheme) -> (Vec<SecretKey>, Vec<String>) {
        (self.secrets(scheme, false).unwrap_or_default(), self.secret_texts())
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.lines().into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The key set, if the case is checked by one.
    pub fn jwks(&self) -> Option<&Value> {
        self.jwks.as_ref()
    }

    fn policy(&self, scheme: &'static Scheme, strict: bool) -> Policy {
        let mut policy = Policy::of(scheme);
        policy.strict = strict;
        if let Some(seconds) = self.tolerance {
            policy.tolerance = Tolerance::from_seconds(seconds);
        }
        if self.kind.as_deref() == Some("jwt") {
            policy.forms = vec![Form::Jwt];
            let audience = self.audience.clone().unwrap_or_default();
            policy.jwt = Some(JwtPolicy { audience, issuer: self.issuer.clone(), leeway: self.leeway, longest: None });
        }
        policy
    }

    fn verify<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C, strict: bool) -> Result<String, Error> {
        let policy = self.policy(scheme, strict);
        let secrets = if self.has_key_set(scheme) { Vec::new() } else { self.secrets(scheme, strict)? };
        let jwks = match &self.jwks {
            Some(jwks) if self.has_key_set(scheme) => Some(Jwks::parse(jwks.to_string().as_bytes())?),
            _ => None,
        };
        let lines = self.lines();
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let delivery = self.delivery(headers);
        let keys = Keys { secrets: &secrets, jwks: jwks.as_ref(), recent: None };
        let verified = policy.verify(keys, &delivery, Timestamp::from_unix(self.now), crypto)?;
        Ok(String::from_utf8_lossy(verified.id()).into_owned())
    }

    fn delivery<'d>(&'d self, headers: Headers<'d>) -> Delivery<'d, Vec<u8>> {
        let delivery = Delivery::new(headers, self.body());
        let method = self.method.as_deref().unwrap_or("POST");
        match &self.url {
            Some(url) => delivery.with_target(Target { method, url }),
            None => delivery,
        }
    }

    fn secret_texts(&self) -> Vec<String> {
        let texts = match (&self.secret, &self.public_key) {
            (Some(Value::Array(several)), _) => several.clone(),
            (Some(one), _) => vec![one.clone()],
            (None, Some(key)) if key.is_as_shown() => vec![json!(key.value)],
            (None, Some(key)) => vec![json!(format!("whpk_{}", key.value))],
            (None, None) => Vec::new(),
        };
        texts.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Whether the case is checked by a key set, and not by keys of its own.
    fn has_key_set(&self, scheme: &Scheme) -> bool {
        self.kind.is_some() || matches!(scheme.keys, KeySource::SharedJwks(_))
    }

    fn is_raw(&self) -> bool {
        self.secret_format.as_deref() == Some("raw_base64")
    }

    fn secrets(&self, scheme: &Scheme, strict: bool) -> Result<Vec<SecretKey>, Error> {
        let mut keys = Vec::new();
        for text in self.secret_texts() {
            if self.is_raw() {
                keys.push(HmacKey::from_bytes(&decode(&text)).map(SecretKey::Hmac)?);
            } else {
                keys.extend(scheme.secrets.parse(&text)?);
            }
        }
        if strict {
            keys.iter().try_for_each(SecretKey::check_length)?;
        }
        if keys.is_empty() { Err(Error::EmptySecret) } else { Ok(keys) }
    }

    fn lines(&self) -> Vec<(String, String)> {
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

    fn has_webhook_headers(&self) -> bool {
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
fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

/// Cases of a provider that its scheme does not take: HubSpot's older signatures, which are no HMAC and sign no time, and what Adyen signs
/// inside the body.
const OUTSIDE: [&str; 3] = ["hubspot/v1", "hubspot/v2", "adyen/standard-notification"];
