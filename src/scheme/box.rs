//! Box: <https://developer.box.com/guides/webhooks/v2/signatures-v2/>, read in November 2026.
//!
//! Box writes its JSON with `\/` for a slash and `\uXXXX` for a letter that is not ASCII, and signs those bytes. A proxy that decodes them
//! breaks the signature; Box's own libraries escape a body again for that reason.
//!
//! Each of two keys has a signature header of its own, so that one key can be rotated while the other holds; either is enough. The text
//! of the timestamp follows the body without a separator: a date and time cannot be split another way. `BOX-DELIVERY-ID` is not signed
//! and changes with each retry; the body's `id` stays.
//!
//! Box retries ten times, the first time after five minutes and then after longer and longer waits. If each wait is twice the one before,
//! the last retry comes after 85 hours. <https://developer.box.com/guides/webhooks/handle/retries/>

use super::bases::hmac;
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/trigger"),
    forward: &["box-delivery-id"],
    retries: Some(86 * 3600),
    constants: &[("box-signature-version", "1"), ("box-signature-algorithm", "HmacSHA256")],
    ..hmac(
        "box",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::Body, Part::Timestamp],
            tolerance: 600,
            id: IdSource::Body("/id"),
            ..stamped(
                Unit::Rfc3339,
                Layout {
                    timestamp: Some(Field::Header("box-delivery-timestamp")),
                    ..in_header(&["box-signature-primary", "box-signature-secondary"], "")
                },
            )
        },
    )
};
