//! Svix: <https://docs.svix.com/receiving/verifying-payloads/how-manual>, read in November 2026.
//!
//! Standard Webhooks with `svix-*` headers, or with `webhook-*` headers for customers without the brand.
//!
//! Svix retries seven times within 27 hours and 35 minutes. <https://docs.svix.com/retries>

use super::bases::{STANDARD, WEBHOOK};
use super::types::{HeaderNames, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    name: "svix",
    signing: Signing::Standard(&[SVIX, WEBHOOK]),
    retries: Some(27 * 3600 + 35 * 60 + 5),
    ..STANDARD
};

pub(super) const SVIX: HeaderNames =
    HeaderNames { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };
