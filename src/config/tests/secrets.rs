//! What a source takes for a key or a token, and what it says of the rest.

use super::*;

/// One secret, one token, and whether any key is taken.
#[derive(Default)]
struct Values<'a> {
    secret: &'a str,
    token: &'a str,
    admin: &'a str,
    any_key: bool,
}

const GOOD: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const OTHER: &str = "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX";
const PUBLIC: &str = "f4hTkmlGXfI1r63/IWB2LVDnn2V8QDPn0Jvc9L9fxww=";
const TOKEN: &str = "5f0c1d2e3a4b5968778695a4b3c2d1e0";
const SHORT: &str = "whsec_MDEyMw==";

impl Environment for Values<'_> {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "SECRET" => self.secret,
            "GOOD" => GOOD,
            "PUBLIC" => &format!("whpk_{PUBLIC}"),
            "TOKEN" => self.token,
            "ADMIN_TOKEN" => self.admin,
            _ => return Secret::Missing,
        };
        Secret::Value(Zeroizing::new(value.to_owned()))
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }

    fn takes_any_key(&self) -> bool {
        self.any_key
    }
}

fn config(fields: &str, values: &Values<'_>) -> Config {
    let sources = format!(r#"{{"s":{{"scheme":"svix","forward":{{"origin":"https://a.example"}},{fields}}}}}"#);
    Config::parse(Some(&sources), values)
}

fn said(config: &Config) -> String {
    config.faults().iter().flat_map(|one| one.faults).map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is said of a secret under `secrets`.
fn of_secret(secret: &str, more: &str) -> String {
    said(&config(&format!(r#""secrets":["SECRET"]{more}"#), &Values { secret, ..Values::default() }))
}

const ALLOWED: &str = r#","allow_short_keys":true"#;

/// Values from the field, each with the word that says what is there. With `allow_short_keys` as well, but for a single short key.
#[test]
fn a_key_that_nobody_meant_is_a_fault_of_the_whole_value() {
    let spki = "MCowBQYDK2VwAyEAf4hTkmlGXfI1r63/IWB2LVDnn2V8QDPn0Jvc9L9fxww=";
    let table = [
        ("change me please".to_owned(), "is no key"),
        (format!("{GOOD}\nCopy"), "other text next to it"),
        (format!("{GOOD} old {OTHER}"), "other text next to it"),
        (format!("previously0123456789used {GOOD}"), "other text next to it"),
        (format!("{GOOD} {SHORT}x"), "is no key"),
        (format!("GEMINI={GOOD}\n{OTHER}"), "other text next to it"),
        (format!("export GEMINI_SECRET={GOOD}"), "other text next to it"),
        (format!("Bearer {GOOD}"), "other text next to it"),
        (format!("\"{GOOD} {OTHER}\""), "quotes"),
        ("[object Object]".to_owned(), "missing value"),
        (format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----"), "key file"),
        (format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH{} me@host", "A".repeat(42)), "key file"),
        (format!("whsec_{spki}"), "public key"),
        (spki.to_owned(), "public key"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), "documentation prints"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), "documentation prints"),
        (format!("{GOOD} whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), "documentation prints"),
        ("we_1NxyzABCDEFghijkLMNOPqr".to_owned(), "`we_`".trim_matches('`')),
    ];
    for (secret, words) in &table {
        for more in ["", ALLOWED] {
            let said = of_secret(secret, more);
            assert!(said.starts_with("`secrets` names a secret, which cannot be used"), "{secret}: {said}");
            assert!(said.contains(words) && said.lines().count() == 1, "{secret}: {said}");
            assert!(secret.split_whitespace().all(|word| word.len() < 12 || !said.contains(word)), "{secret}: {said}");
        }
        let forward = r#""secrets":["GOOD"],"forward":{"origin":"https://a.example","sign_with":"SECRET"}"#;
        let sources = format!(r#"{{"s":{{"scheme":"svix",{forward}}}}}"#);
        let said = said(&Config::parse(Some(&sources), &Values { secret, ..Values::default() }));
        assert!(said.starts_with("`forward.sign_with` names a secret, ") && said.contains(words), "{secret}: {said}");
    }
}

#[test]
fn a_short_key_passes_by_name_alone() {
    for secret in [SHORT, "whsec_test", "MDEyMw==", &format!("{GOOD} {SHORT}")] {
        let said = of_secret(secret, "");
        assert!(
            said.contains("shorter than 16 bytes") && said.contains("`allow_short_keys = true`"),
            "{secret}: {said}"
        );
        assert_eq!(of_secret(secret, ALLOWED), "", "{secret}");
        assert!(!of_secret(secret, r#","allow_short_keys":false"#).is_empty());
    }
    assert!(of_secret(SHORT, r#","allow_short_keys":"true""#).contains("`allow_short_keys` is neither"));
    let with = |secret, more: &str| {
        let config = config(&format!(r#""secrets":["SECRET"]{more}"#), &Values { secret, ..Values::default() });
        config.warnings().map(|(name, said)| format!("{name}: {said}")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(with(GOOD, ""), "");
    assert!(with(SHORT, ALLOWED).starts_with("s: `allow_short_keys` permits a shared key under 16 bytes"));
    assert!(with(GOOD, ALLOWED).contains("no key needs it"));
}

#[test]
fn a_public_key_that_is_known_is_no_shared_secret() {
    let values = |secret| Values { secret, ..Values::default() };
    for secret in [PUBLIC, &format!("whsec_{PUBLIC}")] {
        assert_eq!(of_secret(secret, ""), "", "alone, it is bytes like any other");
        let own = said(&config(r#""secrets":["PUBLIC","SECRET"]"#, &values(secret)));
        assert!(own.starts_with("`secrets` name a shared secret that is"), "{own}");
        let forward = r#""secrets":["PUBLIC"],"forward":{"origin":"https://a.example","sign_with":"SECRET"}"#;
        let said = said(&Config::parse(Some(&format!(r#"{{"s":{{"scheme":"svix",{forward}}}}}"#)), &values(secret)));
        assert!(said.starts_with("`forward.sign_with` name"), "{said}");
    }
}

/// The vectors run with any key; text that is no key is refused all the same.
#[test]
fn a_build_for_tests_takes_any_key() {
    let any = |secret| said(&config(r#""secrets":["SECRET"]"#, &Values { secret, any_key: true, ..Values::default() }));
    for secret in [SHORT, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AQ=="] {
        assert_eq!(any(secret), "", "{secret}");
    }
    assert!(!any("whsec_%%%").is_empty());
}

/// Whatever the lengths, prefixes and padding of several keys.
#[test]
fn several_keys_are_read_as_several() {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    for length in 16..=64u8 {
        let bytes: Vec<_> = (0..length).map(|at| at.wrapping_mul(89) ^ length).collect();
        for text in [STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes)] {
            for prefix in ["", "whsec_", "v1,whsec_"] {
                for between in [" ", "\n", "\r\n\t"] {
                    let value = format!("{prefix}{text}{between}{prefix}{text}\n");
                    let config = config(r#""secrets":["SECRET"]"#, &Values { secret: &value, ..Values::default() });
                    assert_eq!(said(&config), "", "{value}");
                    assert_eq!(config.source(0).unwrap().secrets.len(), 2, "{value}");
                }
            }
        }
    }
}

/// What a request can carry as it is, and what is too short, or no value at all: of the URL's token and the operator's.
#[test]
fn a_token_that_no_request_can_carry_is_a_fault() {
    let of_url = |token: &str| {
        said(&config(r#""secrets":["GOOD"],"url_token":"TOKEN""#, &Values { token, ..Values::default() }))
    };
    let of_admin = |admin: &str| {
        let config = config(r#""secrets":["GOOD"]"#, &Values { admin, ..Values::default() });
        assert!(config.source(0).is_some(), "the sources work");
        assert_eq!(config.admin().exists(), config.faults().is_empty() && !admin.trim().is_empty());
        said(&config)
    };
    let long = |with: &str| format!("{TOKEN}{with}{TOKEN}");
    for odd in ["/", "?", "#", "%", "%41", "\\", "\"", "<", ">", "^", "`", "{", "}", "|", "[", "]"] {
        let said = of_url(&long(odd));
        assert!(said.starts_with("`url_token` names a secret, which cannot be used"), "{odd}: {said}");
        assert!(said.contains(&format!("`{}`", odd.chars().next().unwrap())) && !said.contains(TOKEN), "{odd}: {said}");
        assert_eq!(of_admin(&long(odd)), "", "{odd}");
    }
    for odd in [" ", "\t", "\n", "\u{200b}", "\u{feff}", "\u{a0}", "é", "\0", "\x7f"] {
        for said in [of_url(&long(odd)), of_admin(&long(odd))] {
            assert!(
                said.contains("cannot be used") && !said.contains(TOKEN) && !said.contains(odd.trim())
                    || odd.trim().is_empty(),
                "{odd:?}: {said}"
            );
        }
    }
    for (token, words) in [
        ("x".to_owned(), "22 characters"),
        ("123456789012345678901".to_owned(), "22 characters"),
        ("undefined".to_owned(), "missing value"),
        ("$GEMINI_JOBS_TOKEN_OF_MINE".to_owned(), "name of a variable"),
        ("${GEMINI_JOBS_TOKEN}".to_owned(), "name of a variable"),
        ("<a-long-random-token-here>".to_owned(), "placeholder"),
        (format!("GEMINI_JOBS_TOKEN={TOKEN}"), "other text next to it"),
        (format!("Bearer {TOKEN}"), "other text next to it"),
        (format!("'{TOKEN}'"), "quotes"),
        (format!("“{TOKEN}”"), "quotes"),
        (format!("{TOKEN}\\n"), "backslash"),
        ("5f0c…d1e0".to_owned(), "masked"),
        ("************************".to_owned(), "masked"),
    ] {
        for said in [of_url(&token), of_admin(&token)] {
            assert!(said.contains("cannot be used") && said.contains(words), "{token}: {said}");
        }
    }
    assert!(of_url("..").contains("dots") && of_url(".").contains("dots"));
    for good in [TOKEN, "a-t0ken_of.22~letters!", &format!(" {TOKEN}\r\n"), "6f1c0d2a-6a9c-4f30-9c5e-0d8f4f0b9a11"] {
        assert_eq!((of_url(good), of_admin(good)), (String::new(), String::new()), "{good}");
    }
    assert_eq!((of_admin(""), of_admin(" \n")), (String::new(), String::new()), "not set");
}
