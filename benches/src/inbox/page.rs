//! The section on the inbox in `docs/performance.md`, and its plots.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::sustain::{CONCURRENCY, FULL, ORIGINS, SHARDS, Setup, Sustained, USUAL_MS, as_f64};
use crate::lines;
use crate::machine;
use crate::plot::{Chart, Line as PlotLine, Panel};
use crate::run::{DOCS, Figure, Line};
use crate::stats::Quartiles;
use xtask::paths;
use xtask::term::bold;

const TEMPLATE: &str = include_str!("../../inbox.md");

/// Around the section.
const BEGIN: &str = "<!-- cargo xtask bench inbox -->\n\n";
const END: &str = "<!-- end -->\n\n";

/// The measurements that are stored in `docs/performance-inbox.json`, each part as it was measured last.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) machine: String,
    pub(crate) workerd: String,
    pub(crate) parts: BTreeMap<String, Part>,
}

/// What one part of a run measured, and when.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) date: String,
    /// The load average before and after.
    pub(crate) load: String,
    pub(crate) load_after: String,
    pub(crate) minutes: f64,
    /// Whether accepting was compared by workerd's processor time.
    pub(crate) cpu: bool,
    /// The requests per second that the origin takes by itself.
    pub(crate) origin_limit: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) sustained: Vec<Sustained>,
}

impl Part {
    /// A part of which nothing was measured yet.
    pub(crate) fn begin(cpu: bool) -> Result<Self> {
        Ok(Self { date: machine::describe()?.date, load: machine::load(), cpu, ..Self::default() })
    }

    /// Notes how long it took.
    pub(crate) fn end(&mut self, started: Instant) {
        self.minutes = started.elapsed().as_secs_f64() / 60.0;
        self.load_after = machine::load();
    }

    /// Shows it on the terminal.
    pub(crate) fn print(&self) {
        println!();
        lines::print(&self.lines, &self.figures);
        if !self.sustained.is_empty() {
            print(&self.sustained);
        }
        println!("\nThe origin alone takes {:.0} requests a second.", self.origin_limit);
        println!("Load average: {} before, {} after.\n", self.load, self.load_after);
    }
}

impl Kept {
    /// What was kept on this machine, or nothing yet.
    pub(crate) fn describe() -> Result<Self> {
        let run = machine::describe()?;
        let last = if file().exists() { Self::last()? } else { Self::default() };
        let is_same = (&last.machine, &last.workerd) == (&run.machine, &run.workerd);
        let parts = if is_same { last.parts } else { BTreeMap::new() };
        Ok(Self { machine: run.machine, workerd: run.workerd, parts })
    }

    /// Keeps every value.
    pub(crate) fn keep(&self) -> Result<()> {
        let (file, text) = (file(), serde_json::to_string(self)? + "\n");
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// The last run that was kept.
    pub(crate) fn last() -> Result<Self> {
        let file = file();
        let bytes = fs::read(&file).with_context(|| {
            format!("{} cannot be read; a full `cargo xtask bench inbox` writes it", file.display())
        })?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    fn of(&self, setup: Setup) -> Option<&Sustained> {
        self.parts.values().flat_map(|part| &part.sustained).find(|sustained| sustained.setup == setup)
    }
}

fn file() -> PathBuf {
    paths::root().join(DOCS).join("performance-inbox.json")
}

/// The section of the last run that was kept, or an empty one.
pub(crate) fn section() -> Result<String> {
    if file().exists() { text(&Kept::last()?) } else { Ok([BEGIN, END].concat()) }
}

/// Puts the section into `docs/performance.md` in place of what is there, and writes the plots.
pub(crate) fn write(kept: &Kept) -> Result<()> {
    let docs = paths::root().join(DOCS);
    for (name, chart) in [("shards", by_shards(kept)), ("origin", by_origin(kept))] {
        fs::write(docs.join(format!("performance-{name}.svg")), chart.svg())?;
    }
    let file = docs.join("performance.md");
    let page = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let (before, rest) = page.split_once(BEGIN).context("docs/performance.md has no section on the inbox")?;
    let (_, after) = rest.split_once(END).context("the section on the inbox has no end")?;
    fs::write(&file, [before, &text(kept)?, after].concat())?;
    println!("\n{} and its plots are written", bold(file.display()));
    Ok(())
}

/// The template, with every `{{name}}` filled in.
fn text(kept: &Kept) -> Result<String> {
    let parts = || kept.parts.values();
    let lines: Vec<_> = parts().flat_map(|part| &part.lines).cloned().collect();
    let figures: Vec<_> = parts().flat_map(|part| &part.figures).cloned().collect();
    let sustained: Vec<_> = parts().flat_map(|part| &part.sustained).cloned().collect();
    let when = |(name, part): (&String, &Part)| {
        let Part { date, minutes, load, load_after, .. } = part;
        format!("{name} on {date}, in {minutes:.0} minutes at a load average of {load} before and {load_after} after")
    };
    let by_cpu = parts().any(|part| part.cpu);
    let filled = [
        ("when", kept.parts.iter().map(when).collect::<Vec<_>>().join("; ")),
        ("machine", kept.machine.clone()),
        ("workerd", kept.workerd.clone()),
        ("clock", if by_cpu { "processor time of workerd" } else { "time" }.to_owned()),
        ("met", lines::met(&lines)),
        ("lines", lines::lines(&lines)),
        ("missed", lines::missed(&lines, &figures)?),
        ("figures", lines::figures(&figures)),
        ("sustained", table(&sustained)),
        ("origin-limit", format!("{:.0}", parts().map(|part| part.origin_limit).fold(0.0, f64::max))),
        ("window", FULL.window.as_secs().to_string()),
    ];
    let fill = |text: String, (name, part): &(&str, String)| text.replace(&format!("{{{{{name}}}}}"), part);
    Ok([BEGIN, &filled.iter().fold(TEMPLATE.to_owned(), fill), END].concat())
}

/// A line for each setup, on the terminal.
fn print(all: &[Sustained]) {
    println!(
        "\n    origin  shards  concurrency    events/s  of what the concurrency allows   µs of processor per event,  ran, waited"
    );
    for Sustained { setup, rates, cpu_us, ran, waited } in all {
        let rate = Quartiles::of(rates);
        let share =
            setup.allowed().map_or("–".to_owned(), |allowed| format!("{:.0} %", rate.median * 100.0 / allowed));
        println!(
            "{:>7} ms {:>7} {:>12} {:>11.0} {share:>31} {:>20.0} {:>9.0} % {:>5.0} %",
            setup.origin_ms,
            setup.shards,
            setup.concurrency,
            rate.median,
            Quartiles::of(cpu_us).median,
            Quartiles::of(ran).median * 100.0,
            Quartiles::of(waited).median * 100.0
        );
    }
}

fn table(all: &[Sustained]) -> String {
    let mut table = "| origin | shards | `concurrency` | events/s | of what `concurrency` allows | processor time for an event | ran | \
                     waited |\n|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for Sustained { setup, rates, cpu_us, ran, waited } in all {
        let median = |values: &[f64]| Quartiles::of(values).median;
        let rate = median(rates);
        let share = setup.allowed().map_or("–".to_owned(), |allowed| format!("{:.0} %", rate * 100.0 / allowed));
        let (cpu, ran, waited) = (median(cpu_us) / 1000.0, median(ran) * 100.0, median(waited) * 100.0);
        let Setup { origin_ms, shards, concurrency } = setup;
        // A text can always be written.
        let _ = writeln!(
            table,
            "| {origin_ms} ms | {shards} | {concurrency} | **{rate:.0}** | {share} | {cpu:.1} ms | {ran:.0} % | {waited:.0} % |"
        );
    }
    table
}

fn by_shards(kept: &Kept) -> Chart {
    let setup = |shards: &usize| Setup { origin_ms: USUAL_MS, shards: *shards, concurrency: CONCURRENCY };
    let ticks = SHARDS.iter().map(|shards| (as_f64(*shards), shards.to_string())).collect();
    let places: Vec<_> = SHARDS.iter().map(|shards| (as_f64(*shards), setup(shards))).collect();
    chart(
        kept,
        format!("Events per second sustained, by shards (origin {USUAL_MS} ms, concurrency {CONCURRENCY})"),
        "shards",
        ticks,
        &places,
    )
}

fn by_origin(kept: &Kept) -> Chart {
    let setup = |origin_ms: &u64| Setup { origin_ms: *origin_ms, shards: 1, concurrency: CONCURRENCY };
    let places: Vec<_> = ORIGINS.iter().map(|ms| (place(*ms), setup(ms))).collect();
    let ticks = ORIGINS.iter().map(|ms| (place(*ms), ms.to_string())).collect();
    let title = format!("Events/s that one object sustains, by the origin's time (concurrency {CONCURRENCY})");
    chart(kept, title, "milliseconds that the origin takes", ticks, &places)
}

/// On a logarithmic axis, nothing is a step before the first.
fn place(ms: u64) -> f64 {
    if ms == 0 { 20.0 } else { std::time::Duration::from_millis(ms).as_secs_f64() * 1000.0 }
}

/// What was measured, what the concurrency allows, and what the processor time of an event does.
fn chart(kept: &Kept, title: String, x: &str, ticks: Vec<(f64, String)>, places: &[(f64, Setup)]) -> Chart {
    let of = |values: fn(&Sustained) -> Vec<f64>| {
        places.iter().filter_map(|(x, setup)| Some((*x, Quartiles::of(&values(kept.of(*setup)?))))).collect::<Vec<_>>()
    };
    let exactly = |value| Quartiles { lower: value, median: value, upper: value };
    let allowed = places.iter().filter_map(|(x, setup)| Some((*x, exactly(setup.allowed()?)))).collect();
    let line = |label: &str, class, dashed, points| PlotLine { label: label.to_owned(), class, dashed, points };
    let lines = vec![
        line("measured", "countersign", false, of(|sustained| sustained.rates.clone())),
        line("1 ÷ processor time", "standardwebhooks", true, of(Sustained::by_cpu)),
        line("concurrency ÷ time", "empty", true, allowed),
    ];
    Chart { title, x: x.to_owned(), ticks, panels: vec![Panel { y: "events per second", logarithmic: true, lines }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aim::Aim;

    #[test]
    fn nothing_of_the_template_is_left_open() {
        let setup = Setup { origin_ms: 200, shards: 1, concurrency: 64 };
        let sustained =
            Sustained { setup, rates: vec![160.0], cpu_us: vec![2_500.0], ran: vec![0.4], waited: vec![0.1] };
        let line = Line {
            case: "x".to_owned(),
            title: "a line".to_owned(),
            against: String::new(),
            aim: Aim::AtLeast(200.0),
            overall: None,
            digits: 0,
            unit: "/s".to_owned(),
            values: vec![160.0],
        };
        let part = Part { lines: vec![line], sustained: vec![sustained], ..Part::default() };
        let kept = Kept { parts: [("sustain".to_owned(), part)].into(), ..Kept::default() };
        let text = text(&kept).expect("it is written");
        assert!(!text.contains("{{") && text.contains("0 of 1"), "{text}");
        assert!(text.contains("| 200 ms | 1 | 64 | **160** | 50 % | 2.5 ms | 40 % | 10 % |"), "{text}");
    }
}
