//! Requests per second and latencies, by wrk.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use xtask::process;

/// What wrk saw in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Requests per second.
    pub(crate) rate: f64,
    /// Latencies in milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Answers, and how many of them had neither a 2xx nor a 3xx.
    pub(crate) answers: u64,
    pub(crate) refusals: u64,
}

/// One second of requests over so many connections: short, so that the contenders meet the same weather.
pub(crate) fn wrk(script: &Path, url: &str, connections: u32) -> Result<Seen> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", &connections.to_string(), "--duration", "1s", "--timeout", "20s"]);
    let output = wrk.arg("--latency").arg("--script").arg(script).arg(url).output().context("wrk cannot be run")?;
    process::stop_if_interrupted();
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(!text.contains("Socket errors"), "connections to {url} failed:\n{text}");
    parse(&text).with_context(|| format!("wrk printed no figures:\n{text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn parse(text: &str) -> Option<Seen> {
    let after = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let answers = text.lines().find_map(|line| line.trim().split_once(" requests in "))?.0;
    Some(Seen {
        rate: after("Requests/sec:")?.parse().ok()?,
        p50: milliseconds(after("50%")?)?,
        p99: milliseconds(after("99%")?)?,
        answers: answers.parse().ok()?,
        refusals: after("Non-2xx or 3xx responses:").map_or(Some(0), |count| count.parse().ok())?,
    })
}

fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0), ("m", 60_000.0)];
    let (number, unit) = units.into_iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    Some(number.parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_prints_is_read() {
        let text = "Running 1s test @ http://127.0.0.1:1/\n  Latency Distribution\n     50%  850.00us\n     99%    1.20s\n  \
                    9384 requests in 1.00s, 2.15MB read\n  Non-2xx or 3xx responses: 9380\nRequests/sec:   9381.50\n";
        let seen = Seen { rate: 9381.5, p50: 0.85, p99: 1200.0, answers: 9384, refusals: 9380 };
        assert_eq!(parse(text), Some(seen));
        assert_eq!(parse("unable to connect"), None);
    }
}
