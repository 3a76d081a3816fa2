//! Square: <https://developer.squareup.com/docs/webhooks/step3validate>, read in November 2026.
//!
//! Square signs the notification URL as it was entered there, then the body, without a separator. Nothing says when, so a copy of a
//! delivery never expires; `event_id` is the same at each attempt. Where the URL is taken from the request, a copy could move the
//! beginning of its body to the end of the URL, which leaves no JSON; `public_url` fixes the URL.
//!
//! Square retries for 24 hours. <https://developer.squareup.com/docs/webhooks/troubleshooting>

use super::bases::hmac;
use super::template::{Encoding, IdSource, Part, Template, in_header, of_body};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    retries: Some(24 * 3600),
    ..hmac(
        "square",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::Url, Part::Body],
            id: IdSource::Body("/event_id"),
            ..of_body(in_header(&["x-square-hmacsha256-signature"], ""))
        },
    )
};
