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

/// A segment's bytes. A `%` without two hexadecimal digits is itself.
pub(crate) fn percent_decode(segment: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, tail));
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
    }

    #[test]
    fn segments_are_decoded_once() {
        assert_eq!(percent_decode(b"a%2Fb%41%"), b"a/bA%");
        assert_eq!(percent_decode(b"%zz%2"), b"%zz%2");
        assert_eq!(percent_decode(b"%2541"), b"%41");
    }
}
