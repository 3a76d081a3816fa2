//! Unknown keys: which one was meant, and whether the text may be repeated.

/// The keys of a source, in the order of docs/configuration.md.
pub(super) const SOURCE: &[&str] = &[
    "scheme",
    "secrets",
    "allow_short_keys",
    "jwks",
    "accept",
    "audience",
    "issuer",
    "url_token",
    "tolerance",
    "max_body",
    "public_url",
    "dedupe",
    "forward",
    "durable",
    "keep_bodies",
    "shards",
];

/// The keys of its table `forward`.
pub(super) const FORWARD: &[&str] =
    &["origin", "service", "durable_object", "name", "sign_with", "timeout", "give_up_after", "concurrency"];

/// What to do about an unknown key of a source, or of its table `forward`. It names known keys and nothing else.
pub(super) fn advice(unknown: &str, in_forward: bool) -> String {
    let (own, other) = if in_forward { (FORWARD, SOURCE) } else { (SOURCE, FORWARD) };
    let place = if in_forward { ", which belongs to the source and not under `forward`" } else { ", under `forward`" };
    let unknown = plain(unknown);
    let (near, far) = (nearest(&unknown, own), nearest(&unknown, other));
    match (near, far) {
        (Some((distance, key)), other) if other.is_none_or(|(other, _)| distance <= other) => {
            ["did you mean `", key, "`?"].concat()
        }
        (_, Some((_, key))) => ["did you mean `", key, "`", place, "?"].concat(),
        _ => "check its spelling".to_owned(),
    }
}

/// Whether text in the place of a name may be repeated: it consists of words, as no key or token does.
pub(super) fn is_words(text: &str) -> bool {
    let all = |is_letter: fn(&u8) -> bool, text: &[u8]| {
        text.iter().all(|byte| is_letter(byte) || matches!(byte, b'_' | b'-' | b'.'))
    };
    let Some((first, rest)) = text.as_bytes().split_first() else { return false };
    let lower = all(u8::is_ascii_alphabetic, &[*first]) && all(u8::is_ascii_lowercase, rest);
    // A key in base32 is in upper case.
    let upper = text.len() < 16 && all(u8::is_ascii_uppercase, text.as_bytes());
    text.len() <= 128 && (lower || upper)
}

/// The known key nearest to a text, if it is at most two letters off, or one for a short key.
fn nearest(unknown: &[u8], known: &[&'static str]) -> Option<(usize, &'static str)> {
    let mut best = None;
    for key in known {
        let distance = distance(unknown, &plain(key));
        let limit = if key.len() < 6 { 1 } else { 2 };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, *key));
        }
    }
    best
}

/// Lower-case letters only: `urlToken` and `url-token` are `url_token`.
fn plain(key: &str) -> Vec<u8> {
    let letters = key.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
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
    fn a_misspelt_key_is_told_from_an_unknown_one() {
        for (unknown, in_forward, meant) in [
            ("orgin", true, "did you mean `origin`?"),
            ("Origin", true, "did you mean `origin`?"),
            ("sign-with", true, "did you mean `sign_with`?"),
            ("durableObject", true, "did you mean `durable_object`?"),
            ("timeuot", true, "did you mean `timeout`?"),
            ("tolerence", false, "did you mean `tolerance`?"),
            ("secret", false, "did you mean `secrets`?"),
            ("SCHEME", false, "did you mean `scheme`?"),
            ("urlToken", false, "did you mean `url_token`?"),
            ("jwk", false, "did you mean `jwks`?"),
            ("origin", false, "did you mean `origin`, under `forward`?"),
            ("Orgin", false, "did you mean `origin`, under `forward`?"),
            ("scheme", true, "did you mean `scheme`, which belongs to the source and not under `forward`?"),
            ("colour", false, "check its spelling"),
            ("x", true, "check its spelling"),
            ("", true, "check its spelling"),
        ] {
            assert_eq!(advice(unknown, in_forward), meant, "{unknown}");
        }
        for key in SOURCE.iter().chain(FORWARD) {
            assert_eq!((distance(&plain(key), &plain(key)), distance(&plain(key), b"")), (0, plain(key).len()));
        }
    }

    /// The table in docs/configuration.md has every key, and no other.
    #[test]
    fn the_documentation_has_these_keys() {
        let page = include_str!("../../docs/configuration.md");
        let table =
            page.split_once("## Keys of a source").and_then(|(_, rest)| rest.split_once("\n\n| key |")).unwrap().1;
        let mut listed = Vec::new();
        for row in table.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("| `")) {
            let cell = row.split(" | ").next().unwrap();
            listed.extend(
                cell.split('`')
                    .skip(1)
                    .step_by(2)
                    .map(|key| key.trim_start_matches("forward.").trim_start_matches('.')),
            );
        }
        let mut known: Vec<_> = SOURCE.iter().chain(FORWARD).copied().filter(|key| *key != "forward").collect();
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known);
    }

    #[test]
    fn words_are_no_secrets() {
        for text in ["colour", "Scheme", "with_underscore", "-dash", "dotted.name", "UPPER", "a"] {
            assert!(is_words(text), "{text}");
        }
        for text in
            ["", "MFRGGZDFMZTWQ2LK", "ABCDEFGHIJKLMNOPQR", "hunter2", "aBc", "é", "a b", "a\"b", "whsec_MfKQ9r8G"]
        {
            assert!(!is_words(text), "{text}");
        }
    }
}
