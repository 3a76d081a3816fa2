//! Where events of a source go, and how.

use crate::crypto::HmacKey;
use crate::gateway::when::When;
use crate::inbox::Rules;

/// One destination of a source's events.
#[derive(Debug)]
pub struct Destination {
    /// Its name among the destinations of its source: `default`, unless it is one of `destinations`.
    pub name: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Which events of a durable source it gets; all, without one.
    pub when: Option<When>,
    /// Keys to sign with for it; if empty, it gets the sender's signature.
    pub sign_with: Vec<HmacKey>,
    /// The timeout of an attempt, in milliseconds.
    pub timeout_ms: u64,
    /// Whether the beginning of a failing response is kept in the event's history.
    pub keep_answers: bool,
    /// The limits of a durable source's attempts.
    pub rules: Rules,
}

/// What takes events.
#[derive(Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A URL.
    Origin(String),
    /// A service binding.
    Service(String),
    /// An object of a namespace, chosen by a template.
    DurableObject {
        /// The namespace's binding.
        binding: String,
        /// The template of the object's name.
        name: String,
    },
    /// A Queue, which gets messages.
    Queue {
        /// The queue's binding.
        binding: String,
        /// The binding of the R2 bucket for bodies that do not fit into a message.
        large: Option<String>,
    },
    /// An R2 bucket, which gets an object for many events.
    R2 {
        /// The bucket's binding.
        binding: String,
    },
}

/// The name of the only destination of a source that has no `destinations`.
pub const DEFAULT: &str = "default";
