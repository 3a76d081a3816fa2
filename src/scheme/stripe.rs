//! Stripe: <https://docs.stripe.com/webhooks#verify-manually>, read in November 2026.
//!
//! The key is the whole text of the secret, `whsec_` included: it is not base64. While a secret is rotated, the header has a `v1` for
//! each. `v0` belongs to test mode, and does not count. Stripe's own libraries refuse old timestamps alone; here a future one is refused
//! too. It retries for three days.

use super::bases::hmac;
use super::template::{Encoding, Field, IdSource, Layout, Part, Signatures, Template, Time, Unit};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    retries: Some(3 * 24 * 3600),
    ..hmac(
        "stripe",
        Template {
            layout: Layout {
                signatures: Signatures { headers: &["stripe-signature"], separator: Some(b','), prefix: "v1=" },
                timestamp: Some(Field::Item { header: "stripe-signature", separator: b',', prefix: "t=" }),
                id: None,
            },
            others: &[],
            encoding: Encoding::Hex,
            message: &[Part::Timestamp, Part::Text("."), Part::Body],
            time: Time::Header(Unit::Seconds),
            tolerance: 300,
            id: IdSource::Body("/id"),
        },
    )
};
