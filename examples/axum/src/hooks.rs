//! A receiver for each sender that has a secret.

use std::collections::HashMap;

use countersign::scheme::{self, KeySource, Scheme};
use countersign::{Error, Receiver};

/// The receivers, by the name of their sender.
#[derive(Debug, Default)]
pub struct Hooks {
    receivers: HashMap<&'static str, Receiver>,
    verify_tokens: HashMap<&'static str, String>,
    /// Scheme and host of the public URL, which some senders sign: `https://hooks.example.com`.
    public: String,
}

impl Hooks {
    /// Reads secrets by [their names](variable), and the public address as `PUBLIC_URL`. A value may hold several secrets, to rotate. The name
    /// of a verify token, which Meta asks for, ends with `_VERIFY_TOKEN`.
    ///
    /// # Errors
    /// If a secret cannot be used, or there is none; the text names the variable and the fix, and not the secret.
    pub fn from_variables(value: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let public = value("PUBLIC_URL").unwrap_or_default().trim_end_matches('/').to_owned();
        let mut hooks = Self { public, ..Self::default() };
        for scheme in scheme::ALL.iter().copied().filter(|scheme| takes_secrets(scheme)) {
            let name = variable(scheme);
            if let Some(text) = value(&name) {
                let secrets = scheme.secrets.split(&text);
                let receiver = match secrets.is_empty() {
                    true => Err(Error::EmptySecret),
                    false => Receiver::new(scheme, &secrets),
                };
                let receiver = receiver.map_err(|error| format!("{name}: {error}; {}", error.remedy()))?;
                hooks.receivers.insert(scheme.name, receiver);
                let token = value(&format!("{name}_VERIFY_TOKEN"));
                hooks.verify_tokens.extend(token.map(|token| (scheme.name, token.trim().to_owned())));
            }
        }
        if hooks.receivers.is_empty() {
            return Err("no sender has a secret: set one in the environment, such as WEBHOOK_STRIPE".to_owned());
        }
        Ok(hooks)
    }

    /// The receiver of a sender.
    pub fn get(&self, sender: &str) -> Option<&Receiver> {
        self.receivers.get(sender)
    }

    /// The token that a sender's GET must have.
    pub(crate) fn verify_token(&self, sender: &str) -> Option<&str> {
        self.verify_tokens.get(sender).map(String::as_str)
    }

    /// The senders that are received, in no order.
    pub fn senders(&self) -> impl Iterator<Item = &'static str> {
        self.receivers.keys().copied()
    }

    /// The URL that the sender called: a proxy may have changed the host.
    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.public)
    }
}

/// Whether a secret or a public key is all that a sender needs. The others publish key sets, which a server has to fetch and refresh:
/// [`Receiver::with_key_set`].
pub fn takes_secrets(scheme: &Scheme) -> bool {
    matches!(scheme.keys, KeySource::Either | KeySource::Secrets)
}

/// The environment variable of a sender's secret: `WEBHOOK_COINBASE_COMMERCE`.
pub fn variable(scheme: &Scheme) -> String {
    format!("WEBHOOK_{}", scheme.name.replace('-', "_").to_ascii_uppercase())
}
