//! The scheme that a case belongs to.

use countersign::config::describe_hmac;
use countersign::scheme::{self, Scheme};

use crate::case::Case;

/// Cases of a provider that its scheme does not take: HubSpot's older signatures, which are no HMAC and sign no time.
const OUTSIDE: [&str; 2] = ["hubspot/v1", "hubspot/v2"];

impl Case {
    /// The scheme that the case is of, if it exists here.
    pub fn scheme(&self) -> Option<&'static Scheme> {
        if OUTSIDE.contains(&self.title().as_str()) {
            return None;
        }
        if let Some(description) = &self.description {
            return describe_hmac(&description.to_string()).ok();
        }
        let name = match (&self.provider, &self.kind) {
            // Senders that sign in two ways, which are two schemes.
            (Some(provider), _) if provider == "gitlab" && !self.has_webhook_headers() => "gitlab-token",
            (Some(provider), _) if provider == "adyen" && self.headers.is_empty() => "adyen-standard",
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
}
