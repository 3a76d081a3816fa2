//! The measurements of a run, as they are stored in `docs/performance.json`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::aim::Aim;
use crate::cases::{Contender, Mode};
use crate::stats::{Quartiles, ratios};
use xtask::paths;

/// All of a run.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) date: String,
    pub(crate) machine: String,
    pub(crate) workerd: String,
    /// The load average before anything was started.
    pub(crate) load: String,
    pub(crate) rounds: usize,
    /// Over how many processes they were spread. In runs that say nothing of it, one served all.
    #[serde(default = "one")]
    pub(crate) processes: usize,
    pub(crate) minutes: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) curves: Vec<Curve>,
}

fn one() -> usize {
    1
}

/// One line of the table: a case beside one of those it is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The case's short name.
    pub(crate) case: String,
    pub(crate) title: String,
    pub(crate) against: String,
    pub(crate) aim: Aim,
    /// The ratio of what both did in all rounds together. Where there is none, the median counts.
    #[serde(default)]
    pub(crate) overall: Option<f64>,
    /// How the values are written: decimals, and what comes after.
    pub(crate) digits: usize,
    pub(crate) unit: String,
    /// Round by round.
    pub(crate) values: Vec<f64>,
}

/// What one contender did by itself.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) contender: String,
    /// What it did over all rounds. Where that is not said, the median counts.
    #[serde(default)]
    pub(crate) overall: Option<f64>,
    pub(crate) digits: usize,
    pub(crate) unit: String,
    /// Round by round.
    pub(crate) values: Vec<f64>,
}

/// One contender's line in a plot.
#[derive(Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) plot: String,
    pub(crate) contender: String,
    pub(crate) points: Vec<Point>,
}

/// What was measured at one place of a plot, round by round.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) rates: Vec<f64>,
    /// Milliseconds.
    pub(crate) p50: Vec<f64>,
    pub(crate) p99: Vec<f64>,
}

impl Line {
    /// What counts.
    fn value(&self) -> f64 {
        self.overall.unwrap_or(Quartiles::of(&self.values).median)
    }

    /// What counts, and then the quartiles where there are several values, and the unit.
    pub(crate) fn measured(&self) -> (String, String) {
        let (Quartiles { lower, upper, .. }, digits, unit) = (Quartiles::of(&self.values), self.digits, &self.unit);
        let rest = match self.values.len() {
            1 => unit.clone(),
            _ => format!(" ({lower:.digits$} to {upper:.digits$}){unit}"),
        };
        (format!("{:.digits$}", self.value()), rest)
    }

    /// The aim, with the unit.
    pub(crate) fn aimed(&self) -> String {
        let (word, value) = match self.aim {
            Aim::AtLeast(value) => ("at least", value),
            Aim::AtMost(value) => ("at most", value),
            Aim::Reported => return "no aim".to_owned(),
        };
        // As it was set: 0.92, 6, 150.
        format!("{word} {value}{}", self.unit)
    }

    /// Whether it is to reach anything.
    pub(crate) fn has_aim(&self) -> bool {
        self.aim != Aim::Reported
    }

    /// Whether what counts, as it is written, reaches the aim.
    pub(crate) fn met(&self) -> bool {
        let scale = 10_f64.powi(i32::try_from(self.digits).unwrap_or(0));
        let reached = (self.value() * scale).round() / scale;
        match self.aim {
            Aim::AtLeast(value) => reached >= value,
            Aim::AtMost(value) => reached <= value,
            Aim::Reported => true,
        }
    }

    /// Who in the same case can hardly be outdone, and what it reached against the same contender in the same rounds, as it is written: the
    /// least check, else the empty Worker. There is none of a line that is no comparison, or one with a limit itself.
    pub(crate) fn limit(&self, figures: &[Figure]) -> Option<(&'static str, String, String)> {
        let of = |who: &str| figures.iter().find(|figure| figure.title == self.title && figure.contender == who);
        let other_did = of(&self.against)?;
        let limits = [Contender::Least, Contender::Empty].map(|contender| contender.label(Mode::Pass));
        let (name, limit_did) = limits.into_iter().find_map(|name| of(name).map(|figure| (name, figure)))?;
        let overall = limit_did.overall.zip(other_did.overall).map(|(limit, other)| limit / other);
        let values = ratios(&limit_did.values, &other_did.values);
        let (value, rest) = Self { overall, values, ..self.clone() }.measured();
        (self.against != name).then_some((name, value, rest))
    }
}

impl Figure {
    /// What counts, and between which values half of all lie.
    pub(crate) fn measured(&self) -> String {
        let (Quartiles { lower, median, upper }, digits) = (Quartiles::of(&self.values), self.digits);
        format!("{:.digits$} ({lower:.digits$} to {upper:.digits$})", self.overall.unwrap_or(median))
    }
}

impl Run {
    /// Keeps every value in `docs/`, for [`Run::last`] and for whoever wants to look closer.
    pub(crate) fn keep(&self) -> Result<()> {
        let file = file();
        let text = serde_json::to_string(self)? + "\n";
        fs::create_dir_all(paths::root().join(DOCS))
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// The last run that was kept.
    pub(crate) fn last() -> Result<Self> {
        let file = file();
        let bytes = fs::read(&file)
            .with_context(|| format!("{} cannot be read; it is left by a full `cargo xtask bench`", file.display()))?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// Where a run is written down.
pub(crate) const DOCS: &str = "docs";

fn file() -> PathBuf {
    paths::root().join(DOCS).join("performance.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::mean;

    fn line(aim: Aim, values: &[f64]) -> Line {
        Line {
            case: String::new(),
            title: String::new(),
            against: String::new(),
            aim,
            overall: None,
            digits: 2,
            unit: String::new(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_line_is_met_where_its_median_is() {
        assert!(line(Aim::AtLeast(0.92), &[0.8, 0.9199, 1.0]).met());
        assert!(!line(Aim::AtLeast(0.92), &[0.8, 0.914, 1.0]).met());
        assert!(!line(Aim::AtMost(1.3), &[1.4]).met());
        assert!(!line(Aim::AtMost(1.3), &[]).met());
        assert_eq!(line(Aim::AtMost(1.3), &[]).aimed(), "at most 1.3");
        assert_eq!(line(Aim::Reported, &[]).aimed(), "no aim");
        assert!(line(Aim::Reported, &[0.1]).met());
    }

    #[test]
    fn what_all_rounds_came_to_counts_before_the_median() {
        let line = Line { overall: Some(0.93), ..line(Aim::AtLeast(0.92), &[0.8, 0.9, 1.0]) };
        assert!(line.met());
        assert_eq!(line.measured(), ("0.93".to_owned(), " (0.85 to 0.95)".to_owned()));
    }

    #[test]
    fn the_limit_of_a_line_is_what_the_least_that_could_be_done_reached_in_its_rounds() {
        let figure = |title: &str, contender: &str, values: &[f64]| Figure {
            title: title.to_owned(),
            contender: contender.to_owned(),
            overall: Some(mean(values)),
            digits: 0,
            unit: "/s".to_owned(),
            values: values.to_vec(),
        };
        let figures = [
            figure("another", "empty Worker", &[1.0, 1.0]),
            figure("this", "empty Worker", &[300.0, 500.0]),
            figure("this", "peer", &[200.0, 250.0]),
            figure("checked", "empty Worker", &[4.0, 4.0]),
            figure("checked", "least check", &[3.0, 3.0]),
            figure("checked", "peer", &[1.0, 1.0]),
        ];
        let against = |title: &str, against: &str| {
            let line = line(Aim::AtLeast(1.1), &[0.9, 0.9]);
            Line { title: title.to_owned(), against: against.to_owned(), ..line }.limit(&figures)
        };
        assert_eq!(against("this", "peer"), Some(("empty Worker", "1.78".to_owned(), " (1.62 to 1.88)".to_owned())));
        assert_eq!(against("checked", "peer"), Some(("least check", "3.00".to_owned(), " (3.00 to 3.00)".to_owned())));
        assert_eq!(against("checked", "empty Worker").map(|(_, value, _)| value), Some("0.75".to_owned()));
        assert_eq!(against("this", "empty Worker"), None);
        assert_eq!(against("another", "peer"), None);
        assert_eq!(against("this", ""), None);
    }
}
