//! The output of `send`: what was sent, expected and received.

use countersign::scheme::{Form, HeaderNames};

use super::draft::{Draft, Field};
use super::judge::{Verdict, Words};
use super::outcome::Outcome;
use super::scenario::{SCENARIOS, Scenario};
use crate::outgoing::{Answer, Fault};
use crate::term::{bold, dim, green, line, red};

/// A scenario that was sent.
pub(super) struct Report {
    pub(super) scenario: &'static Scenario,
    pub(super) names: &'static HeaderNames,
    pub(super) form: Form,
    pub(super) exchanges: Vec<(Draft, Result<Answer, Fault>)>,
}

impl Report {
    /// The worst result of its deliveries.
    pub(super) fn outcome(&self) -> Outcome {
        let worst = self.exchanges.iter().map(|(_, result)| match self.scenario.expects.judge(result) {
            Verdict::AsExpected => Outcome::AsExpected,
            Verdict::Unexpected(_) => Outcome::Unexpected,
            Verdict::Unanswered => Outcome::Unanswered,
        });
        worst.max().unwrap_or(Outcome::AsExpected)
    }

    /// Prints one line, and details of failures or, if `detailed`, of everything.
    pub(super) fn print(&self, detailed: bool) {
        let good = self.outcome() == Outcome::AsExpected;
        let mark = if good { green("✓") } else { red("✗") };
        line(format_args!("{mark} {} {}", bold(format!("{:<21}", self.scenario.name)), self.scenario.about));
        for (draft, result) in &self.exchanges {
            if detailed || self.scenario.expects.judge(result) != Verdict::AsExpected {
                self.print_exchange(draft, result);
            }
        }
    }

    fn print_exchange(&self, draft: &Draft, result: &Result<Answer, Fault>) {
        line(format_args!("    {} {}", dim("sent    "), self.sent(draft)));
        line(format_args!("    {} {}", dim("expected"), self.expected()));
        line(format_args!("    {} {}", dim("came    "), came(result)));
        if let Verdict::Unexpected(why) = self.scenario.expects.judge(result) {
            line(format_args!("    {} {}", dim("so      "), red(why)));
        }
        if let Some(other) = self.other_code(result) {
            line(format_args!(
                "    {} refused for another reason than was meant ({other}): was that what was tested?",
                dim("note    ")
            ));
        }
    }

    /// Signatures are shown by kind and number; their text helps nobody.
    fn sent(&self, draft: &Draft) -> String {
        let shown = |field: Field, name: &str| match draft.get(field) {
            Some(value) => format!("{name} {value}"),
            None => format!("no {name}"),
        };
        let signatures = draft.get(Field::Signature).map_or(0, |value| value.split(' ').count());
        let signature = match signatures {
            0 => format!("no {}", self.names.signature),
            1 => format!("1 signature ({})", self.form.as_str()),
            several => format!("{several} signatures ({})", self.form.as_str()),
        };
        let id = shown(Field::Id, self.names.id);
        let timestamp = shown(Field::Timestamp, self.names.timestamp);
        format!("{id}, {timestamp}, {signature}, a body of {} bytes", draft.body.len())
    }

    fn expected(&self) -> String {
        let expected = self.scenario.expects.in_words();
        if self.scenario.codes.is_empty() {
            return expected.to_owned();
        }
        format!("{expected}; Countersign says {}", self.scenario.codes.join(" or "))
    }

    /// An unexpected code, from a receiver that uses Countersign's codes.
    fn other_code(&self, result: &Result<Answer, Fault>) -> Option<String> {
        let code = Words::of(result.as_ref().ok()?).code()?.to_owned();
        let known = SCENARIOS.iter().any(|scenario| scenario.codes.contains(&code.as_str()));
        let meant = self.scenario.codes.contains(&code.as_str()) || self.scenario.codes.is_empty();
        (known && !meant).then_some(code)
    }
}

/// Prints a scenario of which only the number of headers is shown.
pub(super) fn print(
    scenario: &Scenario,
    outcome: Outcome,
    exchanges: &[(String, Result<Answer, Fault>)],
    detailed: bool,
) {
    let mark = if outcome == Outcome::AsExpected { green("✓") } else { red("✗") };
    line(format_args!("{mark} {} {}", bold(format!("{:<21}", scenario.name)), scenario.about));
    for (sent, result) in exchanges {
        let verdict = scenario.expects.judge(result);
        if detailed || verdict != Verdict::AsExpected {
            line(format_args!("    {} {sent}", dim("sent    ")));
            line(format_args!("    {} {}", dim("expected"), scenario.expects.in_words()));
            line(format_args!("    {} {}", dim("came    "), came(result)));
        }
        if let Verdict::Unexpected(why) = verdict {
            line(format_args!("    {} {}", dim("so      "), red(why)));
        }
    }
}

fn came(result: &Result<Answer, Fault>) -> String {
    match result {
        Err(fault) => red(format!("no answer: {fault}")),
        Ok(answer) => {
            let words = Words::of(answer).line().map(|line| format!(" {line}")).unwrap_or_default();
            format!("{}{words} {}", answer.status, dim(format!("({:.1} ms)", answer.took.as_secs_f64() * 1000.0)))
        }
    }
}

/// Prints how many scenarios went as expected.
pub(super) fn summary(outcomes: &[Outcome]) {
    let good = outcomes.iter().filter(|outcome| **outcome == Outcome::AsExpected).count();
    let text = format!("{good} of {} as expected", outcomes.len());
    line(format_args!("\n{}", if good == outcomes.len() { green(text) } else { red(text) }));
}

/// Lists all scenarios with their expected responses.
pub(super) fn list() {
    for scenario in SCENARIOS {
        let expected = scenario.expects.in_words();
        let codes = scenario.codes.join(", ");
        line(format_args!("{} {}", bold(format!("{:<21}", scenario.name)), scenario.about));
        line(format_args!("{:<21} {}", "", dim(format!("{expected} {codes}").trim_end())));
    }
}
