//! The project's only scripts: `cargo xtask build | dev | example | test | bench | check | costs | selfhost | package | page`.
//!
//! One file per command. They share [`process`] (child processes and how they end), [`term`] (terminal output), [`tools`] (what must be
//! installed), [`wrangler`] (configurations derived from `wrangler.toml`) and [`harness`] (a Worker, a Gemini and an origin on loopback).
//! The benchmarks are a package of their own, in `benches/`, over this library; so is what reads a configuration, in `deploy/`.

#![allow(clippy::disallowed_methods, reason = "a tool on a developer's machine may read the clock")]

mod api;
mod benches;
mod book;
pub mod build;
mod circles;
mod console;
mod create;
pub mod demo;
mod dev;
mod devtest;
pub mod emulator;
mod example;
mod gzip;
pub mod harness;
mod node_test;
pub mod npmtest;
mod order;
pub mod package;
mod page;
mod page_file;
mod panics;
pub mod paths;
pub mod process;
mod programs;
mod reach;
mod reference;
mod replace;
pub mod size;
mod source;
pub mod term;
mod test;
pub mod tools;
mod unused;
pub mod wrangler;

use std::process::ExitCode;

use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;

const USAGE: &str = "\
cargo xtask <command>

  build [--test]              the Worker, as wrangler deploys it, in build/worker; --test: also the one the tests use
  dev [--release] [--port 8787] [--gemini-port 8099] [--origin-port 8098]
                              the Worker, a local Gemini and an origin on loopback, with events to look at; --release: the Worker as it is deployed
  example python|typescript [ports as for dev]
                              an application of examples/ behind the Worker, with a local Gemini before it
  test [--all] [step ...]     everything, or only the steps named; `test --list` names them; --all: and those that take minutes
  bench [--rounds 30] [--only CASE] [--quick]
                              everything beside the Workers that people would write themselves; a full run writes docs/performance.md
  bench --check | --write     do all contenders do the same? | writes down the last full run again
  bench inbox [--only PART] [--quick] [--cpu] [--stored 1000000]
                              what an inbox accepts, sustains and drains; a full run writes its section of docs/performance.md
  bench day [--events 10000] [--fail 30%]
                              a day of Gemini's deliveries and retries in half a minute, to an origin that fails
  bench cpu [--rounds 4]      processor time of an event, for docs/costs.md
  bench reading [--rounds 4]  processor time of a byte in chunks of one byte, before anybody is authenticated
  bench npm [--rounds 40]     the package's verifications in Node against standardwebhooks, svix and node:crypto
  bench crate [--rounds 100]  the crate's verifications against standardwebhooks, svix and hmac by hand
  api [--bless]               what changed in the public API of the core and the package; --bless: and keep it so
  circles                     no import circle between files, or the names that tie each
  check [--config wrangler.toml] [--env NAME] [--try FILE]
                              finds what is wrong with a configuration before it is deployed; --try: would a saved delivery pass?
  costs [--update]            docs/costs.md, from what tests count; --update: and count anew
  selfhost [--out build/selfhost] [--data DIR] [--listen 127.0.0.1:8787] [--run]
           [--config wrangler.toml] [--env NAME] [--worker DIR]
                              a folder that bare workerd serves, without a Cloudflare account; --run: and serve it
  package                     the npm packages, as tarballs in build/npm: `countersign`, and what `npm create countersign` runs
  page                        the page that explains a delivery, in build/www, for any static server
  book                        the documentation as a book, in build/book; installs mdbook if it is missing
  reference                   the npm package's reference, in build/reference";

/// Runs the command that the arguments name; the process exits with what it returns.
pub fn main() -> ExitCode {
    exit_with(run)
}

/// Runs a program's work. Child processes end with it, also on a signal, and an error is printed with its causes.
pub fn exit_with(work: fn() -> anyhow::Result<()>) -> ExitCode {
    match process::end_children_on_signals().and_then(|()| work()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} {error:#}", term::red("error:"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut args = lexopt::Parser::from_env();
    match args.next()? {
        Some(Value(command)) => match command.string()?.as_str() {
            name if asks_for_help(&mut args) => {
                println!("{}", usage_of(name)?);
                Ok(())
            }
            "build" => build::command(args),
            "dev" => dev::command(args),
            "test" => test::command(args),
            name @ ("bench" | "costs") => programs::become_program("countersign-benches", name, args),
            "example" => example::command(args),
            name @ ("check" | "selfhost") => programs::become_program("countersign-deploy", name, args),
            "api" => api::command(args),
            "circles" => circles::check(),
            "package" => package::command(args),
            "page" => page::command(args),
            "book" => book::build(),
            "reference" => reference::command(),
            other => anyhow::bail!("no command `{other}`\n\n{USAGE}"),
        },
        Some(Long("help") | Short('h')) => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(other.unexpected().into()),
        None => anyhow::bail!("which command?\n\n{USAGE}"),
    }
}

/// Whether `--help` or `-h` follows the command.
fn asks_for_help(args: &mut lexopt::Parser) -> bool {
    args.try_raw_args().is_some_and(|args| args.as_slice().iter().any(|arg| arg == "--help" || arg == "-h"))
}

/// The part of [`USAGE`] about one command.
fn usage_of(command: &str) -> anyhow::Result<String> {
    let mut is_of_command = false;
    let lines = USAGE.lines().skip(2).filter(|line| {
        // Lines that go on are indented further.
        if line.as_bytes().get(2) != Some(&b' ') {
            is_of_command = line.split_whitespace().next() == Some(command);
        }
        is_of_command
    });
    let lines: Vec<_> = lines.collect();
    anyhow::ensure!(!lines.is_empty(), "no command `{command}`\n\n{USAGE}");
    Ok(format!("cargo xtask <command>\n\n{}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_help_of_its_own() {
        let own = usage_of("selfhost").expect("a command");
        assert!(own.contains("--listen") && own.contains("--worker DIR") && own.contains("workerd serves"), "{own}");
        assert!(!own.contains("--try") && !own.contains("tarballs"), "{own}");
        assert_eq!(usage_of("bench").expect("a command").matches("\n  bench").count(), 8);
        assert!(usage_of("bnech").is_err());
    }

    #[test]
    fn help_is_asked_for_anywhere_after_the_command() {
        for (line, asks) in [("check --help", true), ("check --config x -h", true), ("check --config x", false)] {
            let mut args = lexopt::Parser::from_args(line.split(' '));
            assert!(matches!(args.next(), Ok(Some(Value(_)))));
            assert_eq!(asks_for_help(&mut args), asks, "{line}");
        }
    }
}
