//! Any text as `SOURCES`, and any request to the result: no panic, and no secret in the text of a fault.
//!
//! Input: method, URL, then `SOURCES`.

use super::cut;
use countersign::config::{Binding, Config, Environment, Secret};
use countersign::gateway::route::route;

/// Keys that a source accepts. The keys of the other targets are published in specifications, so a source refuses them.
const SECRETS: [&str; 2] =
    ["whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP", "whpk_f4hTkmlGXfI1r63/IWB2LVDnn2V8QDPn0Jvc9L9fxww="];

const TOKEN: &str = "f3a9c17e5b2d4068a1c3e5f7092b4d6e";

struct Known;

impl Environment for Known {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "SECRET" => SECRETS[0],
            "PUBLIC" => SECRETS[1],
            "SEVERAL" => " whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP\twhsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX ",
            "SAMPLE" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "TOKEN" => TOKEN,
            "SEALED" => return Secret::Unseen,
            _ => return Secret::Missing,
        };
        Secret::Value(value.to_owned().into())
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        !matches!(binding, Binding::Service(name) if name.len() % 2 == 0)
    }
}

/// Runs one input.
///
/// # Panics
/// If the core breaks a promise, which is what the fuzzer looks for.
pub fn check(data: &[u8]) {
    let [method, url, sources] = cut(data).map(String::from_utf8_lossy);
    for text in [sources.to_string(), format!("{{\"a\":{sources}}}")] {
        let config = Config::parse(Some(&text), &Known);
        for fault in config.faults().iter().flat_map(|one| one.faults).map(ToString::to_string) {
            assert!(!fault.contains(TOKEN) && !SECRETS.iter().any(|secret| fault.contains(secret)), "{fault}");
        }
        let _ = route(&config, &method, &url);
        let _ = route(&config, "POST", "https://h.example/a");
        let _ = route(&config, "POST", &format!("https://h.example/a/{TOKEN}"));
    }
}
