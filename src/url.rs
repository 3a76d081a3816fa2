//! Parts of a URL, and percent-decoding.

/// The path of an absolute URL without its first slash, its query and its fragment.
pub(crate) fn path(url: &str) -> &str {
    let target = target(url);
    let end = target.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| target.get(..end)).unwrap_or(target)
}

/// What follows the authority of an absolute URL, without its first slash. Before it are `https:`, nothing and the authority.
pub(crate) fn target(url: &str) -> &str {
    let third = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(2);
    third.and_then(|(at, _)| url.get(at.saturating_add(1)..)).unwrap_or_default()
}

/// The query of an absolute URL, without its question mark and the fragment.
pub(crate) fn query(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').map_or("", |(_, query)| query)
}

/// An absolute URL without its port; `None` if it has none.
pub(crate) fn without_port(url: &str) -> Option<String> {
    let (start, port, rest) = around_port(url)?;
    (!port.is_empty()).then(|| [start, rest].concat())
}

/// An absolute URL with the port that its protocol implies; `None` if it has a port, or its protocol is neither `https` nor `http`.
pub(crate) fn with_implied_port(url: &str) -> Option<String> {
    let (start, port, rest) = around_port(url)?;
    let implied = if start.starts_with("https:") {
        ":443"
    } else if start.starts_with("http:") {
        ":80"
    } else {
        return None;
    };
    port.is_empty().then(|| [start, implied, rest].concat())
}

/// A URL with an apostrophe for each `%27`, which parsers of URLs write in a query; `None` if it has none.
#[inline(never)]
pub(crate) fn with_apostrophes(url: &str) -> Option<String> {
    let plain = percent_decode_some(url.as_bytes(), Some(b"'"));
    String::from_utf8(plain).ok().filter(|plain| plain.len() < url.len())
}

/// A URL up to its host, its port with the colon, if there is one, and what follows. `None` if it has no host.
// By bytes: searching for texts and characters would be more Wasm.
#[inline(never)]
fn around_port(url: &str) -> Option<(&str, &str, &str)> {
    let start = url.as_bytes().windows(3).position(|bytes| bytes == b"://")?.checked_add(3)?;
    let after = url.get(start..)?;
    let end = after.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(after.len());
    let (authority, rest) = after.split_at_checked(end)?;
    // The colons of an IPv6 address and of credentials have more than digits behind them.
    let digits = authority.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (host, port) = match authority.split_at_checked(authority.len().saturating_sub(digits).saturating_sub(1)) {
        Some((host, port)) if port.starts_with(':') => (host, port),
        _ => (authority, ""),
    };
    (!host.is_empty()).then_some((url.get(..start.checked_add(host.len())?)?, port, rest))
}

/// A segment's bytes. A `%` without two hexadecimal digits is itself.
pub(crate) fn percent_decode(segment: &[u8]) -> Vec<u8> {
    percent_decode_some(segment, None)
}

/// [`percent_decode`] for these bytes alone. Any other stays encoded as it is.
pub(crate) fn percent_decode_some(segment: &[u8], these: Option<&[u8]>) -> Vec<u8> {
    let counts = |byte: &u8| these.is_none_or(|these| these.contains(byte));
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (byte, after) = escaped.filter(|(byte, _)| counts(byte)).unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| value.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_cut_out_of_the_url() {
        assert_eq!(path("https://a.example/x/y?z#w"), "x/y");
        assert_eq!(path("https://a.example"), "");
        assert_eq!(path("https://a.example/?a/b"), "");
        assert_eq!(path("https://a.example/x#y"), "x");
    }

    #[test]
    fn the_query_is_cut_out_of_the_url() {
        assert_eq!(query("https://a.example/x?y=?z#w?v"), "y=?z");
        assert_eq!(query("https://a.example/#?x"), "");
    }

    #[test]
    fn a_port_is_dropped_or_added() {
        for (with, without) in [
            ("https://a.example:443/x?y=z:1", "https://a.example/x?y=z:1"),
            ("http://a.example:80?x", "http://a.example?x"),
            ("http://[::1]:80", "http://[::1]"),
            ("https://user:1@a.example:443/", "https://user:1@a.example/"),
        ] {
            assert_eq!(without_port(with).as_deref(), Some(without));
            assert_eq!(with_implied_port(without).as_deref(), Some(with));
            assert_eq!((without_port(without), with_implied_port(with)), (None, None));
        }
        assert_eq!(without_port("https://a.example:1234/x").as_deref(), Some("https://a.example/x"));
        for url in ["", "a.example:80", "https://", "https://:80/x", "ftp://a.example/x"] {
            assert_eq!((without_port(url), with_implied_port(url)), (None, None), "{url}");
        }
    }

    #[test]
    fn apostrophes_are_decoded() {
        let plain = with_apostrophes("https://a.example/?x='%27%2527%22");
        assert_eq!(plain.as_deref(), Some("https://a.example/?x=''%2527%22"));
        for url in ["https://a.example/?x='%2527%22", "https://a.example/%2", ""] {
            assert_eq!(with_apostrophes(url), None, "{url}");
        }
    }

    #[test]
    fn some_bytes_are_decoded() {
        assert_eq!(percent_decode_some(b"%3A%3a%20%253A", Some(b":")), b"::%20%253A");
    }

    #[test]
    fn segments_are_decoded_once() {
        assert_eq!(percent_decode(b"a%2Fb%41%"), b"a/bA%");
        assert_eq!(percent_decode(b"%zz%2"), b"%zz%2");
        assert_eq!(percent_decode(b"%2541"), b"%41");
    }
}
