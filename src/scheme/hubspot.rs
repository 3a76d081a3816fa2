//! HubSpot, version 3 of its signatures:
//! <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation>, read in November 2026.
//!
//! Versions 1 and 2 are hashes over the secret and sign no time, so they are not read. The timestamp is in milliseconds. Method, URL,
//! body and timestamp follow each other without separators: a timestamp of 13 digits cannot lose or gain one, and a copy that moved the
//! beginning of its body to the end of the URL would leave no JSON; `public_url` fixes the URL. One body holds several events, whose
//! `eventId` HubSpot does not call unique, so a delivery is known by its hash, without the `attemptNumber` of its events: a retry counts it
//! up. A retry that HubSpot puts together from other events is another event here.
//!
//! HubSpot retries up to ten times within 24 hours. <https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide>

use super::bases::hmac;
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};
use crate::delivery::Target;
use crate::url::percent_decode_some;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::None,
    retries: Some(24 * 3600),
    ..hmac(
        "hubspot",
        Template {
            encoding: Encoding::Base64,
            id: IdSource::SignedWithout("attemptNumber"),
            message: &[Part::Method, Part::Derived(url), Part::Body, Part::Timestamp],
            ..stamped(
                Unit::Milliseconds,
                Layout {
                    timestamp: Some(Field::Header("x-hubspot-request-timestamp")),
                    ..in_header(&["x-hubspot-signature-v3"], "")
                },
            )
        },
    )
};

/// The URL with those characters decoded that HubSpot lists. Any other stays as it is, such as a space or an ampersand.
pub(super) fn url(target: Target<'_>, _: &dyn Fn() -> Vec<u8>) -> Option<Vec<u8>> {
    Some(percent_decode_some(target.url.as_bytes(), Some(b":/?@!$'()*,;")))
}
