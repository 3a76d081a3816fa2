//! URLs that events may be sent to, and that keys may come from.

use crate::url::percent_decode;

/// Whether events can be sent to a URL: http or https, a host, no credentials (`fetch` refuses those).
pub(super) fn is_http_url(url: &str) -> bool {
    authority(url, "https://").or_else(|| authority(url, "http://")).is_some()
}

/// Whether keys may come from a URL: https, or http on a loopback host.
pub(super) fn is_jwks_url(url: &str) -> bool {
    authority(url, "https://").is_some() || authority(url, "http://").is_some_and(is_loopback)
}

/// Whether two URLs lead to the same document, however they are spelled. In doubt they do: case is ignored, and so are the query, the
/// fragment, empty segments and needless percent-encoding.
pub(super) fn is_same_document(one: &str, other: &str) -> bool {
    place(one) == place(other)
}

fn authority<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'\\' | b'"' | b'<' | b'>' | b'{' | b'}');
    let valid_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    let valid = start.eq_ignore_ascii_case(scheme) && !host.is_empty() && valid_port && authority.bytes().all(plain);
    (valid && url.bytes().all(|byte| byte.is_ascii_graphic())).then_some(host)
}

/// Host and path of a URL in one spelling, each segment behind a slash.
fn place(url: &str) -> Vec<u8> {
    let cut = url.as_bytes().split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    let text = percent_decode(cut).to_ascii_lowercase();
    let mut place = Vec::with_capacity(text.len());
    // The first is `https:`.
    for segment in text.split(|byte| matches!(byte, b'/' | b'\\')).skip(1) {
        match segment {
            b"" | b"." => {}
            b".." => {
                let last = place.iter().rposition(|byte| *byte == b'/');
                place.truncate(last.filter(|at| *at > 0).unwrap_or(place.len()));
            }
            _ => {
                let host = place.is_empty();
                place.push(b'/');
                place.extend_from_slice(if host { without_port(segment) } else { segment });
            }
        }
    }
    place
}

/// A host without the port of https, and without the dot of the root.
fn without_port(host: &[u8]) -> &[u8] {
    let mut host = host;
    if let Some(rest) = host.strip_suffix(b"443") {
        let mut rest = rest;
        while let Some(shorter) = rest.strip_suffix(b"0") {
            rest = shorter;
        }
        host = rest.strip_suffix(b":").unwrap_or(host);
    }
    host.strip_suffix(b".").unwrap_or(host)
}

fn is_loopback(host: &str) -> bool {
    let v4 = || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    host.eq_ignore_ascii_case("localhost") || host == "[::1]" || v4()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_by_https_or_from_this_machine() {
        for url in
            ["https://a.example/jwks", "http://localhost:1/x", "http://127.0.0.1", "http://[::1]:8080/", "HTTPS://a"]
        {
            assert!(is_jwks_url(url), "{url}");
        }
        for url in [
            "http://a.example",
            "http://127.0.0.1.example",
            "http://localhost@a.example",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a b",
            "https://a:99999",
            "http://localhost.a.example",
        ] {
            assert!(!is_jwks_url(url), "{url}");
        }
        assert!(is_http_url("http://a.example:8080/x?y") && !is_http_url("https://u:p@a.example/"));
    }

    #[test]
    fn a_document_has_many_spellings() {
        let jwks = "https://keys.example/.well-known/jwks.json";
        for url in [
            jwks,
            "HTTPS://Keys.Example:443/.well-known/jwks.json",
            "https://keys.example./.well-known/jwks.json/",
            "https://keys.example:0443/.well-known/jwks.json?x=/y#z",
            "https://keys.example/%2ewell-known/jwks%2Ejson",
            "https://keys.example/%2Ewell-%6bnown/jwks.json",
            "https://%6beys.example//.well-known///jwks.json",
            "https://keys.example/a/../.well-known/./jwks.json",
            "https://keys.example/../.well-known/x/%2e%2e/jwks.json",
            "https://keys.example/.well-known\\jwks.json",
            "https://keys.example/.Well-Known/JWKS.json",
        ] {
            assert!(is_same_document(url, jwks) && is_same_document(jwks, url), "{url}");
        }
        for url in [
            "https://keys.example/.well-known/jwks.jso",
            "https://keys.example:8443/.well-known/jwks.json",
            "https://keys.example.evil/.well-known/jwks.json",
            "https://other.example/.well-known/jwks.json",
            "https://keys.example/",
            "https://keys.example/x?/.well-known/jwks.json",
            "",
        ] {
            assert!(!is_same_document(url, jwks), "{url}");
        }
    }
}
