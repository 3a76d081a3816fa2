//! The program itself: what it prints, its exit status, and its end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-emulator"));
    command.env_remove("COUNTERSIGN_SEND_SECRET").env_remove("COUNTERSIGN_ORIGIN_SECRET");
    command.env_remove("COUNTERSIGN_EMULATOR_SECRET");
    command
}

fn run(line: &str) -> Output {
    program().args(line.split_whitespace()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_is_there_for_every_command() {
    for line in ["--help", "serve --help", "send --help", "origin --help"] {
        let output = run(line);
        assert!(output.status.success() && output.stdout.len() > 500, "{line}");
    }
    let list = run("send --list-scenarios");
    assert!(list.status.success() && String::from_utf8(list.stdout).unwrap().contains("shifted-boundary"));
}

#[test]
fn what_cannot_be_meant_is_said_and_has_status_2() {
    for (line, said) in [
        ("", "Usage"),
        ("sned", "send"),
        ("send", "--to"),
        ("send --to nope", "http://127.0.0.1:8787/gemini"),
        ("send --to http://127.0.0.1:1/", "whsec_"),
        ("send --to http://127.0.0.1:1/ --scheme gemni", "did you mean `gemini`?"),
        ("send --to http://127.0.0.1:1/ --scenario vaild", "--list-scenarios"),
        ("send --to http://127.0.0.1:1/ --secret whsec_% --body /nowhere", "base64"),
        ("send --to http://127.0.0.1:1/ --secret MDEy --body /nowhere", "/nowhere"),
        ("send --to http://127.0.0.1:1/ --secret MDEy --scheme discord", "cannot sign as discord"),
        ("send --to http://127.0.0.1:1/ --secret MDEy --scheme sendgrid", "cannot sign as sendgrid"),
        ("send --to http://127.0.0.1:1/ --secret MDEy --scheme adyen-standard", "cannot sign as adyen-standard"),
        ("send --to http://127.0.0.1:1/ --seed test --scheme google-pubsub", "cannot sign as google-pubsub"),
        ("serve --time-scale 0", "from 1"),
        ("serve --secret whpk_AAAA", "secret"),
        ("serve --jwks slow", "slow=DURATION"),
        ("serve --listen 192.0.2.1:1", "--listen 127.0.0.1:0"),
        ("origin --fail lots", "30%"),
        ("origin --reset --status 500", "cannot be used with"),
    ] {
        let output = run(line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(stderr(&output).contains(said), "{line}: {}", stderr(&output));
    }
}

#[test]
fn no_secret_is_in_an_error_and_no_colour_in_a_pipe() {
    let output = run("send --to http://127.0.0.1:1/ --secret whsec_SECRET+IS/NOT+SHOWN%");
    assert!(!stderr(&output).contains("SHOWN"));
    let output = run("send --to http://127.0.0.1:1/ --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_eq!(output.status.code(), Some(2));
    assert!(!output.stdout.contains(&0x1b) && !output.stdout.is_empty());
}

#[test]
fn a_receiver_that_is_not_there_is_status_2_also_for_many_deliveries() {
    let output = run("send --to http://127.0.0.1:1/ --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw --count 3");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stdout).unwrap().contains("3 × Connection refused"));
}

/// Such as `head`.
#[test]
fn a_reader_that_has_gone_makes_no_panic() {
    for (line, status) in [
        ("send --list-scenarios", 0),
        ("send --to http://127.0.0.1:1/ --scheme stripe --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 2),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program().args(line.split(' ')).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(status), ""), "{line}");
    }
}

#[test]
fn ctrl_c_ends_it_with_success() {
    for line in ["serve --listen 127.0.0.1:0", "origin --listen 127.0.0.1:0"] {
        let mut child = program().args(line.split(' ')).stdout(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut greeting).unwrap();
        assert!(greeting.contains("http://127.0.0.1:"), "{greeting}");
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert!(child.wait().unwrap().success(), "{line}");
    }
}
