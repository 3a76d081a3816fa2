//! What is known about a delivery: its receiver, its state and its attempts.

use serde::Serialize;

/// Who receives, and so how it is signed.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A registered webhook, by id: `v1` with its secrets.
    Webhook(String),
    /// An address of a job's own: with the service's keys.
    Dynamic(String),
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On its way, or waiting for the next attempt.
    Pending,
    /// Answered with 2xx.
    Delivered,
    /// Not answered with 2xx for 24 hours.
    GivenUp,
    /// Its webhook was disabled or deleted meanwhile.
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
    /// Where it goes, at the last attempt.
    pub uri: String,
    /// What became of it.
    pub state: DeliveryState,
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// `webhook-timestamp`.
    pub timestamp: u64,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
    /// Until the answer's end.
    pub took_ms: u64,
}
