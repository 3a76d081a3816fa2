//! The list of signatures in a header.

use crate::error::Error;
use crate::scheme::Form;

/// Parses the list of a header. Signatures of unknown versions are ignored.
///
/// # Errors
/// `too_many_signatures`.
pub(crate) fn signatures(value: &[u8]) -> Result<Vec<(Form, &[u8])>, Error> {
    let mut signatures = Vec::new();
    for (seen, piece) in pieces(value).enumerate() {
        if seen >= MAX_SIGNATURES {
            return Err(Error::TooManySignatures);
        }
        signatures.extend(signature(piece));
    }
    Ok(signatures)
}

/// Splits a list at spaces, and at the `, ` between joined headers.
pub(crate) fn pieces(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pieces = value.split(|byte| *byte == b' ').peekable();
    let trimmed = std::iter::from_fn(move || {
        let piece = pieces.next()?;
        let joined = pieces.peek().is_some();
        Some(piece.strip_suffix(b",").filter(|_| joined).unwrap_or(piece))
    });
    trimmed.filter(|piece| !piece.is_empty())
}

/// Reads `version,base64`, if the version is known.
pub(crate) fn signature(piece: &[u8]) -> Option<(Form, &[u8])> {
    match piece {
        [b'v', b'1', b',', text @ ..] => Some((Form::V1, text)),
        [b'v', b'1', b'a', b',', text @ ..] => Some((Form::V1a, text)),
        _ => None,
    }
}

/// A sender with ten old keys sends eleven signatures; more than this is an attack.
pub(super) const MAX_SIGNATURES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_spaces_and_at_joined_lines() {
        let list = |value: &'static str| {
            let list = signatures(value.as_bytes()).unwrap();
            list.iter().map(|(_, text)| str::from_utf8(text).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(list("v1,a v1a,b"), ["a", "b"]);
        assert_eq!(list("v1,a, v1,b,  v1,c"), ["a", "b", "c"]);
        assert_eq!(list("v1, a"), Vec::<&str>::new());
        assert_eq!(list("v1,a,"), ["a,"]);
        assert_eq!(list("v1,a\tv1,b"), ["a\tv1,b"]);
        assert_eq!(list("  junk v2,x V1,y v1=z v1,"), [""]);
    }

    #[test]
    fn more_signatures_than_the_limit_are_refused() {
        assert!(signatures("v1,a ".repeat(1024).as_bytes()).is_ok());
        assert_eq!(signatures("v1,a ".repeat(1025).as_bytes()), Err(Error::TooManySignatures));
    }
}
