//! Plots as SVG, drawn here: the crates for plots have no style sheet, and so no light and dark, and no labels at the ends of lines.

mod scale;

use std::fmt::Write;

pub(crate) use self::scale::Scale;
use crate::stats::Quartiles;

/// One above the other over the same x axis.
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What is on the x axis, with its unit.
    pub(crate) x: String,
    /// Places on the logarithmic x axis, and what is written there.
    pub(crate) ticks: Vec<(f64, String)>,
    pub(crate) panels: Vec<Panel>,
}

/// A y axis, and lines over it.
pub(crate) struct Panel {
    /// What is on the y axis, with its unit.
    pub(crate) y: &'static str,
    pub(crate) logarithmic: bool,
    pub(crate) lines: Vec<Line>,
}

/// A line through medians, in a band between quartiles.
pub(crate) struct Line {
    /// What is written at its end.
    pub(crate) label: String,
    /// The class that gives the colour.
    pub(crate) class: &'static str,
    pub(crate) dashed: bool,
    pub(crate) points: Vec<(f64, Quartiles)>,
}

const WIDTH: f64 = 700.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 176.0;
const TOP: f64 = 66.0;
const PANEL: f64 = 190.0;
const GAP: f64 = 52.0;
const BOTTOM: f64 = 50.0;
/// Between the lines of labels.
const LABEL: f64 = 14.0;

const STYLE: &str = "\
text{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#57606a}\
.title{font-size:15px;font-weight:600;fill:#1f2328}.ground{fill:#fff}.grid{stroke:#d8dee4;stroke-width:1}\
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.dashed{stroke-dasharray:5 4}\
.band{opacity:.16;stroke:none}.end{font-weight:600}\
.countersign{--c:#0969da}.standardwebhooks{--c:#bc4c00}.empty{--c:#6e7781}\
.line,.dot{stroke:var(--c)}.band,.dot,.end{fill:var(--c)}\
@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#f0f6fc}.ground{fill:#0d1117}.grid{stroke:#2f353d}\
.countersign{--c:#58a6ff}.standardwebhooks{--c:#f0883e}.empty{--c:#9198a1}}";

impl Chart {
    /// The whole file.
    pub(crate) fn svg(&self) -> String {
        let height = TOP + PANEL * as_f64(self.panels.len()) + GAP * as_f64(self.panels.len() - 1) + BOTTOM;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             role=\"img\">\n<title>{0}</title>\n<style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n\
             <text class=\"title\" x=\"16\" y=\"26\">{0}</text>\n",
            escaped(&self.title)
        );
        let across = Scale::logarithmic(self.ticks.iter().map(|(place, _)| *place), LEFT, WIDTH - RIGHT);
        for (number, panel) in self.panels.iter().enumerate() {
            let top = TOP + as_f64(number) * (PANEL + GAP);
            self.grid(&mut svg, &across, top);
            panel.draw(&mut svg, &across, top);
        }
        text(&mut svg, "", f64::midpoint(LEFT, WIDTH - RIGHT), height - 12.0, "middle", &self.x);
        svg.push_str("</svg>\n");
        svg
    }

    /// The lines that go up, and what is written below them.
    fn grid(&self, svg: &mut String, across: &Scale, top: f64) {
        for (place, label) in &self.ticks {
            let x = across.at(*place);
            line(svg, (x, top), (x, top + PANEL));
            text(svg, "", x, top + PANEL + 16.0, "middle", label);
        }
    }
}

impl Panel {
    fn draw(&self, svg: &mut String, across: &Scale, top: f64) {
        let values = self.lines.iter().flat_map(|line| &line.points);
        let values = values.flat_map(|(_, value)| [value.lower, value.upper]);
        let up = match self.logarithmic {
            true => Scale::logarithmic(values, top + PANEL, top),
            false => Scale::linear_from_zero(values, top + PANEL, top),
        };
        for value in up.ticks() {
            let y = up.at(value);
            line(svg, (LEFT, y), (WIDTH - RIGHT, y));
            text(svg, "", LEFT - 8.0, y + 4.0, "end", &short(value));
        }
        text(svg, "", 16.0, top - 12.0, "start", self.y);
        for line in &self.lines {
            line.draw(svg, across, &up);
        }
        self.labels(svg, &up);
    }

    /// At the end of each line, moved apart where lines end together.
    fn labels(&self, svg: &mut String, up: &Scale) {
        let end = |line: &Line| line.points.last().map_or(0.0, |(_, value)| up.at(value.median));
        let mut ends: Vec<_> = self.lines.iter().map(|line| (end(line), line)).collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let places = apart(&ends.iter().map(|(y, _)| *y).collect::<Vec<_>>(), LABEL);
        for ((_, line), y) in ends.iter().zip(places) {
            text(svg, &format!("end {}", line.class), WIDTH - RIGHT + 10.0, y + 4.0, "start", &line.label);
        }
    }
}

impl Line {
    fn draw(&self, svg: &mut String, across: &Scale, up: &Scale) {
        let path = |of: fn(&Quartiles) -> f64| -> Vec<String> {
            self.points.iter().map(|(x, value)| format!("{:.1},{:.1}", across.at(*x), up.at(of(value)))).collect()
        };
        let (upper, mut lower) = (path(|value| value.upper), path(|value| value.lower));
        lower.reverse();
        let class = self.class;
        let dashed = if self.dashed { " dashed" } else { "" };
        let middle = path(|value| value.median);
        // A text can always be written.
        let _ = writeln!(svg, "<polygon class=\"band {class}\" points=\"{} {}\"/>", upper.join(" "), lower.join(" "));
        let _ = writeln!(svg, "<polyline class=\"line{dashed} {class}\" points=\"{}\"/>", middle.join(" "));
        for (x, value) in &self.points {
            let (x, y) = (across.at(*x), up.at(value.median));
            let _ = writeln!(svg, "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>");
        }
    }
}

/// Places from top to bottom, none nearer to the next than `least`, and all as near to where they would be as that allows.
fn apart(places: &[f64], least: f64) -> Vec<f64> {
    // Groups of places that touch each other: the sum of where their first would be, and how many they are.
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for place in places {
        let mut group = (*place, 1);
        while let Some((sum, count)) = groups.last().copied() {
            let first = sum / as_f64(count);
            if first + as_f64(count) * least <= group.0 / as_f64(group.1) {
                break;
            }
            groups.pop();
            group = (sum + group.0 - as_f64(count * group.1) * least, count + group.1);
        }
        groups.push(group);
    }
    let spread = |(sum, count): (f64, usize)| (0..count).map(move |n| sum / as_f64(count) + as_f64(n) * least);
    groups.into_iter().flat_map(spread).collect()
}

fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(svg, "<line class=\"grid\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
    let text = escaped(text);
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A value on an axis.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", value / 1e6),
        value if value >= 1e4 => format!("{} k", value / 1e3),
        value => format!("{value}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_no_further() {
        assert_eq!(apart(&[10.0, 50.0], 14.0), [10.0, 50.0]);
        assert_eq!(apart(&[20.0, 20.0], 14.0), [13.0, 27.0]);
        assert_eq!(apart(&[20.0, 21.0, 40.0], 14.0), [13.0, 27.0, 41.0]);
    }
}
