//! GitLab's signing tokens: <https://docs.gitlab.com/user/project/integrations/webhooks/>, read in November 2026, and merge request
//! 230944 of gitlab-org/gitlab.
//!
//! `webhook-id` is the delivery's `Idempotency-Key`. The older secret token, sent as `X-Gitlab-Token`, signs nothing and is never read
//! here. The event type is read from the body, because `X-Gitlab-Event` is not signed.

use super::bases::with_secret;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/object_kind"),
    forward: &["x-gitlab-event", "x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "x-gitlab-instance"],
    ..with_secret("gitlab")
};
