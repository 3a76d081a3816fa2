//! Any text as `SOURCES`: no panic, and no secret in what is said about it. And any request to what comes of it.
//!
//! Input: method, URL, then `SOURCES`.

#![no_main]

use countersign::gateway::config::{Binding, Config, Environment, Secret};
use countersign::gateway::route::route;
use countersign_fuzz::{SECRETS, cut};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "a-token-that-nothing-may-repeat";

struct Known;

impl Environment for Known {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "SECRET" => SECRETS[0],
            "PUBLIC" => SECRETS[1],
            "SEVERAL" => " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\twhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD ",
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

fuzz_target!(|data: &[u8]| {
    let [method, url, sources] = cut(data).map(String::from_utf8_lossy);
    for text in [sources.to_string(), format!("{{\"a\":{sources}}}")] {
        let config = Config::parse(Some(&text), &Known);
        for fault in config.faults().values().flatten() {
            assert!(!fault.contains(TOKEN) && !SECRETS.iter().any(|secret| fault.contains(secret)), "{fault}");
        }
        let _ = route(&config, &method, &url);
        let _ = route(&config, "POST", "https://h.example/a");
        let _ = route(&config, "POST", &format!("https://h.example/a/{TOKEN}"));
    }
});
