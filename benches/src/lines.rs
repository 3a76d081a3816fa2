//! What a run says of its lines and figures: on the terminal, and in Markdown.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use crate::aim::Aim;
use crate::run::{Figure, Line};
use xtask::paths;
use xtask::term::{bold, dim, green, red};

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

/// How many aims are met, such as "2 of 12". A line without an aim does not count.
pub(crate) fn met(lines: &[Line]) -> String {
    let aimed = || lines.iter().filter(|line| line.has_aim());
    format!("{} of {}", aimed().filter(|line| line.met()).count(), aimed().count())
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
}
