//! What people paste in place of a secret: text from environments, dashboards and clipboards.
//!
//! It runs rarely and is part of every Wasm, so it is a table, and its functions are not inlined.

use self::At::{Anywhere, End, Start, Whole};
use crate::error::SecretFault;
use crate::error::SecretFault::{
    Beside, Escaped, Foreign, KeyFile, Masked, NotText, PercentEncoded, Placeholder, Prefix, PublicAsShared, Quoted,
    Several, Unexpanded, Unset,
};

/// The position of a part in a text.
#[derive(Clone, Copy)]
enum At {
    Whole,
    Start,
    End,
    Anywhere,
}

/// One of these parts, separated by spaces and compared without case, at that position.
type Rule = (At, &'static str, SecretFault);

/// No value at all, or a value that cannot be read.
const NO_VALUE: [Rule; 10] = [
    (Whole, "undefined null none nil nan true false", Unset),
    (Start, "[object", Unset),
    (Anywhere, "-----BEGIN", KeyFile),
    (Start, "ssh- ecdsa-sha2-", KeyFile),
    (Anywhere, "… • ● ... ****", Masked),
    (Anywhere, "\u{200b}", NotText("a zero-width space (U+200B)")),
    (Anywhere, "\u{200c} \u{200d} \u{2060}", NotText("a zero-width joiner (U+200C, U+200D, U+2060)")),
    (Anywhere, "\u{feff}", NotText("a byte order mark (U+FEFF)")),
    (Anywhere, "\u{a0} \u{202f}", NotText("a no-break space (U+00A0, U+202F)")),
    (Anywhere, "\u{3000} \u{2028} \u{2029}", NOT_ASCII),
];

/// More than the value, or a name for it.
const NO_VALUE_ALONE: [Rule; 3] = [
    (Start, "bearer basic authorization:", Beside),
    (Anywhere, "process.env op://", Unexpanded),
    (End, "\\n \\r \\t", Escaped),
];

/// Text that is nothing like a secret.
const NO_SECRET: [Rule; 9] = [
    (Start, "{\"", Foreign("JSON")),
    (Anywhere, "://", Foreign("a URL")),
    (Start, "eyJ", Foreign("a JSON Web Token or JSON in base64 (`eyJ…`)")),
    (Anywhere, "\"", Quoted),
    (Anywhere, "\\", Escaped),
    (Anywhere, "< > [ ] { } your change-me change_me replace placeholder example test_secret test-secret", Placeholder),
    (Anywhere, "$", Unexpanded),
    (Anywhere, "%2B %2F %3D %0A %0D %20 %22", PercentEncoded),
    (Anywhere, ", ; |", Several),
];

/// The beginnings of ids and of keys of other kinds.
const OTHERS: &str = "we_ ep_ wh_ msg_ evt_ app_ sk_live_ sk_test_ rk_live_ rk_test_ pk_live_ pk_test_ sk- re_ SG. AQ. ya29. AIza \
                      webhooks/ ghp_ github_pat_ glpat- xoxb- xoxp- polar_whs_";

/// Straight and typographic.
const QUOTES: &str = "\" ' ` “ ” „ ‟ ‘ ’ ‚ ‛ « » ‹ › ″ ′";

/// The mistake behind text that is no key, most specific first; `None` if the text looks like nothing else.
#[inline(never)]
pub(super) fn behind(text: &str) -> Option<SecretFault> {
    let bare = bare(text);
    if is_assignment(text) {
        return Some(Beside);
    }
    if one_of(bare, Start, QUOTES).or_else(|| one_of(bare, End, QUOTES)).is_some() {
        return Some(Quoted);
    }
    let found = in_any_value(text).or_else(|| of_another_kind(bare));
    let found = found.or_else(|| of_prefix(text)).or_else(|| first(&NO_SECRET, bare));
    found.or_else(|| is_uuid(bare).then_some(Foreign("a UUID, as ids are"))).or_else(|| other_prefix(text))
}

/// Text that is valid base64 and still no key.
#[inline(never)]
pub(super) fn behind_base64(text: &str) -> Option<SecretFault> {
    // Ed25519's SPKI in hexadecimal digits, a Google API key without `-` and `_`, the resource name of a Gemini webhook.
    if one_of(text, Start, "302a300506032b6570032100").is_some() {
        return Some(PublicAsShared);
    }
    if text.len() == 39 && text.starts_with("AIza") {
        return Some(SecretFault::Other("AIza"));
    }
    let name = one_of(text, Start, "webhooks/").map(SecretFault::Other);
    name.or_else(|| first(&NO_VALUE, text))
}

/// The mistakes of any configured value, also of one that is no key: no value, or more than the value.
#[inline(never)]
pub(crate) fn in_any_value(text: &str) -> Option<SecretFault> {
    in_text(text).or_else(|| (!text.is_ascii()).then_some(NOT_ASCII))
}

/// [`in_any_value`] for a secret that is the key as it is, which people choose: it may have letters of any script.
#[inline(never)]
pub(super) fn in_text(text: &str) -> Option<SecretFault> {
    let wrapped = text.len() > 1 && one_of(text, Start, QUOTES).and(one_of(text, End, QUOTES)).is_some();
    if wrapped {
        return Some(Quoted);
    }
    let found = first(&NO_VALUE, bare(text)).or_else(|| not_text(text));
    let found = found.or_else(|| has_name(text).then_some(Beside)).or_else(|| between(text));
    found.or_else(|| is_template(text).then_some(Unexpanded)).or_else(|| first(&NO_VALUE_ALONE, text))
}

/// The beginning that text has in common with ids, and with keys of other kinds.
pub(crate) fn of_another_kind(text: &str) -> Option<SecretFault> {
    one_of(text, Start, OTHERS).map(SecretFault::Other)
}

fn bare(text: &str) -> &str {
    text.strip_prefix("whsec_").unwrap_or(text)
}

#[inline(never)]
fn first(rules: &[Rule], text: &str) -> Option<SecretFault> {
    rules.iter().find(|(at, parts, _)| one_of(text, *at, parts).is_some()).map(|(_, _, fault)| *fault)
}

/// The first of the parts that is at that position.
#[inline(never)]
fn one_of(text: &str, at: At, parts: &'static str) -> Option<&'static str> {
    parts.split(' ').find(|part| {
        let (text, part) = (text.as_bytes(), part.as_bytes());
        let mut places = text.windows(part.len()).map(|window| window.eq_ignore_ascii_case(part));
        match at {
            Whole => text.len() == part.len() && places.next() == Some(true),
            Start => places.next() == Some(true),
            End => places.next_back() == Some(true),
            Anywhere => places.any(|is| is),
        }
    })
}

/// Finds a character that no secret can hold. A visible character is not named, as it may be part of the secret.
fn not_text(text: &str) -> Option<SecretFault> {
    let is_control = |byte: u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    text.bytes().any(is_control).then_some(NotText("a control character"))
}

const NOT_ASCII: SecretFault = NotText("a character that is not ASCII");

/// Whether text is `NAME=value`, also after `export` or `set`. Base64 has `=` only at its end.
fn is_assignment(text: &str) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let words = ["export ", "set ", "$env:"].iter().find_map(|word| text.strip_prefix(word));
    let bytes = words.unwrap_or(text).as_bytes();
    let end = bytes.iter().position(|byte| !name(byte)).unwrap_or(bytes.len());
    let (name, rest) = bytes.split_at_checked(end).unwrap_or_default();
    let [b'=', value @ ..] = rest.trim_ascii_start() else { return false };
    let is_base64 = !name.contains(&b'_') && matches!(value.first(), None | Some(b'=' | b' ' | b'\t' | b'\n' | b'\r'));
    !name.is_empty() && !name.starts_with(b"wh") && !is_base64
}

/// Whether the name of an assignment is one that people give to secrets. In a secret that is text, any characters may precede a `=`.
fn has_name(text: &str) -> bool {
    let end = text.bytes().position(|byte| byte == b'=').unwrap_or_default();
    let name = text.get(..end).unwrap_or_default().trim_ascii();
    let is_variable = name.bytes().any(|byte| byte == b'_') && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    is_assignment(text) && (is_variable || one_of(name, End, "secret key token password").is_some())
}

/// Recognises `${NAME}` and `{{ name }}` at the end of a text. Elsewhere in a secret that is text, either may be meant.
fn is_template(text: &str) -> bool {
    one_of(text, Anywhere, "${ {{").and(one_of(text, End, "}")).is_some()
}

/// Recognises `$NAME`, `%NAME%`, `<your secret>` and `[your secret]`, as a whole.
fn between(text: &str) -> Option<SecretFault> {
    match text.as_bytes() {
        [b'<', .., b'>'] | [b'[', .., b']'] => Some(Placeholder),
        [b'$', name @ ..] | [b'%', name @ .., b'%'] => {
            name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')).then_some(Unexpanded)
        }
        _ => None,
    }
}

fn is_uuid(text: &str) -> bool {
    let is_right = |(at, byte): (usize, &u8)| {
        if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
    };
    text.len() == 36 && text.as_bytes().iter().enumerate().all(is_right)
}

/// Recognises letters and `_`, as providers begin ids and keys.
fn other_prefix(text: &str) -> Option<SecretFault> {
    let letters = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_id = is_word && (2..=10).contains(&letters) && text.as_bytes().get(letters) == Some(&b'_');
    (is_id && !text.starts_with("wh")).then_some(SecretFault::Other("…_"))
}

/// Recognises prefixes that are repeated, after something else, or mistyped.
fn of_prefix(text: &str) -> Option<SecretFault> {
    let is_prefix = |part: &[u8]| part == b"whsec_" || part.starts_with(b"whpk_") || part.starts_with(b"whsk_");
    let places = || text.as_bytes().windows(6).enumerate().filter(|(_, part)| is_prefix(part));
    let (first, more) = (places().next(), places().count() > 1);
    match first {
        Some(_) if more => Some(Several),
        Some((at, _)) if at > 0 => Some(Beside),
        _ => {
            // Its letters in another order or case, one of them missing, or another mark after them.
            let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
            let typed = text.get(..letters)?;
            let has = |letter: &&u8| typed.bytes().any(|byte| byte.eq_ignore_ascii_case(letter));
            let nearly = matches!(letters, 4 | 5) && b"whsec".iter().filter(has).count() >= 4;
            (nearly && letters < text.len() && bare(text) == text).then_some(Prefix)
        }
    }
}
