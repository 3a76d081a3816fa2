//! Mux: <https://www.mux.com/docs/core/verify-webhook-signatures>, read in November 2026.
//!
//! Mux's own libraries refuse old timestamps alone; here a future one is refused too.
//!
//! Mux retries for 24 hours. <https://www.mux.com/docs/core/listen-for-webhooks>

use super::bases::hmac;
use super::template::{IdSource, Template, Unit, in_list, stamped};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    retries: Some(24 * 3600),
    ..hmac(
        "mux",
        Template {
            id: IdSource::Body("/id"),
            ..stamped(Unit::Seconds, in_list(&["mux-signature"], b',', "t=", "v1="))
        },
    )
};
