//! Sentry: <https://docs.sentry.io/integrations/integration-platform/webhooks/>, read in November 2026.
//!
//! The key is the integration's client secret, and the raw body is signed: Sentry's example serialises the parsed body again, which
//! works only by chance. `Sentry-Hook-Timestamp`, `Sentry-Hook-Resource` and `Request-ID` are not signed. Nothing says when a delivery
//! was made, so a copy never expires.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["sentry-hook-resource"]),
    forward: &["sentry-hook-resource", "sentry-hook-timestamp", "request-id"],
    ..hmac("sentry", of_body(in_header(&["sentry-hook-signature"], "")))
};
