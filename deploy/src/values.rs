//! Values of a configuration as they are printed: without what may be a secret.

use serde_json::Value as Json;

/// A key and its value, without what may be a secret.
pub(crate) fn shown(key: &str, value: &Json) -> String {
    let text = format!("{key} = {}", without_secrets(key, value));
    if takes_names(key) && text.contains(HIDDEN) { [&text, "; ", NO_NAME].concat() } else { text }
}

/// A value without what may be a secret in the wrong place, as the log of a build keeps what is printed: where the name of a secret belongs
/// anything else, and the credentials in a URL.
fn without_secrets(key: &str, value: &Json) -> Json {
    match value {
        Json::String(text) if takes_names(key) && !is_name(text) => HIDDEN.into(),
        Json::String(text) => {
            match text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
                Some((scheme, (_, rest))) => format!("{scheme}://{HIDDEN}@{rest}").into(),
                None => value.clone(),
            }
        }
        Json::Array(items) => items.iter().map(|item| without_secrets(key, item)).collect(),
        _ => value.clone(),
    }
}

/// Whether a key takes names of secrets.
fn takes_names(key: &str) -> bool {
    key.rsplit('.').next().is_some_and(|name| NAMES_OF_SECRETS.contains(&name))
}

/// The keys that do.
const NAMES_OF_SECRETS: [&str; 4] = ["secrets", "sign_with", "url_token", "verify_token"];

/// In place of what may be a secret.
const HIDDEN: &str = "…";

/// Why the name of a secret may be hidden and not found.
const NO_NAME: &str =
    "… may be a secret: name them in capitals, like GITHUB_SECRET, or in small letters with `_`, like github_secret";

/// Whether text looks like the name of a secret, and not like one. A secret of small letters has digits or no `_`.
pub(crate) fn is_name(text: &str) -> bool {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_in_small_letters = text.contains('_') && text.bytes().all(is_lower);
    !text.is_empty() && (text.bytes().all(is_upper) || is_in_small_letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_in_the_wrong_place_is_printed() {
        let shown = |key, value: Json| without_secrets(key, &value).to_string();
        assert_eq!(shown("secrets", serde_json::json!(["STRIPE", "whsec_c2VjcmV0"])), r#"["STRIPE","…"]"#);
        assert_eq!(shown("destinations.a.sign_with", "whsec_c2VjcmV0".into()), r#""…""#);
        assert_eq!(shown("forward.origin", "https://user:pa@ss@app.example/x".into()), r#""https://…@app.example/x""#);
        assert_eq!(shown("forward.timeout", "10".into()), r#""10""#);
    }

    #[test]
    fn names_of_secrets_are_in_capitals_or_in_small_letters() {
        for name in ["GITHUB_SECRET", "GITHUB_SECRET_2", "github_secret"] {
            assert!(is_name(name), "{name}");
        }
        for text in [
            "whsec_c2VjcmV0",
            "githubSecret",
            "correcthorsebattery",
            "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "a secret",
            "",
        ] {
            assert!(!is_name(text), "{text}");
        }
        assert_eq!(
            shown("secrets", &serde_json::json!(["githubSecret"])),
            [r#"secrets = ["…"]"#, "; ", NO_NAME].concat()
        );
    }
}
