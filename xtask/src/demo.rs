//! Signed sample events for a local Worker, sent from here or from a shell (Standard Webhooks `v1`).
//!
//! `hmac` and, in the shell, openssl compute the signatures, independently of the code that verifies them.

use std::fs::File;
use std::io::Read;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Google's own example of an event.
const BODY: &str = r#"{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"batch_123456","output_file_uri":"gs://my-bucket/results.jsonl"}}"#;

/// A local Worker's response to an event.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// A signing secret's key.
pub struct Secret(Vec<u8>);

impl Secret {
    /// A random secret.
    pub fn random() -> Result<Self> {
        Ok(Self(random::<32>()?.to_vec()))
    }

    /// Parses the result of [`Secret::text`].
    pub fn parse(text: &str) -> Option<Self> {
        STANDARD.decode(text.trim().strip_prefix("whsec_")?).ok().map(Self)
    }

    /// The secret as `whsec_…`.
    pub fn text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp: u64, body: &str) -> Result<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).context("HMAC takes keys of any length")?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The Worker's response.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `status` of a success, `code` of a refusal.
    pub word: String,
    /// The explanation of a refusal, if there is one.
    pub reason: Option<String>,
}

/// Sends a new event, signed with `secret`, to `url`. Returns its id and the response.
pub fn send(url: &str, secret: &Secret) -> Result<(String, Answer)> {
    let id = format!("msg_{}", hex(&random::<16>()?));
    let timestamp = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .context("this machine's clock is before 1970")?
        .as_secs();
    let mut response = ureq::post(url)
        .config()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_LIMIT))
        .build()
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", secret.sign(&id, timestamp, BODY)?)
        .send(BODY)
        .with_context(|| format!("{url} does not answer"))?;
    let text = response.body_mut().read_to_string()?;
    let json: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{url} answered {}: {text}", response.status()))?;
    let field = |name: &str| json[name].as_str().map(str::to_owned);
    let word = field("code").or_else(|| field("status")).unwrap_or(text);
    Ok((id, Answer { status: response.status().as_u16(), word, reason: field("detail").or_else(|| field("title")) }))
}

/// A command for any POSIX shell that signs and sends a new event each time it runs.
pub fn curl(url: &str, secret: &Secret) -> String {
    let key = hex(&secret.0);
    format!(
        r#"( body='{BODY}'
  id=msg_$(openssl rand -hex 16) timestamp=$(date +%s)
  signature=$(printf '%s' "$id.$timestamp.$body" |
    openssl dgst -sha256 -mac HMAC -macopt hexkey:{key} -binary | openssl base64 -A)
  curl --silent --show-error --write-out '  %{{http_code}}\n' {url} --data-binary "$body" \
    --header 'content-type: application/json' --header "webhook-id: $id" \
    --header "webhook-timestamp: $timestamp" --header "webhook-signature: v1,$signature" )"#
    )
}

/// 32 random bytes in hexadecimal digits: a token.
pub fn random_hex() -> Result<String> {
    Ok(hex(&random::<32>()?))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")
        .and_then(|mut urandom| urandom.read_exact(&mut bytes))
        .context("/dev/urandom cannot be read")?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_every_reference_suite() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#).expect("signs");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
