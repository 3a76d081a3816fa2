//! The report of a run, on the terminal and in `docs/`.

use std::fs;

use anyhow::{Context, Result};

use crate::cases::{Contender, LONG_SLICES, SLICES};
use crate::curves::PLOTS;
use crate::inbox;
use crate::lines;
use crate::plot::{Chart, Line as PlotLine, Panel};
use crate::run::{Curve, DOCS, Point, Run};
use crate::sign::FRESH;
use crate::start::SECONDS;
use crate::stats::Quartiles;
use crate::table::WARM_UP;
use xtask::paths;
use xtask::term::bold;

const TEMPLATE: &str = include_str!("../performance.md");
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
    let parts = [
        ("date", run.date.clone()),
        ("machine", run.machine.clone()),
        ("workerd", run.workerd.clone()),
        ("load", run.load.clone()),
        ("rounds", run.rounds.to_string()),
        ("processes", run.processes.to_string()),
        ("minutes", format!("{:.0}", run.minutes)),
        ("met", lines::met(&run.lines)),
        ("lines", lines::lines(&run.lines)),
        ("missed", lines::missed(&run.lines, &run.figures)?),
        ("figures", lines::figures(&run.figures)),
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
    use crate::aim::Aim;
    use crate::run::Line;

    #[test]
    fn nothing_of_the_template_is_left_open() {
        let line = Line {
            case: "x".to_owned(),
            title: "an x".to_owned(),
            against: "this".to_owned(),
            aim: Aim::AtLeast(2.0),
            overall: None,
            digits: 1,
            unit: String::new(),
            values: vec![1.0, 1.0],
        };
        let reported = Line { aim: Aim::Reported, ..line.clone() };
        let run = Run { lines: vec![line, reported], ..Run::default() };
        let page = page(&run).expect("is written");
        assert!(!page.contains("{{") && page.contains("0 of 1"), "{page}");
    }
}
