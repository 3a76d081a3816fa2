//! Svix: <https://docs.svix.com/receiving/verifying-payloads/how-manual>, read in November 2026.
//!
//! Standard Webhooks with `svix-*` headers, or with `webhook-*` headers for customers without the brand.

use super::bases::{STANDARD, WEBHOOK};
use super::types::{HeaderNames, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme { name: "svix", signing: Signing::Standard(&[SVIX, WEBHOOK]), ..STANDARD };

pub(super) const SVIX: HeaderNames =
    HeaderNames { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };
