//! Coinbase Commerce: <https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security>, read in November 2026.
//!
//! Nothing says when a delivery was made, so a copy never expires. Coinbase retries for three days.
//! <https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-overview>
//!
//! Coinbase expects 200, as the same page says.

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event/type"),
    retries: Some(3 * 24 * 3600),
    acknowledgement: Acknowledgement::Ok,
    ..hmac(
        "coinbase-commerce",
        Template { id: IdSource::Body("/event/id"), ..of_body(in_header(&["x-cc-webhook-signature"], "")) },
    )
};
