//! Which known name was probably meant by one that is not known.

/// The known name nearest to a text, with its distance, if it is at most two letters off, or one for a short name.
pub(crate) fn nearest(unknown: &str, known: &[&'static str]) -> Option<(usize, &'static str)> {
    let (unknown, mut best) = (plain(unknown), None);
    for name in known {
        let distance = distance(&unknown, &plain(name));
        let limit = if name.len() < 6 { 1 } else { 2 };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, *name));
        }
    }
    best
}

/// Lower-case letters only: `urlToken` and `url-token` are `url_token`.
fn plain(name: &str) -> Vec<u8> {
    let letters = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
    letters.take(32).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Letters to insert, remove or replace (Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (1..=other.len()).collect();
    let mut last = other.len();
    for (at, letter) in one.iter().enumerate() {
        let (mut diagonal, mut left) = (at, at.saturating_add(1));
        for (cell, other) in row.iter_mut().zip(other) {
            let replaced = diagonal.saturating_add(usize::from(letter != other));
            let shifted = left.min(*cell).saturating_add(1);
            (diagonal, left) = (*cell, replaced.min(shifted));
            *cell = left;
        }
        last = left;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_far_from_another_as_letters_differ() {
        for name in ["stripe", "give_up_after", "gitlab-token"] {
            assert_eq!((distance(&plain(name), &plain(name)), distance(&plain(name), b"")), (0, plain(name).len()));
        }
        assert_eq!(distance(b"strpe", b"stripe"), 1);
        assert_eq!(distance(b"stirpe", b"stripe"), 2);
    }
}
