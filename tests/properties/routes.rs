//! Any request against any configuration.

use countersign::config::{Binding, Config, Environment, Secret};
use countersign::gateway::response::Refusal;
use countersign::gateway::route::route;
use proptest::prelude::*;

struct Nothing;

impl Environment for Nothing {
    fn secret(&self, _: &str) -> Secret {
        Secret::Missing
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

/// A key and a token.
struct Two;

impl Environment for Two {
    fn secret(&self, name: &str) -> Secret {
        match name {
            "S" => Secret::Value("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP".to_owned().into()),
            "T" => Secret::Value("t0ken-of-at-least-22-letters".to_owned().into()),
            _ => Secret::Missing,
        }
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_path_has_a_route_or_a_refusal(method in "[A-Z]{0,7}", url in "\\PC{0,80}", sources in "\\PC{0,80}") {
        let config = Config::parse(Some(&sources), &Nothing);
        let _ = route(&config, &method, &url);
        let config = Config::parse(Some(&format!("{{\"a\":{sources}}}")), &Nothing);
        let _ = route(&config, "POST", "https://h.example/a");
    }

    /// One slash at the end changes nothing; two do not pass for one. What the log gets is a fixed word, whatever the path holds.
    #[test]
    fn one_slash_at_the_end_is_passed_over(
        segments in proptest::collection::vec("|plain|Plain|guarded|healthz|t0ken-of-at-least-22-letters|[!-.0-~]{1,9}", 1..4),
        method in "GET|POST", after in "|\\?x=/y|#/",
    ) {
        let forward = r#""forward":{"origin":"https://a.example"}"#;
        let sources = format!(
            r#"{{"plain":{{"scheme":"svix","secrets":["S"],{forward}}},"guarded":{{"scheme":"svix","secrets":["S"],"url_token":"T",{forward}}}}}"#
        );
        let config = Config::parse(Some(&sources), &Two);
        prop_assert!(config.faults().is_empty());
        let path = segments.join("/");
        let at = |path: &str| route(&config, &method, &format!("https://h.example/{path}{after}"));
        if !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) {
            let (one, two) = (at(&format!("{path}/")), at(&format!("{path}//")));
            prop_assert_eq!(one, at(&path));
            prop_assert!(two.is_err());
        }
        if let Err(missed) = at(&path) {
            prop_assert_eq!(missed.refusal == Refusal::NotFound, missed.detail.is_some());
            let words = [
                "no_source", "other_case", "empty_segment", "token_missing", "token_wrong", "token_unexpected", "extra_segments",
            ];
            prop_assert!(missed.detail.is_none_or(|detail| words.contains(&detail)));
        }
    }
}
