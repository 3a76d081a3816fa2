//! Unknown keys: which one was meant, and whether the text may be repeated.

use crate::nearest::nearest;

/// The keys of a source, in the order of docs/configuration.md.
pub(super) const SOURCE: &[&str] = &[
    "scheme",
    "header",
    "secrets",
    "secret_encoding",
    "allow_short_keys",
    "jwks",
    "accept",
    "audience",
    "issuer",
    "email",
    "url_token",
    "verify_token",
    "tolerance",
    "max_body",
    "public_url",
    "dedupe",
    "dedupe_header",
    "forward",
    "destinations",
    "reply",
    "durable",
    "keep",
    "max_stored",
    "location",
    "shards",
    "order",
    "signature",
    "hash",
    "signed",
    "timestamp",
    "id",
];

/// The keys of its table `forward`, and of each of `destinations`.
pub(super) const FORWARD: &[&str] = &[
    "origin",
    "service",
    "durable_object",
    "name",
    "queue",
    "large",
    "r2",
    "sign_with",
    "timeout",
    "give_up_after",
    "concurrency",
    "keep_answers",
    "when",
    "rate",
    "from",
];

/// The keys of a destination's table `when`.
const WHEN: &[&str] = &["type", "pointer", "equals", "begins", "one_of"];

/// The keys of `ALERTS`.
const ALERTS: &[&str] = &["url", "sign_with", "oldest_pending"];

/// The keys of `ADMIN`.
const ADMIN: &[&str] = &["access", "bodies", "counts"];

/// The keys of its table `access`.
const ACCESS: &[&str] = &["team", "audience", "role"];

/// The keys of a source's table `signature`.
const SIGNATURE: &[&str] = &["header", "prefix", "member", "separator", "encoding"];

/// The keys of a source's table `timestamp`.
const TIMESTAMP: &[&str] = &["header", "member", "separator", "unit"];

/// The keys of a source's table `id`.
const ID: &[&str] = &["header"];

/// What to do about an unknown key of a source, or of the table whose keys have that prefix. It names known keys and nothing else.
pub(super) fn advice(unknown: &str, prefix: &str) -> String {
    if unknown == "keep_bodies" {
        return "it is `keep` now, and \"24h\" if it is not set".to_owned();
    }
    let (own, other, place) = match prefix {
        prefix if prefix.ends_with(".when.") => {
            (WHEN, FORWARD, ", which belongs to the destination and not under `when`")
        }
        "forward." => (FORWARD, SOURCE, ", which belongs to the source and not under `forward`"),
        prefix if prefix.starts_with("destinations.") => {
            (FORWARD, SOURCE, ", which belongs to the source and not under a destination")
        }
        "signature." => (SIGNATURE, &[][..], ""),
        "ALERTS." => (ALERTS, &[][..], ""),
        "ADMIN." => (ADMIN, ACCESS, ", under `access`"),
        "ADMIN.access." => (ACCESS, ADMIN, ", which belongs to ADMIN and not under `access`"),
        "timestamp." => (TIMESTAMP, &[][..], ""),
        "id." => (ID, &[][..], ""),
        _ => (SOURCE, FORWARD, ", under `forward`"),
    };
    let (near, far) = (nearest(unknown, own), nearest(unknown, other));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_told_from_an_unknown_one() {
        for (unknown, prefix, meant) in [
            ("orgin", "forward.", "did you mean `origin`?"),
            ("Origin", "forward.", "did you mean `origin`?"),
            ("sign-with", "forward.", "did you mean `sign_with`?"),
            ("durableObject", "forward.", "did you mean `durable_object`?"),
            ("timeuot", "forward.", "did you mean `timeout`?"),
            ("tolerence", "", "did you mean `tolerance`?"),
            ("secret", "", "did you mean `secrets`?"),
            ("SCHEME", "", "did you mean `scheme`?"),
            ("urlToken", "", "did you mean `url_token`?"),
            ("jwk", "", "did you mean `jwks`?"),
            ("origin", "", "did you mean `origin`, under `forward`?"),
            ("Orgin", "", "did you mean `origin`, under `forward`?"),
            ("scheme", "forward.", "did you mean `scheme`, which belongs to the source and not under `forward`?"),
            ("colour", "", "check its spelling"),
            ("x", "forward.", "check its spelling"),
            ("", "forward.", "check its spelling"),
            ("encodign", "signature.", "did you mean `encoding`?"),
            ("units", "timestamp.", "did you mean `unit`?"),
            ("hedaer", "timestamp.", "did you mean `header`?"),
            ("id", "timestamp.", "check its spelling"),
            ("body", "ADMIN.", "check its spelling"),
            ("count", "ADMIN.", "did you mean `counts`?"),
            ("audiance", "ADMIN.", "did you mean `audience`, under `access`?"),
            ("teams", "ADMIN.access.", "did you mean `team`?"),
            ("bodies", "ADMIN.access.", "did you mean `bodies`, which belongs to ADMIN and not under `access`?"),
        ] {
            assert_eq!(advice(unknown, prefix), meant, "{unknown}");
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

    /// So does the table of the scheme `hmac`.
    #[test]
    fn the_documentation_has_the_keys_of_a_configured_scheme() {
        let page = include_str!("../../docs/configuration.md");
        let section =
            page.split_once("## The scheme hmac").and_then(|(_, rest)| rest.split_once("\n\n| key |")).unwrap().1;
        let mut listed = Vec::new();
        for row in section.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("| `")) {
            let cell = row.split(" | ").next().unwrap();
            let (mut table, names) = ("", cell.split('`').skip(1).step_by(2));
            for name in names {
                let (before, key) = name.split_once('.').unwrap_or((name, ""));
                table = if before.is_empty() { table } else { before };
                listed.push([table, ".", key].concat());
            }
        }
        let of = |table: &str, keys: &[&str]| keys.iter().map(|key| [table, ".", key].concat()).collect::<Vec<_>>();
        let mut known = [of("signature", SIGNATURE), of("timestamp", TIMESTAMP), of("id", ID)].concat();
        known.extend(["hash.", "signed.", "id.", "secret_encoding."].map(str::to_owned));
        listed.sort_unstable();
        known.sort_unstable();
        assert_eq!(listed, known);
    }

    /// docs/keys.md has an example of each key, and of no other.
    #[test]
    fn each_key_has_an_example() {
        let page = include_str!("../../docs/keys.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut shown: Vec<_> = rows.map(str::to_owned).collect();
        let mut known = Vec::new();
        for (table, keys) in [
            ("", SOURCE),
            ("forward.", FORWARD),
            ("forward.when.", WHEN),
            ("signature.", SIGNATURE),
            ("timestamp.", TIMESTAMP),
            ("id.", ID),
            ("", ALERTS),
            ("", ADMIN),
            ("access.", ACCESS),
        ] {
            known.extend(keys.iter().map(|key| [table, key].concat()));
        }
        shown.sort_unstable();
        known.sort_unstable();
        assert_eq!(shown, known);
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
