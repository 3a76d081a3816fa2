//! DocuSign Connect: <https://developers.docusign.com/platform/webhooks/connect/validate>, read in November 2026.
//!
//! Each Connect key has a header of its own, numbered from 1; ten are read, and one that matches is enough. The key is the text of the
//! secret, although it looks like base64. An envelope has many events and none has an id, so an event is known by the hash of its body.
//! Nothing says when a delivery was made, so a copy never expires.

use super::bases::hmac;
use super::template::{Encoding, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    ..hmac(
        "docusign",
        Template {
            encoding: Encoding::Base64,
            ..of_body(in_header(
                &[
                    "x-docusign-signature-1",
                    "x-docusign-signature-2",
                    "x-docusign-signature-3",
                    "x-docusign-signature-4",
                    "x-docusign-signature-5",
                    "x-docusign-signature-6",
                    "x-docusign-signature-7",
                    "x-docusign-signature-8",
                    "x-docusign-signature-9",
                    "x-docusign-signature-10",
                ],
                "",
            ))
        },
    )
};
