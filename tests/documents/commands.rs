//! Commands in the documentation: bash can parse them, each program is one that a reader has or is told to install, and our own programs
//! know the command and every option.

use std::fs;
use std::process::Command;

use crate::page::root;

/// Programs of others that a reader can be expected to have, or that the page says how to get.
const OTHERS: [&str; 28] = [
    "base64",
    "caddy",
    "cd",
    "cp",
    "curl",
    "echo",
    "export",
    "git",
    "head",
    "jq",
    "mkdir",
    "npm",
    "openssl",
    "pip",
    "printf",
    "scp",
    "sed",
    "sha256sum",
    "sort",
    "ssh",
    "systemctl",
    "tar",
    "uniq",
    "uvicorn",
    "node",
    "cat",
    "rm",
    "ls",
];
/// What wrangler is asked for: its own tests are not ours, but a misspelt command would be.
const WRANGLER: [&str; 6] = ["deploy", "dev", "login", "rollback", "secret put", "tail"];

/// What is wrong with a block of commands, if anything is.
pub(crate) fn fault(code: &str) -> Option<String> {
    let parsed = Command::new("bash").args(["-n", "-c", code]).output().unwrap();
    if !parsed.status.success() {
        return Some(String::from_utf8_lossy(&parsed.stderr).into_owned());
    }
    code.lines().flat_map(commands).find_map(|command| unknown(&command))
}

/// The commands of a line: what is between pipes and the like, without comments and assignments.
fn commands(line: &str) -> Vec<String> {
    let (mut commands, mut quote) = (vec![String::new()], None);
    let mut before = ' ';
    for char in line.chars() {
        match (quote, char) {
            (None, '#') if before.is_whitespace() => break,
            (None, '|' | ';' | '&') => commands.push(String::new()),
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        if let Some(command) = commands.last_mut()
            && !matches!((quote, char), (None, '|' | ';' | '&'))
        {
            command.push(char);
        }
        before = char;
    }
    let stripped = commands.into_iter().map(|command| {
        let mut words = command.split_whitespace().peekable();
        while words.next_if(|word| word.contains('=') && !word.starts_with(['-', '"', '\''])).is_some() {}
        words.collect::<Vec<_>>().join(" ")
    });
    stripped.filter(|command| !command.is_empty()).collect()
}

/// Why a command is none that exists.
fn unknown(command: &str) -> Option<String> {
    let words: Vec<_> = command.split_whitespace().collect();
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap_or_default();
    match words.as_slice() {
        ["cargo", "xtask", name, rest @ ..] => {
            let usage = read("xtask/src/lib.rs");
            let known = usage.contains(&format!("\n  {name}")) || usage.contains(&format!("| {name}"));
            missing(known, command).or_else(|| {
                unknown_option(rest, &[usage, read("xtask/src/test.rs"), sources("benches/src").replace('"', "--")])
            })
        }
        ["cargo", "install" | "test" | "add" | "check" | "run", ..] => None,
        ["npx", "wrangler", rest @ ..] => {
            missing(WRANGLER.iter().any(|known| rest.join(" ").starts_with(known)), command)
        }
        ["npx", "countersign", name, rest @ ..] => {
            let usage = read("crates/npm/js/cli.js");
            missing(usage.contains(&format!("countersign {name}")), command)
                .or_else(|| unknown_option(rest, &[usage.replace('"', "--")]))
        }
        ["countersign-emulator", name, rest @ ..] => {
            let sources = sources("crates/emulator/src");
            missing(sources.contains(&format!("countersign-emulator {name}")), command)
                .or_else(|| unknown_option(rest, &[sources]))
        }
        [program, ..] => missing(OTHERS.contains(program), command),
        [] => None,
    }
}

fn missing(is_known: bool, command: &str) -> Option<String> {
    (!is_known).then(|| format!("`{command}` is no command that is known here"))
}

/// An option that the sources do not name.
fn unknown_option(words: &[&str], sources: &[String]) -> Option<String> {
    let mut options = words.iter().filter(|word| word.starts_with("--"));
    let option = options.find(|option| !sources.iter().any(|text| text.contains(**option)))?;
    Some(format!("there is no option `{option}`"))
}

/// All Rust of a folder.
fn sources(folder: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { text += &fs::read_to_string(path).unwrap_or_default() }
        }
    }
    text
}
