//! Why a destination gave no response of its own, as log records and admin responses name it.

/// The cause of that name; `None` for any other text, which may say too much for a log.
///
/// ```
/// use countersign::gateway::destination_error::known_cause;
///
/// assert_eq!(known_cause("dns"), Some("dns"));
/// assert_eq!(known_cause("10.0.0.7 refused the connection"), None);
/// ```
pub fn known_cause(name: &str) -> Option<&'static str> {
    CAUSES.iter().copied().find(|known| *known == name)
}

/// The cause behind a status of 520 to 530, with which Cloudflare responds in place of an origin that did not.
pub const fn cause_of_status(status: u16) -> Option<&'static str> {
    Some(match status {
        520 => "connection_lost",
        521 => "connection_refused",
        522 => "connect_timeout",
        523 => "unreachable",
        524 => "response_timeout",
        525 | 526 => "tls",
        530 => "dns",
        _ => return None,
    })
}

static CAUSES: &[&str] = &[
    "connection_lost",
    "connection_refused",
    "connect_timeout",
    "dns",
    "exception",
    "network",
    "no_binding",
    "response_timeout",
    "tls",
    "unreachable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_of_a_status_is_known() {
        let causes: Vec<_> = (0..=u16::MAX).filter_map(cause_of_status).collect();
        assert_eq!(causes.len(), 8);
        assert!(causes.iter().all(|cause| known_cause(cause) == Some(cause)));
        assert_eq!(known_cause("127.0.0.1 refused"), None);
    }
}
