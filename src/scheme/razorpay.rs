//! Razorpay: <https://razorpay.com/docs/webhooks/validate-test/>, read in November 2026.
//!
//! `x-razorpay-event-id` is not signed, and the body has no id of the event. Nothing says when a delivery was made, so a copy never
//! expires. Razorpay retries for a day. <https://razorpay.com/docs/webhooks/best-practices>
//!
//! To tell two events with the same body apart, set `dedupe_header = "x-razorpay-event-id"`.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    forward: &["x-razorpay-event-id"],
    retries: Some(24 * 3600),
    ..hmac("razorpay", of_body(in_header(&["x-razorpay-signature"], "")))
};
