//! Some events stall until the time limit: how many of the others arrive, beside a source of which none stalls.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use serde_json::json;

use super::origin::Origin;
use super::paced::{self, Load, ORIGIN_MS, RATE};
use super::sustain::{Extent, as_f64};
use crate::aim::Aim;
use crate::run::Line;
use crate::stats::{mean, ratios};
use xtask::demo::Secret;

/// With one event in a hundred, and with one in twenty.
const FEW: (usize, Aim) = (100, Aim::AtLeast(0.95));
const MANY: (usize, Aim) = (20, Aim::AtLeast(0.8));

/// Measures the others' deliveries per second, as ratios.
pub(crate) fn measure(dir: &Path, secret: &Arc<Secret>, origin: &Origin, extent: &Extent) -> Result<Vec<Line>> {
    let forward = json!({ "origin": origin.url(ORIGIN_MS), "sign_with": "ORIGIN_SECRET" });
    let load = |name, stalls_every| Load { name, stalls_every, delivers: ("forward", forward.clone()) };
    let loads = [load("none", 0), load("few", FEW.0), load("many", MANY.0)];
    let all = paced::measure(dir, secret, origin, &loads, extent)?;
    let [none, few, many] = all.as_slice() else { bail!("three sources") };
    // Of what is sent, those that stall are none of the others.
    let line = |(every, aim): (usize, Aim), rates: &[f64]| {
        let share = 1.0 - 1.0 / as_f64(every);
        let possible: Vec<_> = none.rates.iter().map(|rate| rate * share).collect();
        Line {
            case: "inbox-stalls".to_owned(),
            title: format!("others delivered, origin {ORIGIN_MS} ms, of {RATE}/s one in {every} stalls for 10 s"),
            against: "no event that stalls".to_owned(),
            aim,
            overall: Some(mean(rates) / mean(&possible)),
            digits: 2,
            unit: String::new(),
            values: ratios(rates, &possible),
        }
    };
    let undisturbed = Line {
        case: "inbox-stalls".to_owned(),
        title: format!("delivered of {RATE}/s, no event stalls"),
        against: String::new(),
        aim: Aim::Reported,
        overall: None,
        digits: 0,
        unit: "/s".to_owned(),
        values: none.rates.clone(),
    };
    Ok(vec![line(FEW, &few.rates), line(MANY, &many.rates), undisturbed])
}
