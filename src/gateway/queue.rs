//! Events as messages of a queue.

use super::dedupe::EventKey;

/// The largest body that fits into a message, whatever its bytes are: base64 is a third longer, and the headers need room.
pub const LARGEST_BODY: u64 = 64 * 1024;

/// The bytes of a message, as JSON: <https://developers.cloudflare.com/queues/platform/limits/>, November 2026, less what Cloudflare adds.
pub const LARGEST_MESSAGE: u32 = 127_000;

/// The error, and the cause in records, of an event that does not fit into a message, and has no bucket to go to.
pub const MESSAGE_TOO_LARGE: &str = "message_too_large";

/// The key of the object that holds the body of an event, if that does not fit into a message: the source, and the hash of the event's id.
/// So every attempt and every destination of the source writes the same object.
pub fn large_key(source: &str, event: EventKey) -> String {
    [source, "/", &event.to_hex()].concat()
}

/// The status that stands for what a queue said, for the breaker and the history: it took the message, it takes no more now, the message is
/// too large, or it gave no response.
pub fn status_of(error: Option<&str>) -> u16 {
    match error {
        None => 200,
        Some(MESSAGE_TOO_LARGE) => 413,
        Some(message) if message.contains("Too Many Requests") => 429,
        Some(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_queue_says_whether_it_is_busy() {
        assert_eq!((status_of(None), status_of(Some("message_too_large"))), (200, 413));
        assert_eq!(status_of(Some("Queue send failed: Too Many Requests")), 429);
        assert_eq!(status_of(Some("Queue send failed: Internal Server Error")), 0);
    }

    #[test]
    fn base64_of_the_largest_body_leaves_room_for_headers() {
        assert!(LARGEST_BODY.div_ceil(3) * 4 + 32 * 1024 < u64::from(LARGEST_MESSAGE));
    }
}
