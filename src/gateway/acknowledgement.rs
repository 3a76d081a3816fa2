//! The response to a delivery that was taken, as its sender reads it.

use crate::handshake::Reply;
use crate::json::quoted;
use crate::scheme::{Acknowledgement, Media, Scheme};

/// Makes the response for a sender. `code` is what became of the event: `accepted`, `delivered` or `duplicate`.
///
/// ```
/// use countersign::gateway::acknowledgement::acknowledge;
/// use countersign::scheme;
///
/// let github = acknowledge(scheme::find("github").ok_or("no such scheme")?, "accepted", b"msg_1");
/// assert_eq!((github.status, &*github.text), (202, r#"{"id":"msg_1","status":"accepted"}"#));
///
/// let twilio = acknowledge(scheme::find("twilio").ok_or("no such scheme")?, "accepted", b"msg_1");
/// assert_eq!((twilio.status, &*twilio.text), (200, "<Response/>"));
/// # Ok::<(), &str>(())
/// ```
pub fn acknowledge(scheme: &Scheme, code: &str, id: &[u8]) -> Reply {
    let own = |status| Reply { status, media: Media::Json, text: success(code, id) };
    match scheme.acknowledgement {
        Acknowledgement::Success if code == "accepted" => own(202),
        Acknowledgement::Success | Acknowledgement::Ok => own(200),
        Acknowledgement::Exactly { status, media, text } => Reply { status, media, text: text.to_owned() },
    }
}

/// The body of a success: the event's id and what became of it, as JSON. What of the id is not UTF-8 is replaced.
///
/// ```
/// use countersign::gateway::acknowledgement::success;
///
/// assert_eq!(success("accepted", b"msg_1"), r#"{"id":"msg_1","status":"accepted"}"#);
/// ```
pub fn success(status: &str, id: &[u8]) -> String {
    let id = quoted(&String::from_utf8_lossy(id));
    ["{\"id\":", &id, ",\"status\":\"", status, "\"}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme;

    #[test]
    fn each_sender_reads_a_success_in_what_it_is_sent() {
        let sent = |name: &str, code: &str| {
            let reply = acknowledge(scheme::find(name).unwrap(), code, b"m");
            (reply.status, reply.media, reply.text)
        };
        for code in ["accepted", "delivered", "duplicate"] {
            let own = format!(r#"{{"id":"m","status":"{code}"}}"#);
            let status = if code == "accepted" { 202 } else { 200 };
            assert_eq!(sent("stripe", code), (status, Media::Json, own.clone()));
            assert_eq!(sent("zoom", code), (200, Media::Json, own));
            assert_eq!(sent("twilio", code), (200, Media::Xml, "<Response/>".to_owned()));
            assert_eq!(sent("discord", code), (204, Media::Json, String::new()));
            assert_eq!(sent("slack", code), (200, Media::Text, String::new()));
        }
    }

    /// A sender never takes what was taken for a failure, nor for a redirect.
    #[test]
    fn every_acknowledgement_is_a_success() {
        for scheme in scheme::ALL {
            let reply = acknowledge(scheme, "accepted", b"m");
            assert!((200..300).contains(&reply.status), "{}", scheme.name);
            assert!(reply.status != 204 || reply.text.is_empty(), "{}: 204 has no body", scheme.name);
        }
    }
}
