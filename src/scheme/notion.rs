//! Notion: <https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended>, read in November 2026.
//!
//! The key is the verification token, which Notion's first request brings. That request has no signature, so a stranger could send another
//! token in one like it. Countersign refuses it as `missing_header`, and neither logs nor stores what it holds. Take the token elsewhere:
//!
//! 1. Have the webhook's URL served by a Worker of yours that logs the body. In a zone, a route for exactly that path, such as
//!    `hooks.example.com/notion`, takes precedence over Countersign's. Watch it with `npx wrangler tail`.
//!
//! 2. Create the subscription in Notion, or choose "Resend token". Paste the `verification_token` that arrives into Notion. Do not use a token
//!    that Notion does not accept there: it is not Notion's.
//!
//! 3. Store the accepted token with `npx wrangler secret put`, name it in `secrets`, and remove the route. Notion accepts another URL only until
//!    the subscription is verified.
//!
//! Nothing says when a delivery was made, so a copy never expires. Notion retries eight times within about 24 hours.
//! <https://developers.notion.com/reference/webhooks-events-delivery>

use super::bases::hmac;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    retries: Some(24 * 3600),
    ..hmac("notion", Template { id: IdSource::Body("/id"), ..of_body(in_header(&["x-notion-signature"], "sha256=")) })
};
