//! GitLab (secret token): <https://docs.gitlab.com/user/project/integrations/webhooks/>, read in November 2026.
//!
//! GitLab sends the token as it is. It proves the sender and nothing about the body, and whoever reads one delivery can make others. A
//! webhook with a signing token is of the scheme `gitlab`, which has neither fault. The id of the event (`X-Gitlab-Event-UUID`) is not
//! signed either, so it is passed on and is not the event's id: two events with the same body are one here.

use super::bases::token;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["x-gitlab-event"]),
    forward: &[
        "x-gitlab-event",
        "x-gitlab-event-uuid",
        "x-gitlab-webhook-uuid",
        "x-gitlab-instance",
        "idempotency-key",
    ],
    ..token("gitlab-token", &["x-gitlab-token"])
};
