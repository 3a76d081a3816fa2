//! Why a destination gave no response of its own, as log records and admin responses name it.

/// A failed request of which the platform says too little: another connection to the origin tells the causes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// The connection was lost, or never made.
    Lost,
    /// The name was not resolved, or TLS failed.
    Internal,
}

impl Unclear {
    /// What workerd's error message leaves open; `None` if it has a cause of its own, which is [`NETWORK`].
    ///
    /// ```
    /// use countersign::gateway::destination_error::Unclear;
    ///
    /// assert_eq!(Unclear::of("Network connection lost."), Some(Unclear::Lost));
    /// assert_eq!(Unclear::of("10.0.0.7 sent a malformed response"), None);
    /// ```
    pub fn of(message: &str) -> Option<Self> {
        if message.starts_with("Network connection lost") {
            Some(Self::Lost)
        } else {
            message.starts_with("internal error").then_some(Self::Internal)
        }
    }

    /// The cause, given whether the origin of that URL takes a connection now.
    pub fn cause(self, url: &str, connects: bool) -> &'static str {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let is_address = host.starts_with('[') || host.split([':', '/']).next().is_some_and(is_ipv4);
        match (self, connects) {
            (Self::Lost, true) => "connection_lost",
            (Self::Lost, false) => "connection_refused",
            (Self::Internal, true) if url.starts_with("https:") => "tls",
            (Self::Internal, false) if !is_address => "dns",
            (Self::Internal, _) => NETWORK,
        }
    }
}

fn is_ipv4(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
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

/// The cause of a failure that nothing more is known of.
pub const NETWORK: &str = "network";

/// The cause if a bound Worker or Durable Object threw.
pub const EXCEPTION: &str = "exception";

/// The cause that an error names, if the destination's answer is for the sender and cannot go to it: it is too long, neither JSON nor text
/// nor XML, or ended early.
pub fn cause_of_answer(message: &str) -> Option<&'static str> {
    ["answer_too_long", "answer_type", "answer_cut"].into_iter().find(|known| *known == message)
}

/// The cause if the binding that a source forwards to is not there.
pub const NO_BINDING: &str = "no_binding";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_tells_the_causes_apart() {
        let name = "https://app.example.com/hooks";
        assert_eq!(Unclear::Lost.cause(name, true), "connection_lost");
        assert_eq!(Unclear::Lost.cause(name, false), "connection_refused");
        assert_eq!(Unclear::Internal.cause(name, true), "tls");
        assert_eq!(Unclear::Internal.cause(name, false), "dns");
    }

    #[test]
    fn an_address_needs_no_name_and_http_no_tls() {
        for address in ["http://127.0.0.1:9/", "https://10.0.0.7/", "http://[::1]:8787/hooks"] {
            assert_eq!(Unclear::Internal.cause(address, false), NETWORK);
        }
        assert_eq!(Unclear::Internal.cause("http://localhost:9/", true), NETWORK);
        assert_eq!(Unclear::Internal.cause("http://localhost:9/", false), "dns");
    }

    #[test]
    fn statuses_of_cloudflare_have_a_cause() {
        assert_eq!((0..=u16::MAX).filter_map(cause_of_status).count(), 8);
        assert_eq!(cause_of_status(502), None);
    }

    #[test]
    fn an_error_of_the_platform_is_none_of_an_answer() {
        assert_eq!(cause_of_answer("answer_type"), Some("answer_type"));
        assert_eq!(cause_of_answer("Network connection lost."), None);
    }
}
