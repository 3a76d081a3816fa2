//! The options of `send`.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use clap::Args;
use countersign::scheme::{self, Scheme};

use super::scenario::{SCENARIOS, Scenario};
use crate::outgoing::parse_url;

/// The options of `send`.
#[derive(Args, Clone, Debug)]
pub struct SendOptions {
    /// The receiver
    #[arg(long, value_name = "URL", value_parser = parse_url, required_unless_present = "list_scenarios")]
    pub to: Option<Uri>,

    /// The sender to sign as: the name of a scheme, as in docs/senders.md
    #[arg(long, value_name = "SCHEME", default_value = "standard-webhooks", value_parser = known_scheme)]
    pub scheme: &'static Scheme,

    /// The key that the receiver trusts: `whsec_…` signs `v1`, `whsk_…` signs `v1a`; for other senders, their secret
    #[arg(long, value_name = "KEY", env = "COUNTERSIGN_SEND_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// Signs `v1a` with the key that `serve --seed TEXT` publishes
    #[arg(long, value_name = "TEXT", conflicts_with = "secret")]
    pub seed: Option<String>,

    /// A scenario to send; `all` for every one; may be repeated
    #[arg(long = "scenario", value_name = "NAME", default_value = "valid", value_parser = known_scenario)]
    pub scenarios: Vec<Chosen>,

    /// Lists the scenarios and the response that each expects
    #[arg(long)]
    pub list_scenarios: bool,

    /// The body to sign, from a file or standard input (`-`); default: a sample event of the sender
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,

    /// The type of the sample event; default: one that the sender documents
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "body")]
    pub kind: Option<String>,

    /// The receiver's timestamp tolerance; `stale` and `future` are a minute beyond it
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    pub tolerance: Duration,

    /// Timeout of a delivery
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,

    /// Prints what was sent, expected and received for every scenario, not only for failures
    #[arg(long, short)]
    pub verbose: bool,

    /// Sends this many valid deliveries and measures the rate, instead of a scenario
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "scenarios", help_heading = "Load")]
    pub count: Option<u32>,

    /// Concurrent deliveries
    #[arg(long, value_name = "NUMBER", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..), requires = "count", help_heading = "Load")]
    pub concurrency: u16,
}

/// A value of `--scenario`.
#[derive(Clone, Copy, Debug)]
pub enum Chosen {
    /// Every scenario.
    All,
    /// This one.
    One(&'static Scenario),
}

fn known_scheme(name: &str) -> Result<&'static Scheme, String> {
    let names = || scheme::ALL.iter().map(|scheme| scheme.name).collect::<Vec<_>>().join(", ");
    scheme::find(name).ok_or_else(|| match scheme::nearest(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", names()),
    })
}

fn known_scenario(name: &str) -> Result<Chosen, String> {
    if name == "all" {
        return Ok(Chosen::All);
    }
    let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
    found.map(Chosen::One).ok_or_else(|| "no such scenario; --list-scenarios lists them".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_names_the_one_that_was_meant() {
        assert_eq!(known_scheme("stripe").map(|scheme| scheme.name), Ok("stripe"));
        assert_eq!(known_scheme("Strpe").map(|scheme| scheme.name), Err("did you mean `stripe`?".to_owned()));
        let all = known_scheme("carrier-pigeon").map(|scheme| scheme.name).unwrap_err();
        assert!(all.starts_with("there are: standard-webhooks, svix, "), "{all}");
    }
}
