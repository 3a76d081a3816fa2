//! epilot: <https://docs.epilot.io/docs/integrations/webhooks/security>, read in November 2026.
//!
//! One header holds both `v1a`, by the organisation's Ed25519 key, and `v1`, by the secret of the webhook. Either is enough here, so
//! configure the one that is meant: `v1` proves that a delivery is for this webhook, `v1a` only that it is for this organisation. The
//! public key comes in PEM from `/v1/webhooks/.well-known/public-key`.

use super::bases::with_secret;
use super::form::Form;
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    forms: &[Form::V1, Form::V1a],
    default_forms: &[Form::V1, Form::V1a],
    secrets: KeyFormat::Pem,
    event_type: EventType::None,
    ..with_secret("epilot")
};
