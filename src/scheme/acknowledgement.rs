//! What senders read in the response to a delivery that was taken.

use super::handshake::Media;

/// The response that tells a sender that its delivery was taken: stored, delivered, or a duplicate.
///
/// [`acknowledge`](crate::gateway::acknowledgement::acknowledge) makes it. What is refused gets the same response whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Any status from 200 to 299, and any body: Countersign's own JSON, with 202 for an event that is stored.
    Success,
    /// 200, and any body: Countersign's own JSON. The sender counts another status as a failure.
    Ok,
    /// This response and no other.
    Exactly {
        /// The HTTP status.
        status: u16,
        /// The media type of its body.
        media: Media,
        /// Its body.
        text: &'static str,
    },
}
