//! Gemini's static webhooks: <https://ai.google.dev/gemini-api/docs/webhooks>, as of 2026-09-24.
//!
//! Standard Webhooks with the project's secret, and only `v1`.

use super::bases::STANDARD;
use super::form::Form;
use super::types::{KeySource, Scheme};

/// `v1` alone: Google's `v1a` keys sign for every customer, and would void the project's secret.
pub(super) const SCHEME: Scheme = Scheme {
    name: "gemini",
    forms: &[Form::V1],
    default_forms: &[Form::V1],
    keys: KeySource::Secrets,
    retries: Some(24 * 3600),
    ..STANDARD
};

/// The types of events that Google's documentation lists. Types are open: another one with a valid signature is as good.
pub(crate) const EVENTS: [&str; 9] = [
    "batch.succeeded",
    "batch.failed",
    "batch.expired",
    "batch.cancelled",
    "interaction.requires_action",
    "interaction.completed",
    "interaction.failed",
    "interaction.cancelled",
    "video.generated",
];
