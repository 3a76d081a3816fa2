//! Durations, sizes, URLs and templates, as written.

use crate::url::percent_decode;

/// Seconds of `90s`, `5m`, `72h` or `30d`.
pub(super) fn duration(text: &str) -> Option<u64> {
    scaled(text, &[("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)])
}

/// Bytes of `400B`, `64KiB` or `1MiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    scaled(text, &[("KiB", 1024), ("MiB", 1024 * 1024), ("B", 1)])
}

/// Whether a URL is one that events can be sent to: http or https, a host, no credentials (`fetch` refuses those).
pub(super) fn is_http_url(url: &str) -> bool {
    authority(url, "https://").or_else(|| authority(url, "http://")).is_some()
}

/// Whether a URL is one that keys may come from: https, or http on a loopback host.
pub(super) fn is_jwks_url(url: &str) -> bool {
    authority(url, "https://").is_some() || authority(url, "http://").is_some_and(is_loopback)
}

/// Whether two URLs lead to one document, however they are spelled. In doubt it says so: case is passed over, and so are the query, the
/// fragment, empty segments, and what is percent-encoded without need.
pub(super) fn is_same_document(one: &str, other: &str) -> bool {
    place(one) == place(other)
}

/// Whether all placeholders of a template are known.
pub(super) fn is_template(template: &str) -> bool {
    let mut pieces = template.split('{');
    let known = |piece: &str| {
        ["id}", "source}", "type}", "data.id}"]
            .iter()
            .any(|name| piece.strip_prefix(name).is_some_and(|rest| !rest.contains('}')))
    };
    !template.is_empty() && pieces.next().is_some_and(|first| !first.contains('}')) && pieces.all(known)
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, factor) = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    // A year of seconds and a tebibyte are far below this; it keeps milliseconds within a signed 64 bits.
    let value = number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(*factor)?;
    (value <= 1 << 40).then_some(value)
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
    fn a_unit_belongs_to_every_number() {
        assert_eq!(
            (duration("5m"), duration("0s"), duration("72h"), duration("30d")),
            (Some(300), Some(0), Some(259_200), Some(2_592_000))
        );
        assert_eq!((size("1MiB"), size("64KiB"), size("400B")), (Some(1_048_576), Some(65_536), Some(400)));
        for text in ["", "5", "m", "-5m", "5 m", "+5m", "1.5h", "5M", "99999999999999999999d", "9999999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(size("1MB"), None);
    }

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

    #[test]
    fn placeholders_are_known_and_closed() {
        assert!(is_template("{id}") && is_template("a-{source}-{data.id}") && is_template("fixed"));
        assert!(
            !is_template("")
                && !is_template("{nope}")
                && !is_template("{id")
                && !is_template("id}")
                && !is_template("{id}}")
        );
    }
}
