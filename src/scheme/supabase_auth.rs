//! Supabase's auth hooks: <https://supabase.com/docs/guides/auth/auth-hooks>, read in November 2026.
//!
//! A secret is `v1,whsec_…`; a vertical bar separates several. Supabase waits for the response and uses it, so a hook is no event that
//! could be answered before the application has seen it. Its database webhooks are not signed, and are something else.

use super::bases::with_secret;
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme =
    Scheme { secrets: KeyFormat::Joined, event_type: EventType::None, ..with_secret("supabase-auth") };
