//! A delivery's record: its receiver, state and attempts.

use serde::Serialize;

/// The receiver of a delivery, which decides how it is signed.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A registered webhook, by id. Signed `v1` with its secrets.
    Webhook(String),
    /// A dynamic webhook, by URI. Signed with the service's keys.
    Dynamic(String),
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// In flight, or waiting for the next attempt.
    Pending,
    /// A response of 2xx.
    Delivered,
    /// No response of 2xx for 24 hours.
    GivenUp,
    /// The webhook was disabled or deleted before delivery.
    Dropped,
}

/// A delivery, as the control endpoint lists it.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// `webhook-id`.
    pub id: String,
    /// `type` of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// The registered webhook, or `null` for a dynamic one.
    pub webhook: Option<String>,
    /// The URI of the last attempt.
    pub uri: String,
    /// Its state.
    pub state: DeliveryState,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// `webhook-timestamp`.
    pub timestamp: u64,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Why there was no response.
    pub error: Option<String>,
    /// Milliseconds until the end of the response.
    pub took_ms: u64,
}
