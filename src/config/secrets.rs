//! Reads secrets and tokens by the names in the configuration. A value that cannot be meant is a fault that says what it is.

use zeroize::Zeroizing;

use super::environment::Environment;
use super::reader::Reader;
use crate::crypto::HmacKey;
use crate::error::{Error, SecretFault};
use crate::key::mistake::in_any_value;
use crate::key::{KeyFormat, SecretKey, is_prefixed};

/// What carries a token.
#[derive(Clone, Copy, Debug)]
pub(super) enum Carrier {
    /// The last segment of a URL's path.
    Path,
    /// A header, or the query of a URL, where it may be percent-encoded.
    Header,
}

/// The fewest characters of a token: 128 random bits in base64.
const LEAST_TOKEN: usize = 22;

impl Reader<'_> {
    /// The keys in the secrets that a list names. [`KeyFormat::split`] takes a value with several apart.
    #[inline(never)]
    pub(super) fn keys(&mut self, key: &str, format: KeyFormat, environment: &impl Environment) -> Vec<SecretKey> {
        let Some(names) = self.list(key) else { return Vec::new() };
        if names.is_empty() {
            let fix = ["name the secret that holds the sender's ", format.what()].concat();
            self.fault(key, "is an empty list", &fix);
        }
        let mut keys = Vec::new();
        for name in &names {
            keys.append(&mut self.keys_in(key, name, format, environment));
        }
        self.refuse_public(key, &keys, &keys, environment);
        keys
    }

    /// The shared secrets in the secret that a key names, none of which is the public key of a sender.
    #[inline(never)]
    pub(super) fn hmac_keys(
        &mut self,
        key: &str,
        environment: &impl Environment,
        senders: &[SecretKey],
    ) -> Vec<HmacKey> {
        let Some(name) = self.text(key) else { return Vec::new() };
        let keys = self.keys_in(key, &name, KeyFormat::Standard, environment);
        self.refuse_public(key, &keys, senders, environment);
        let mut shared = Vec::new();
        for sign_with in keys {
            match sign_with {
                SecretKey::Hmac(sign_with) => shared.push(sign_with),
                SecretKey::Ed25519(_) | SecretKey::P256(_) => {
                    self.fault(key, "names a public key, which cannot sign", "use a `whsec_…` secret");
                }
            }
        }
        shared
    }

    /// The token in the secret that a key names.
    #[inline(never)]
    pub(super) fn token(
        &mut self,
        key: &str,
        carrier: Carrier,
        environment: &impl Environment,
    ) -> Option<Zeroizing<String>> {
        let name = self.text(key)?;
        let value = self.value_of(key, &name, environment)?;
        if let Some((problem, fix)) = token_fault(&value, carrier) {
            self.fault(key, &[UNUSABLE, ": ", &problem].concat(), fix);
        }
        Some(value)
    }

    /// A public key is 32 bytes like a shared one, and is recognised only if it is known.
    #[inline(never)]
    fn refuse_public(&mut self, key: &str, keys: &[SecretKey], public: &[SecretKey], environment: &impl Environment) {
        let bytes = |key: &SecretKey| matches!(key, SecretKey::Hmac(shared) if is_one_of(shared.as_bytes(), public));
        if keys.iter().any(bytes) && !environment.takes_any_key() {
            let fix = SecretFault::PublicAsShared.remedy();
            self.fault(key, "name a shared secret that is a sender's public key as well", fix);
        }
    }

    #[inline(never)]
    fn keys_in(&mut self, key: &str, name: &str, format: KeyFormat, environment: &impl Environment) -> Vec<SecretKey> {
        let Some(value) = self.value_of(key, name, environment) else { return Vec::new() };
        let floor = (!environment.takes_any_key()).then_some(self.allow_short);
        let (mut keys, parts) = (Vec::new(), format.split(&value));
        let Err(error) = read(&value, &parts, format, floor, &mut keys) else { return keys };
        let part = match parts.len() {
            0 | 1 => "",
            _ if format.takes_text() => "one of its lines is no key: ",
            _ => "one of its parts, separated by white space, is no key: ",
        };
        let problem = [UNUSABLE, ": ", part, &error.to_string()].concat();
        let mut fix = match (format, error) {
            (KeyFormat::Base64, Error::InvalidSecret(_)) => {
                "copy the whole key again: base64 of its bytes; if the sender shows text, remove `secret_encoding`"
                    .to_owned()
            }
            _ => error.remedy_for_key().to_owned(),
        };
        if error == Error::ShortSecret && key == "secrets" {
            fix.push_str("; if the sender has no longer ones, set `allow_short_keys = true`");
        }
        self.fault(key, &problem, &fix);
        Vec::new()
    }
}

/// What is wrong with a token, and what to do about it; `None` if nothing is.
pub(super) fn token_fault(value: &str, carrier: Carrier) -> Option<(String, &'static str)> {
    const REMEDY: &str = "make one with `openssl rand -hex 32`";
    let token = value.trim_ascii();
    if let Some(fault) = in_any_value(token) {
        return Some((fault.to_string(), fault.remedy()));
    }
    // In a path, the characters of RFC 3986, 3.3, which every client sends as they are; in a header, all visible ones.
    let carried = |byte: u8| match carrier {
        Carrier::Path => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte),
        Carrier::Header => byte.is_ascii_graphic(),
    };
    let problem = match token.bytes().find(|byte| !carried(*byte)) {
        Some(byte) if byte.is_ascii_whitespace() => "the token contains white space".to_owned(),
        Some(byte) => {
            ["the token contains `", &String::from(char::from(byte)), "`, which no path carries as it is"].concat()
        }
        None if token == "." || token == ".." => "the token is only dots, which a URL drops".to_owned(),
        None if token.len() < LEAST_TOKEN => "the token is shorter than 22 characters, so it can be guessed".to_owned(),
        None => return None,
    };
    Some((problem, REMEDY))
}

/// Appends the keys of the parts of a value. `floor`: whether short keys pass; `None` takes any key.
#[inline(never)]
fn read(
    value: &str,
    parts: &[&str],
    format: KeyFormat,
    floor: Option<bool>,
    keys: &mut Vec<SecretKey>,
) -> Result<(), Error> {
    let prefixed = parts.iter().filter(|part| is_prefixed(part)).count();
    if parts.len() > 1 && !format.takes_text() {
        // A label that was copied along can be long enough to be a key.
        let label = (prefixed > 0 && prefixed < parts.len()).then_some(SecretFault::Beside);
        if let Some(fault) = in_any_value(value.trim_ascii()).or(label) {
            return Err(Error::InvalidSecret(fault));
        }
    }
    // Words make short keys, so if there are several parts at white space, a key must have its prefix.
    let takes_short = parts.len() == 1 || prefixed > 0 || format.takes_text();
    for part in parts {
        for key in format.parse(part)? {
            match (key.check_floor(), floor) {
                (Err(Error::ShortSecret), Some(true)) if takes_short => {}
                (Err(error), Some(_)) => return Err(error),
                _ => {}
            }
            keys.push(key);
        }
    }
    if keys.is_empty() { Err(Error::EmptySecret) } else { Ok(()) }
}

/// The name itself is not repeated: a secret may be in its place.
const UNUSABLE: &str = "names a secret, which cannot be used";

fn is_one_of(bytes: &[u8], keys: &[SecretKey]) -> bool {
    keys.iter().any(|key| matches!(key, SecretKey::Ed25519(public) if public.as_bytes() == bytes))
}
