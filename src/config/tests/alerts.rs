//! Where alerts go.

use super::*;
use crate::gateway::response::Refusal;
use crate::gateway::route::{Route, route};

struct Alerting(String);

impl Environment for Alerting {
    fn secret(&self, name: &str) -> Secret {
        Known.secret(name)
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        Known.has(binding)
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "ALERTS").then(|| self.0.clone())
    }
}

fn alerting(alerts: &str, source: &str) -> Config {
    Config::parse(Some(&format!(r#"{{"{source}":{{{}}}}}"#, gemini(""))), &Alerting(alerts.to_owned()))
}

/// The faults of the variable, and whether the source beside it works.
fn faults_of(alerts: &str) -> (Vec<String>, bool) {
    let config = alerting(alerts, "s");
    let faults = config.faults();
    assert!(faults.iter().all(|one| one.name == "ALERTS" && one.index.is_none()), "{faults:?}");
    let all = faults.iter().flat_map(|one| one.faults.iter().map(Fault::to_string)).collect();
    (all, config.source(0).is_some())
}

#[test]
fn alerts_have_a_url_and_a_key() {
    let config = alerting(r#"{"url":"https://a.example/alerts","sign_with":"TWO","oldest_pending":"1h"}"#, "s");
    let alerts = config.alerts().unwrap();
    assert_eq!(
        (alerts.url.as_str(), alerts.sign_with.len(), alerts.oldest_pending),
        ("https://a.example/alerts", 2, 3600)
    );
    let config = alerting(r#"{"url":"http://127.0.0.1:1/","sign_with":"GOOD"}"#, "s");
    assert_eq!(config.alerts().unwrap().oldest_pending, 900);
    assert!(Config::parse(Some("{}"), &Known).alerts().is_none());
}

#[test]
fn a_fault_of_alerts_names_its_key_and_leaves_sources_alone() {
    for (alerts, key) in [
        (r#"{"sign_with":"GOOD"}"#, "ALERTS.url"),
        (r#"{"url":"http://a.example","sign_with":"GOOD"}"#, "ALERTS.url"),
        (r#"{"url":7,"sign_with":"GOOD"}"#, "ALERTS.url"),
        (r#"{"url":"https://a.example"}"#, "ALERTS.sign_with"),
        (r#"{"url":"https://a.example","sign_with":"NONE"}"#, "ALERTS.sign_with"),
        (r#"{"url":"https://a.example","sign_with":"PUBLIC"}"#, "ALERTS.sign_with"),
        (r#"{"url":"https://a.example","sign_with":"GOOD","oldest_pending":"59s"}"#, "ALERTS.oldest_pending"),
        (r#"{"url":"https://a.example","sign_with":"GOOD","oldest_pending":5}"#, "ALERTS.oldest_pending"),
        (r#"{"url":"https://a.example","sign_with":"GOOD","ulr":1}"#, "ALERTS.ulr"),
        ("7", "ALERTS"),
    ] {
        let (faults, works) = faults_of(alerts);
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("`{key}` "))) && works, "{alerts}: {faults:?}");
        assert!(alerting(alerts, "s").alerts().is_none());
    }
    let (faults, _) = faults_of(r#"{"url":"https://a.example","sign_with":"GOOD","oldest_pendng":"1m"}"#);
    assert_eq!(faults, ["`ALERTS.oldest_pendng` is not a key of the configuration; did you mean `oldest_pending`?"]);
}

#[test]
fn no_fault_of_alerts_repeats_a_value() {
    for key in ["url", "sign_with", "oldest_pending", "other"] {
        let text = format!(r#"{{"url":"https://a.example","sign_with":"GOOD","{key}x":1,"{key}":"whsec_0PASTED7"}}"#)
            .replace(&format!(r#""{key}":"GOOD","#), "");
        assert!(!format!("{:?}", alerting(&text, "s").faults()).contains("PASTED"), "{text}");
    }
}

/// Without alerts, the name is free: sources that have it keep working.
#[test]
fn the_name_alerts_is_taken_only_if_there_are_some() {
    let with = alerting(r#"{"url":"https://a.example","sign_with":"GOOD"}"#, "alerts");
    let faults: Vec<_> = with.faults().iter().flat_map(|one| one.faults).map(Fault::to_string).collect();
    assert_eq!(faults, ["`name` is taken by [vars.ALERTS]; rename the source, or remove ALERTS"]);
    let without = Config::parse(Some(&format!(r#"{{"alerts":{{{}}}}}"#, gemini(""))), &Known);
    assert!(without.faults().is_empty());
}

#[test]
fn alerts_are_a_source_that_no_request_reaches() {
    let config = alerting(r#"{"url":"https://a.example/x","sign_with":"GOOD"}"#, "s");
    let (place, entry) = config.find(ALERT_SOURCE.as_bytes()).unwrap();
    let Entry::Ready(source) = entry else { panic!("it works") };
    assert_eq!((place, source.durable, source.destinations.len()), (0, Some(Durable::DEFAULT), 1));
    assert_eq!(source.destinations[0].endpoint, Endpoint::Origin("https://a.example/x".to_owned()));
    for path in ["alerts", "alerts/", "alerts/x"] {
        let url = format!("https://hooks.example/{path}");
        let missed = route(&config, "POST", &url).unwrap_err();
        assert_eq!((missed.refusal, missed.source), (Refusal::NotFound, None), "{path}");
        assert_eq!(route(&config, "GET", &url).unwrap_err().refusal, Refusal::NotFound);
    }
    assert_eq!(route(&config, "POST", "https://hooks.example/s"), Ok(Route::Source(1)));
}
