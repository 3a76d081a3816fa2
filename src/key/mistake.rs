//! What is there in place of a secret: text as it comes out of environments, dashboards and clipboards.

use crate::error::SecretFault;

/// The mistake behind text that is no key, most telling first; `None` where the text looks like nothing else.
pub(super) fn behind(text: &str) -> Option<SecretFault> {
    let found = in_any_value(text).or_else(|| foreign(text).map(SecretFault::Foreign));
    found.or_else(|| quoted(text)).or_else(|| of_prefix(text)).or_else(|| {
        let any = |marks: &[char]| text.contains(marks);
        if any(&['\\']) {
            Some(SecretFault::Escaped)
        } else if any(&['<', '>', '[', ']', '{', '}']) || says_placeholder(text) {
            Some(SecretFault::Placeholder)
        } else if any(&['$']) {
            Some(SecretFault::Unexpanded)
        } else if is_percent_encoded(text) {
            Some(SecretFault::PercentEncoded)
        } else if any(&[',', ';', '|']) {
            Some(SecretFault::Several)
        } else {
            None
        }
    })
}

/// Text that is valid base64 and still no key.
pub(super) fn behind_base64(text: &str) -> Option<SecretFault> {
    // Of Ed25519's SPKI, in hexadecimal digits: `302a300506032b6570032100` and the key.
    let hex_spki = text.get(..24).is_some_and(|first| first.eq_ignore_ascii_case("302a300506032b6570032100"));
    if hex_spki {
        return Some(SecretFault::PublicAsShared);
    }
    unset(text).or_else(|| foreign_base64(text).map(SecretFault::Foreign))
}

/// Mistakes that a token can have as well: what is there is no value, or more than the value.
pub(crate) fn in_any_value(text: &str) -> Option<SecretFault> {
    if let Some(fault) = unset(text) {
        return Some(fault);
    }
    if text.contains("-----BEGIN")
        || ["ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-"].iter().any(|with| text.starts_with(with))
    {
        return Some(SecretFault::KeyFile);
    }
    if text.contains(['…', '•', '●', '∙', '＊']) || text.contains("...") || text.contains("**") {
        return Some(SecretFault::Masked);
    }
    if is_wrapped(text) {
        return Some(SecretFault::Quoted);
    }
    if let Some(what) = text.chars().find_map(not_text) {
        return Some(SecretFault::NotText(what));
    }
    if is_assignment(text) || has_scheme(text) {
        return Some(SecretFault::Beside);
    }
    let is_reference = |text: &str| is_name(text.trim_start_matches('{').trim_end_matches('}'));
    let variable = text.strip_prefix('$').is_some_and(is_reference)
        || text.strip_prefix('%').and_then(|text| text.strip_suffix('%')).is_some_and(is_name);
    if variable || ["${", "{{", "process.env.", "op://"].iter().any(|part| text.contains(part)) {
        return Some(SecretFault::Unexpanded);
    }
    let bracketed = |open, close| text.starts_with(open) && text.ends_with(close);
    if bracketed('<', '>') || bracketed('[', ']') {
        return Some(SecretFault::Placeholder);
    }
    let ends_escaped = ["\\n", "\\r", "\\t"].iter().any(|end| text.ends_with(end));
    ends_escaped.then_some(SecretFault::Escaped)
}

/// What a program writes for a value that it does not have.
fn unset(text: &str) -> Option<SecretFault> {
    const WORDS: [&str; 11] =
        ["undefined", "null", "none", "nil", "nan", "true", "false", "(null)", "<nil>", "<none>", "(none)"];
    let bare = text.strip_prefix("whsec_").unwrap_or(text);
    let found = WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word)) || bare.starts_with("[object ");
    found.then_some(SecretFault::Unset)
}

/// Quotes at both ends, straight or typographic.
fn is_wrapped(text: &str) -> bool {
    let (mut chars, ends) = (text.chars(), |c: char| QUOTES.contains(&c));
    chars.next().is_some_and(ends) && chars.next_back().is_some_and(ends)
}

/// Quotes at one end, or anywhere but for apostrophes.
fn quoted(text: &str) -> Option<SecretFault> {
    let bare = text.strip_prefix("whsec_").unwrap_or(text);
    let found = bare.starts_with(QUOTES) || bare.ends_with(QUOTES) || bare.contains('"');
    found.then_some(SecretFault::Quoted)
}

const QUOTES: [char; 17] = ['"', '\'', '`', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»', '‹', '›', '″', '′'];

/// What a character is that no secret and no token holds. One that can be seen is not named: it may be a part of the secret.
fn not_text(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{200b}' => "a zero-width space in it (U+200B)",
        '\u{200c}' | '\u{200d}' | '\u{2060}' => "a zero-width joiner in it (U+200C, U+200D or U+2060)",
        '\u{feff}' => "a byte order mark in it (U+FEFF)",
        '\u{a0}' | '\u{202f}' => "a no-break space in it (U+00A0 or U+202F)",
        '\u{ad}' => "a soft hyphen in it (U+00AD)",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "an invisible mark of text direction in it"
        }
        '\u{fffd}' => "a character in it that could not be decoded (U+FFFD)",
        c if c.is_ascii_whitespace() || QUOTES.contains(&c) => return None,
        c if c.is_control() => "a control character in it",
        c if c.is_whitespace() => "a space in it that is not ASCII",
        c if !c.is_ascii() => "a character in it that is not ASCII",
        _ => return None,
    })
}

/// `NAME=value`, also with `export` or `set` before it. Base64 has `=` at its end alone.
fn is_assignment(text: &str) -> bool {
    let stripped = ["export ", "set ", "$env:"].iter().find_map(|word| text.strip_prefix(word));
    let Some((name, value)) = stripped.unwrap_or(text).split_once('=') else { return false };
    let name = name.trim_ascii_end();
    let is_base64 = !name.contains('_') && value.trim_start_matches('=').starts_with(|c: char| c.is_ascii_whitespace());
    is_name(name) && !value.trim_matches('=').is_empty() && !is_base64
}

fn is_name(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The scheme of an `Authorization` header.
fn has_scheme(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    word.len() < text.len()
        && ["bearer", "basic", "authorization:"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Ids, keys and tokens of other kinds, by what they begin with.
fn foreign(text: &str) -> Option<&'static str> {
    const PREFIXES: [(&str, &str); 21] = [
        ("we_", "an endpoint's id (`we_…`)"),
        ("ep_", "an endpoint's id (`ep_…`)"),
        ("wh_", "a webhook's id (`wh_…`)"),
        ("msg_", "a message's id (`msg_…`)"),
        ("evt_", "an event's id (`evt_…`)"),
        ("app_", "an application's id (`app_…`)"),
        ("sk_live_", "an API key (`sk_live_…`)"),
        ("sk_test_", "an API key (`sk_test_…`)"),
        ("rk_live_", "an API key (`rk_live_…`)"),
        ("rk_test_", "an API key (`rk_test_…`)"),
        ("pk_", "a publishable API key (`pk_…`)"),
        ("sk_", "an API key (`sk_…`)"),
        ("sk-", "an API key (`sk-…`)"),
        ("re_", "an API key (`re_…`)"),
        ("SG.", "an API key (`SG.…`)"),
        ("AQ.", "a Google API key (`AQ.…`)"),
        ("ya29.", "a Google access token (`ya29.…`)"),
        ("ghp_", "a GitHub token (`ghp_…`)"),
        ("github_pat_", "a GitHub token (`github_pat_…`)"),
        ("xox", "a Slack token (`xox…`)"),
        ("polar_", "a Polar secret, whose text is the key"),
    ];
    let bare = text.strip_prefix("whsec_").unwrap_or(text);
    let known = PREFIXES.iter().find(|(prefix, _)| bare.starts_with(prefix)).map(|(_, what)| *what);
    if known.is_some() {
        return known;
    }
    if text.contains("://") {
        return Some("a URL");
    }
    if bare.starts_with("eyJ") && bare.contains('.') {
        return Some("a JSON Web Token (`eyJ…`)");
    }
    if text.starts_with('{') && text.contains('"') {
        return Some("JSON");
    }
    if is_uuid(bare) {
        return Some("an id (a UUID)");
    }
    foreign_base64(text).or_else(|| has_other_prefix(text).then_some("an id or a key of another kind"))
}

/// Those that may be base64 as well.
fn foreign_base64(text: &str) -> Option<&'static str> {
    if text.starts_with("webhooks/") {
        return Some("a webhook's name (`webhooks/…`)");
    }
    (text.starts_with("AIza") && text.len() == 39).then_some("a Google API key (`AIza…`)")
}

fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// Some letters and `_`, as providers begin ids and keys, and no mistyped `whsec_`.
fn has_other_prefix(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_once('_') else { return false };
    let letters = (2..=10).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase());
    letters && !is_nearly_whsec(prefix) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_nearly_whsec(prefix: &str) -> bool {
    let mut letters: Vec<_> = prefix.to_ascii_lowercase().into_bytes();
    letters.sort_unstable();
    // In any order, or with one letter missing.
    let sorted = b"cehsw";
    letters == sorted
        || (0..sorted.len()).any(|left| {
            letters.iter().eq(sorted.iter().enumerate().filter(|(at, _)| *at != left).map(|(_, letter)| letter))
        })
}

/// Prefixes that are there twice, behind something else, or mistyped.
fn of_prefix(text: &str) -> Option<SecretFault> {
    let standing = |prefix: &str| text.match_indices(prefix).count();
    let before = ["whsec_", "whpk_", "whsk_"].iter().filter_map(|prefix| text.find(prefix)).min();
    match ["whsec_", "whpk_", "whsk_"].map(standing).iter().sum::<usize>() {
        0 => {
            let mark = text.find(['_', '-', ':', ' ', '='])?;
            text.get(..mark).is_some_and(is_nearly_whsec).then_some(SecretFault::Prefix)
        }
        1 => (before != Some(0)).then_some(SecretFault::Beside),
        _ => Some(SecretFault::Several),
    }
}

/// Words of a placeholder, as one word: a passphrase has white space, and another fix.
fn says_placeholder(text: &str) -> bool {
    const WORDS: [&str; 8] =
        ["your", "change", "replace", "placeholder", "example", "test_secret", "test-secret", "todo"];
    let text = text.to_ascii_lowercase();
    !text.contains(' ') && WORDS.iter().any(|word| text.contains(word))
}

fn is_percent_encoded(text: &str) -> bool {
    let mut parts = text.split('%').skip(1);
    parts.any(|part| part.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())))
}
