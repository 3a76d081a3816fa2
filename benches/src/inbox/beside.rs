//! A destination beside one that is down and one that stalls, compared with the same destination alone.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use serde_json::json;

use super::origin::Origin;
use super::paced::{self, Load, ORIGIN_MS, RATE};
use super::sustain::Extent;
use crate::aim::Aim;
use crate::run::Line;
use crate::stats::{mean, ratios};
use xtask::demo::Secret;

/// It delivers at least so much of what it delivers alone.
const SHARE: f64 = 0.95;
/// Its events take at most so many times as long to arrive.
const LONGER: f64 = 1.05;

/// Measures both at once.
pub(crate) fn measure(dir: &Path, secret: &Arc<Secret>, origin: &Origin, extent: &Extent) -> Result<Vec<Line>> {
    let down = closed_port()?;
    let fine = json!({ "origin": origin.url(ORIGIN_MS), "sign_with": "ORIGIN_SECRET" });
    let three = json!({
        "down": { "origin": format!("http://127.0.0.1:{down}/"), "sign_with": "ORIGIN_SECRET" },
        "stalls": { "origin": origin.stalling_url(), "sign_with": "ORIGIN_SECRET" },
        "fine": fine.clone(),
    });
    let loads = [
        Load { name: "alone", stalls_every: 0, delivers: ("forward", fine) },
        Load { name: "three", stalls_every: 0, delivers: ("destinations", three) },
    ];
    let all = paced::measure(dir, secret, origin, &loads, extent)?;
    let [alone, beside] = all.as_slice() else { bail!("two sources") };
    let line = |title: &str, aim, unit: &str, values: Vec<f64>, overall| Line {
        case: "inbox-beside".to_owned(),
        title: title.to_owned(),
        against: if unit.is_empty() { "the same destination alone".to_owned() } else { String::new() },
        aim,
        overall,
        digits: if unit.is_empty() { 2 } else { 1 },
        unit: unit.to_owned(),
        values,
    };
    let ratio = |title: String, aim, ours: &[f64], alone: &[f64]| {
        line(&title, aim, "", ratios(ours, alone), Some(mean(ours) / mean(alone)))
    };
    let what = "beside one that is down and one that stalls";
    Ok(vec![
        ratio(format!("delivered at {RATE}/s, {what}"), Aim::AtLeast(SHARE), &beside.rates, &alone.rates),
        ratio(format!("time to arrive, {what}"), Aim::AtMost(LONGER), &beside.latencies, &alone.latencies),
        line("time to arrive, alone", Aim::Reported, " ms", alone.latencies.clone(), None),
    ])
}

/// A port of loopback that refuses connections: it was free a moment ago.
fn closed_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
