//! Reads `ALERTS`: where to say that something needs an operator.

use super::environment::Environment;
use super::fault::Fault;
use super::reader::Reader;
use super::urls;
use crate::crypto::HmacKey;

/// Where alerts go, and when some of them are due.
#[derive(Debug)]
pub struct Alerts {
    /// An https URL, or an http one on a loopback host.
    pub url: String,
    /// Keys to sign with, at least one.
    pub sign_with: Vec<HmacKey>,
    /// The seconds after which an event that is still pending is one to alert about.
    pub oldest_pending: u64,
}

/// The variable of alerts.
pub(super) const ALERTS: &str = "ALERTS";

/// Reads the variable, as JSON text.
///
/// # Errors
/// Its faults, at least one.
pub(super) fn read_alerts(text: &str, environment: &impl Environment) -> Result<Alerts, Vec<Fault>> {
    let mut reader = Reader::new(text, "ALERTS.");
    let url = reader.text("url");
    match url.as_deref() {
        Some(url) if !urls::is_jwks_url(url) => {
            reader.fault("url", "is not an https URL without credentials", "use https://host/path");
        }
        None if !reader.had("url") => reader.fault("url", "is required", "say where alerts go, like \"https://…\""),
        _ => {}
    }
    let sign_with = reader.hmac_keys("sign_with", environment, &[]);
    if !reader.had("sign_with") {
        reader.fault("sign_with", "is required", "name a secret that holds a `whsec_…` value");
    }
    let oldest_pending = reader.duration("oldest_pending").unwrap_or(15 * 60);
    if oldest_pending < 60 {
        reader.fault("oldest_pending", "is under 60s", "use a duration like \"15m\"");
    }
    match (url, reader.finish()) {
        (Some(url), faults) if faults.is_empty() => Ok(Alerts { url, sign_with, oldest_pending }),
        (_, faults) => Err(faults),
    }
}
