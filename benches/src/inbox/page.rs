//! The section on the inbox in `docs/performance.md`, and its plots.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::sustain::{CONCURRENCY, ORIGINS, SHARDS, Setup, Sustained, USUAL_MS, WINDOW, as_f64};
use crate::machine;
use crate::plot::{Chart, Line as PlotLine, Panel};
use crate::report;
use crate::run::{DOCS, Figure, Line};
use crate::stats::Quartiles;
use xtask::paths;
use xtask::term::bold;

const TEMPLATE: &str = include_str!("../../inbox.md");

/// Around the section.
const BEGIN: &str = "<!-- cargo xtask bench inbox -->\n\n";
const END: &str = "<!-- end -->\n\n";

/// The measurements of a run, as they are stored in `docs/performance-inbox.json`.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) date: String,
    pub(crate) machine: String,
    pub(crate) workerd: String,
    /// The load average before and after.
    pub(crate) load: String,
    pub(crate) load_after: String,
    /// Whether accepting was measured by workerd's processor time.
    pub(crate) cpu: bool,
    pub(crate) minutes: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) sustained: Vec<Sustained>,
    /// The requests per second that the origin takes by itself.
    pub(crate) origin_limit: f64,
}

impl Kept {
    /// A run in which nothing was measured yet.
    pub(crate) fn describe() -> Result<Self> {
        let run = machine::describe()?;
        Ok(Self { date: run.date, machine: run.machine, workerd: run.workerd, ..Self::default() })
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
        self.sustained.iter().find(|sustained| sustained.setup == setup)
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
    let met = kept.lines.iter().filter(|line| line.has_aim() && line.met()).count();
    let all = kept.lines.iter().filter(|line| line.has_aim()).count();
    let parts = [
        ("date", kept.date.clone()),
        ("machine", kept.machine.clone()),
        ("workerd", kept.workerd.clone()),
        ("load", format!("{} before, {} after", kept.load, kept.load_after)),
        ("minutes", format!("{:.0}", kept.minutes)),
        ("clock", if kept.cpu { "processor time of workerd" } else { "time" }.to_owned()),
        ("met", format!("{met} of {all}")),
        ("lines", report::lines(&kept.lines)),
        ("missed", report::missed(&kept.lines, &kept.figures)?),
        ("figures", report::figures(&kept.figures)),
        ("sustained", table(&kept.sustained)),
        ("origin-limit", format!("{:.0}", kept.origin_limit)),
        ("window", WINDOW.as_secs().to_string()),
    ];
    let fill = |text: String, (name, part): &(&str, String)| text.replace(&format!("{{{{{name}}}}}"), part);
    Ok([BEGIN, &parts.iter().fold(TEMPLATE.to_owned(), fill), END].concat())
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
    let title = format!("Events per second that one object sustains, by the origin's time (concurrency {CONCURRENCY})");
    chart(kept, title, "milliseconds that the origin takes", ticks, &places)
}

/// On a logarithmic axis, nothing is a step before the first.
fn place(ms: u64) -> f64 {
    if ms == 0 { 20.0 } else { std::time::Duration::from_millis(ms).as_secs_f64() * 1000.0 }
}

/// What was measured, and what the concurrency allows.
fn chart(kept: &Kept, title: String, x: &str, ticks: Vec<(f64, String)>, places: &[(f64, Setup)]) -> Chart {
    let measured = places.iter().filter_map(|(x, setup)| Some((*x, Quartiles::of(&kept.of(*setup)?.rates)))).collect();
    let exactly = |value| Quartiles { lower: value, median: value, upper: value };
    let allowed = places.iter().filter_map(|(x, setup)| Some((*x, exactly(setup.allowed()?)))).collect();
    let line = |label: &str, class, dashed, points| PlotLine { label: label.to_owned(), class, dashed, points };
    let lines =
        vec![line("Countersign", "countersign", false, measured), line("concurrency ÷ time", "empty", true, allowed)];
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
        let kept = Kept { lines: vec![line], sustained: vec![sustained], ..Kept::default() };
        let text = text(&kept).expect("it is written");
        assert!(!text.contains("{{") && text.contains("0 of 1"), "{text}");
        assert!(text.contains("| 200 ms | 1 | 64 | **160** | 50 % | 2.5 ms | 40 % | 10 % |"), "{text}");
    }
}
