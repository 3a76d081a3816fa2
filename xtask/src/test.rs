//! `cargo xtask test`: everything that must hold, in the order in which it fails fastest.

mod checks;
mod lane;
mod long;
mod new_sender;
mod step;
mod suites;

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use lexopt::ValueExt;

use self::lane::Lane;
use self::step::{Needs, Step};
use crate::term::{bold, dim, green, red, seconds};
use crate::{api, benches, book, build, circles, console, devtest, example, npmtest, page, reference};

const STEPS: &[Step] = &[
    Step::new("system", "system packages", checks::system),
    Step::new("fmt", "formatting", checks::fmt),
    Step::new("circles", "no import circle between files", circles::check),
    Step::new("api", "the public API of the core and the package", api::check),
    Step::new("clippy", "lints", checks::clippy),
    Step::new("unit", "unit tests, properties, vectors and the fuzz corpus, native", checks::unit).beside(),
    Step::new("new-sender", "what a made-up sender touches", new_sender::new_sender).beside(),
    Step::new("doc", "documentation of every crate", checks::doc).beside(),
    Step::new("reference", "documentation of all that the package exports", reference::command).beside(),
    Step::new("msrv", "the oldest Rust that Cargo.toml promises", checks::msrv).beside(),
    Step::new("crate", "the crate as crates.io would get it", checks::package).long().beside(),
    Step::new("deny", "dependencies: bans, licences, sources", checks::deny).beside(),
    Step::new("advisories", "dependencies: known vulnerabilities", long::advisories).long().beside(),
    Step::new("properties", "the unit tests again, their properties with other random input", long::properties)
        .long()
        .beside(),
    Step::new("fuzz", "every fuzz target, two minutes each", long::fuzz).long().beside(),
    Step::new("model", "the inbox's model with more of everything, and an outage of eight hours", long::model)
        .long()
        .beside(),
    Step::new(BUILD, "both Workers", suites::build_both),
    Step::new("size", "the Wasm's size", build::within_budget).on_build(),
    Step::new("deploy", "what wrangler would deploy", suites::deploy).on_build(),
    Step::new("e2e", "end to end, in workerd", suites::e2e).on_build(),
    Step::new("mutations", "30,000 mutated requests", long::mutations).on_build().long(),
    Step::new("senders-e2e", "every vector of every sender over HTTP", long::senders).on_build().long(),
    Step::new("soak", "30 kills while 10,000 events are sent, and as many of each other kind", long::soak)
        .on_build()
        .long(),
    Step::new("outages", "eight hours without an origin, and 30,000 events, in workerd", long::outages)
        .on_build()
        .long(),
    Step::new("peers", "the bench's contenders do the same", benches::check).on_build(),
    Step::new("sdk", "Gemini's SDKs, the emulator, an origin; Queues and R2; all under wrangler dev", suites::sdk)
        .on_build(),
    Step::new("few-senders", "three of the senders' SDKs from PyPI", suites::few_senders).beside(),
    Step::new("senders", "the package and the senders' SDKs from npm and PyPI, which must agree", suites::senders)
        .long()
        .beside(),
    Step::new("made-vectors", "tests/vectors as make.py writes them", long::made_vectors).long().beside(),
    Step::new("sdk-earlier", "earlier major versions of Gemini's SDKs", long::earlier_sdks).on_build().long(),
    Step::new("outage", "a day of retries to an origin that fails", long::outage).on_build().long().beside(),
    Step::new("examples", "the applications of examples/", example::test).on_build().beside(),
    Step::new("npm", "the package, in every runtime", npmtest::run).on_build().beside(),
    Step::new(
        "frameworks",
        "the adapters in the frameworks' previous majors, and served by Next and SvelteKit; every bundler's every size",
        npmtest::frameworks,
    )
    .on_build()
    .long()
    .beside(),
    Step::new("differential", "20,000 deliveries beside standardwebhooks and jose", long::differential)
        .on_build()
        .long(),
    // After the package, which its page needs and which takes minutes to compile.
    Step::new("dev", "cargo xtask dev --release, from start to Ctrl-C", devtest::deployed).on_build().beside(),
    Step::new("dev-first", "cargo xtask dev, which compiles a Worker of its own", devtest::first).long().beside(),
    Step::new("page", "the page, in headless Chromium", page::test).beside(),
    // After the page, which it opens.
    Step::new("book", "the documentation as a book", book::build).long().beside(),
    Step::new(
        "breakages",
        "every breakage of every sender on the page, every hostile text, and each theme at each width",
        long::breakages,
    )
    .long()
    .beside(),
    Step::new("console", "the console over the real Worker, in headless Chromium", console::test).on_build(),
    Step::new("console-long", "the console in Firefox and WebKit, with hostile and with 100,000 events", console::long)
        .on_build()
        .long(),
];

/// The step that others rest on.
const BUILD: &str = "build";

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut chosen, mut all) = (Vec::new(), false);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(name) => chosen.push(name.string()?),
            lexopt::Arg::Long("all") => all = true,
            lexopt::Arg::Long("list") => {
                list();
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let steps = select(&chosen, all)?;
    let started = Instant::now();
    if chosen.is_empty() {
        run_in_two_lanes(&steps)?;
    } else {
        steps.iter().try_for_each(|step| run(step))?;
    }
    println!("\n{} {} of {} steps, {}", green("passed"), steps.len(), STEPS.len(), seconds(started.elapsed()));
    if chosen.is_empty() && !all {
        println!("the others take minutes each: cargo xtask test --all");
    }
    Ok(())
}

fn list() {
    for step in STEPS {
        let mark = if step.long { dim(" (--all)") } else { String::new() };
        println!("{:<13} {}{mark}", step.name, step.what);
    }
}

/// The chosen steps in their order, with the build that they rest on. Without a choice, all but the long ones, or all.
fn select(chosen: &[String], all: bool) -> Result<Vec<&'static Step>> {
    ensure!(chosen.is_empty() || !all, "--all runs every step; leave it out to run only `{}`", chosen.join(" "));
    if let Some(unknown) = chosen.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        let names = STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        bail!("no step `{unknown}`; there are: {names}");
    }
    let is_chosen = |step: &Step| {
        if chosen.is_empty() { all || !step.long } else { chosen.iter().any(|name| name == step.name) }
    };
    let on_build = STEPS.iter().any(|step| step.needs == Needs::Build && is_chosen(step));
    Ok(STEPS.iter().filter(|step| is_chosen(step) || (step.name == BUILD && on_build)).collect())
}

/// Runs the steps in their order; from the build on, those that may run beside others do.
fn run_in_two_lanes(steps: &[&Step]) -> Result<()> {
    let (beside, own): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.beside);
    let mut lane = None;
    for step in own {
        if step.name == BUILD {
            lane = Some(Lane::start(&beside)?);
        }
        run(step)?;
        lane.as_mut().map_or(Ok(()), Lane::check)?;
    }
    lane.map_or(Ok(()), Lane::finish)
}

fn run(step: &Step) -> Result<()> {
    println!("\n{} {}", bold(step.name), dim(format!("· {}", step.what)));
    let started = Instant::now();
    if let Err(error) = (step.run)() {
        eprintln!("\n{} {} {}", red("✗"), bold(step.name), dim(seconds(started.elapsed())));
        let again = format!("step `{0}` failed; to run only this step: cargo xtask test {0}\n  cause", step.name);
        return Err(error.context(again));
    }
    println!("{} {} {}", green("✓"), bold(step.name), dim(seconds(started.elapsed())));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chosen: &str, all: bool) -> Vec<&'static str> {
        let chosen: Vec<_> = chosen.split_whitespace().map(str::to_owned).collect();
        select(&chosen, all).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn a_build_comes_before_whatever_rests_on_it() {
        assert_eq!(names("unit fmt", false), ["fmt", "unit"]);
        assert_eq!(names("e2e", false), ["build", "e2e"]);
        assert_eq!(names("soak", false), ["build", "soak"]);
    }

    #[test]
    fn long_steps_run_with_all_or_by_name() {
        assert_eq!(names("", true).len(), STEPS.len());
        let ordinary = names("", false);
        assert!(STEPS.iter().all(|step| ordinary.contains(&step.name) != step.long));
        assert!(select(&["fmt".to_owned()], true).is_err());
    }

    #[test]
    fn an_unknown_step_is_named() {
        assert!(select(&["e3e".to_owned()], false).is_err_and(|error| error.to_string().contains("e3e")));
    }
}
