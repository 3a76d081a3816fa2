//! The report of a run, on the terminal and in `docs/`.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use crate::aim::Aim;
use crate::cases::{Contender, LONG_SLICES, SLICES};
use crate::curves::PLOTS;
use crate::inbox;
use crate::plot::{Chart, Line as PlotLine, Panel};
use crate::run::{Curve, DOCS, Figure, Line, Point, Run};
use crate::sign::FRESH;
use crate::start::SECONDS;
use crate::stats::Quartiles;
use crate::table::WARM_UP;
use xtask::paths;
use xtask::term::{bold, dim, green, red};

const TEMPLATE: &str = include_str!("../performance.md");
/// What is known about lines that are missed: a file each, by the name of the case.
const LIMITS: &str = "benches/limits";

/// Ratios first, then what they are made from.
pub(crate) fn print(lines: &[Line], figures: &[Figure]) {
    for line in lines {
        let mark = match line.aim {
            Aim::Reported => dim("·"),
            _ if line.met() => green("✓"),
            _ => red("✗"),
        };
        let against = if line.against.is_empty() { String::new() } else { format!(", beside {}", line.against) };
        let (median, rest) = line.measured();
        let limit = match line.limit(figures) {
            Some((name, value, rest)) if !line.met() => format!("; the {name} reaches {value}{rest}"),
            _ => String::new(),
        };
        println!("{mark} {}{rest}  {}{}", bold(median), line.title, dim(format!("{against}; {}{limit}", line.aimed())));
    }
    println!();
    for figure in figures {
        let values = format!("{} {}", figure.measured(), figure.unit);
        println!("{values:>32}  {:<20} {}", figure.contender, dim(&figure.title));
    }
}

/// The median at each place of a plot.
pub(crate) fn print_curves(curves: &[Curve]) {
    for curve in curves {
        println!("\n{} {}", bold(&curve.plot), curve.contender);
        for point in &curve.points {
            let [rate, p50, p99] = [&point.rates, &point.p50, &point.p99].map(|values| Quartiles::of(values).median);
            println!("{:>10}  {rate:>9.0}/s  p50 {p50:>8.2} ms  p99 {p99:>8.2} ms", point.x);
        }
    }
}

/// Writes `docs/performance.md` and its plots.
pub(crate) fn write(run: &Run) -> Result<()> {
    let docs = paths::root().join(DOCS);
    for plot in &PLOTS {
        let curves: Vec<_> = run.curves.iter().filter(|curve| curve.plot == plot.name).collect();
        fs::write(docs.join(format!("performance-{}.svg", plot.name)), chart(plot.name, &curves).svg())?;
    }
    let file = docs.join("performance.md");
    fs::write(&file, page(run)?).with_context(|| format!("{} cannot be written", file.display()))?;
    println!("\n{} and its plots are written", bold(file.display()));
    Ok(())
}

/// The template, with every `{{name}}` filled in.
fn page(run: &Run) -> Result<String> {
    let met = run.lines.iter().filter(|line| line.met()).count();
    let parts = [
        ("date", run.date.clone()),
        ("machine", run.machine.clone()),
        ("workerd", run.workerd.clone()),
        ("load", run.load.clone()),
        ("rounds", run.rounds.to_string()),
        ("processes", run.processes.to_string()),
        ("minutes", format!("{:.0}", run.minutes)),
        ("met", format!("{met} of {}", run.lines.len())),
        ("lines", lines(&run.lines)),
        ("missed", missed(&run.lines, &run.figures)?),
        ("figures", figures(&run.figures)),
        ("inbox", inbox::section()?),
        ("fresh", FRESH.to_string()),
        ("warm-up", WARM_UP.to_string()),
        ("slices", SLICES.to_string()),
        ("long-slices", LONG_SLICES.to_string()),
        ("seconds", SECONDS.to_string()),
    ];
    let fill = |text: String, (name, part): &(&str, String)| text.replace(&format!("{{{{{name}}}}}"), part);
    Ok(parts.iter().fold(TEMPLATE.to_owned(), fill))
}

/// The table of lines.
pub(crate) fn lines(lines: &[Line]) -> String {
    let mut table = "| case | compared with | aim | measured | |\n|---|---|---|---|---|\n".to_owned();
    for line in lines {
        let mark = match line.aim {
            Aim::Reported => "",
            _ if line.met() => "met",
            _ => "**missed**",
        };
        let (median, rest) = line.measured();
        // A text can always be written.
        let _ =
            writeln!(table, "| {} | {} | {} | **{median}**{rest} | {mark} |", line.title, line.against, line.aimed());
    }
    table
}

/// A paragraph for each case that misses an aim: the figures, and what is known about the cause.
pub(crate) fn missed(lines: &[Line], figures: &[Figure]) -> Result<String> {
    let missed: Vec<_> = lines.iter().filter(|line| !line.met()).collect();
    let mut text = String::new();
    for lines in missed.chunk_by(|one, other| one.case == other.case) {
        let Some(first) = lines.first() else { continue };
        let file = format!("{LIMITS}/{}.md", first.case);
        let cause = match fs::read_to_string(paths::root().join(&file)) {
            Ok(cause) => cause.trim().to_owned(),
            Err(_) => format!("What it comes from is not in `{file}` yet."),
        };
        let measured: Vec<_> = lines.iter().map(|line| fallen_short(line, figures)).collect();
        write!(text, "**{}:** {}. {cause}\n\n", first.title, measured.join("; "))?;
    }
    Ok(text)
}

fn fallen_short(line: &Line, figures: &[Figure]) -> String {
    let (median, rest) = line.measured();
    let limit = line
        .limit(figures)
        .map_or_else(String::new, |(name, value, rest)| format!(", and the {name} reaches **{value}**{rest}"));
    let beside = if line.against.is_empty() { String::new() } else { format!(" beside {}", line.against) };
    format!("{median}{rest}{beside}, where the aim is {}{limit}", line.aimed())
}

/// The table of figures.
pub(crate) fn figures(figures: &[Figure]) -> String {
    let mut table = "| case | contender | measured |\n|---|---|---|\n".to_owned();
    let mut before = "";
    for figure in figures {
        // A case is named once.
        let title = if figure.title == before { "" } else { &figure.title };
        before = &figure.title;
        let _ = writeln!(table, "| {title} | {} | {} {} |", figure.contender, figure.measured(), figure.unit);
    }
    table
}

fn chart(name: &str, curves: &[&Curve]) -> Chart {
    let (title, x) = match name {
        "senders" => ("Forged deliveries of 400 B refused, by concurrent senders", "concurrent senders"),
        "size" => ("Forged deliveries refused, by size of the body (16 senders)", "size of the body"),
        _ => ("Events accepted into an inbox, by ids it holds already (16 senders)", "ids stored"),
    };
    let places = curves.first().map_or(&[][..], |curve| &curve.points);
    let panel = |y, logarithmic, lines: Vec<Vec<PlotLine>>| Panel {
        y,
        logarithmic,
        lines: lines.into_iter().flatten().collect(),
    };
    let of = |values: fn(&Point) -> &Vec<f64>, label: &'static str, dashed: bool| -> Vec<PlotLine> {
        curves.iter().map(|curve| plot_line(curve, values, label, dashed)).collect()
    };
    Chart {
        title: title.to_owned(),
        x: x.to_owned(),
        ticks: places.iter().map(|point| (place(point.x), tick(name, point.x))).collect(),
        panels: vec![
            panel("requests per second", name == "size", vec![of(|point| &point.rates, "", false)]),
            panel(
                "latency in ms, median (solid) and 99th percentile (dashed)",
                true,
                vec![of(|point| &point.p50, " p50", false), of(|point| &point.p99, " p99", true)],
            ),
        ],
    }
}

fn plot_line(curve: &Curve, values: fn(&Point) -> &Vec<f64>, label: &str, dashed: bool) -> PlotLine {
    let known = [Contender::Countersign, Contender::Empty, Contender::StandardWebhooks];
    let class = known.iter().find(|known| known.name() == curve.contender).map_or("", |known| known.name());
    let points = curve.points.iter().map(|point| (place(point.x), Quartiles::of(values(point)))).collect();
    let name = if curve.plot == "stored" && class != "countersign" { "by hand" } else { &curve.contender };
    PlotLine { label: format!("{name}{label}"), class, dashed, points }
}

/// On a logarithmic axis, nothing is a step before the first thousand.
fn place(x: f64) -> f64 {
    if x == 0.0 { 100.0 } else { x }
}

fn tick(name: &str, x: f64) -> String {
    match (name, x) {
        ("size", x) if x >= 1_048_576.0 => format!("{} MiB", x / 1_048_576.0),
        ("size", x) if x >= 1024.0 => format!("{} KiB", x / 1024.0),
        ("size", x) => format!("{x} B"),
        (_, x) if x >= 1e6 => format!("{} million", x / 1e6),
        (_, x) if x >= 1e3 => format!("{},000", x / 1e3),
        (_, x) => format!("{x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(case: &str, against: &str) -> Line {
        Line {
            case: case.to_owned(),
            title: format!("a {case}"),
            against: against.to_owned(),
            aim: Aim::AtLeast(2.0),
            overall: None,
            digits: 1,
            unit: String::new(),
            values: vec![1.0, 1.0],
        }
    }

    #[test]
    fn a_case_that_misses_two_aims_has_one_paragraph() {
        let figure = |contender: &str, values: &[f64]| Figure {
            title: "a x".to_owned(),
            contender: contender.to_owned(),
            overall: None,
            digits: 0,
            unit: String::new(),
            values: values.to_vec(),
        };
        let figures = [figure("empty Worker", &[3.0, 3.0]), figure("that", &[2.0, 2.0])];
        let lines = [line("x", "this"), line("x", "that"), line("y", "")];
        let text = missed(&lines, &figures).expect("is written");
        let x = "**a x:** 1.0 (1.0 to 1.0) beside this, where the aim is at least 2; 1.0 (1.0 to 1.0) beside that, where the aim is \
                 at least 2, and the empty Worker reaches **1.5** (1.5 to 1.5). What it comes from is not in \
                 `benches/limits/x.md` yet.\n\n";
        assert!(text.starts_with(x), "{text}");
        assert_eq!(text.matches("\n\n").count(), 2);
    }

    #[test]
    fn nothing_of_the_template_is_left_open() {
        let run = Run { lines: vec![line("x", "this")], ..Run::default() };
        let page = page(&run).expect("is written");
        assert!(!page.contains("{{") && page.contains("0 of 1"), "{page}");
    }
}
