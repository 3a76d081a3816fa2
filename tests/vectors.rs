//! Runs every case of every vector file natively, by name. `tests/e2e/vectors.test.mjs` runs the same through the built Wasm.

#![allow(clippy::expect_used, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use countersign::crypto::Portable;
use countersign::scheme;
use countersign_vectors::{Case, FILES, File, Outcome};

fn cases(file: &str) -> Vec<Case> {
    let (_, text) = FILES.iter().find(|(name, _)| *name == file).expect("a known file");
    File::parse(text).expect("a vector file").cases
}

/// Runs all cases that have a scheme, and returns the names of the others.
fn run(file: &str, strict: bool) -> Vec<String> {
    let (mut failures, mut unsupported, mut passed) = (Vec::new(), Vec::new(), 0);
    for case in cases(file) {
        let Some(scheme) = case.scheme() else {
            unsupported.push(case.title());
            continue;
        };
        match case.judge(&case.run(scheme, &Portable, strict), strict) {
            Ok(()) => passed += 1,
            Err(failure) => failures.push(failure),
        }
    }
    println!("{file}: {passed} passed");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    unsupported
}

#[test]
fn standard_webhooks() {
    assert!(run("standard-webhooks", false).is_empty());
}

#[test]
fn standard_webhooks_in_strict_mode() {
    let strict: Vec<_> = cases("standard-webhooks").into_iter().filter(Case::has_strict).collect();
    assert!(!strict.is_empty());
    for case in strict {
        let scheme = case.scheme().expect("a scheme");
        case.judge(&case.run(scheme, &Portable, true), true).expect("the strict outcome");
    }
}

#[test]
fn jwks_and_jwt() {
    assert!(run("jwks-jwt", false).is_empty());
}

/// Cases that no scheme covers yet are printed by name. A case that is covered must not return to that list.
#[test]
fn providers() {
    let unsupported = run("providers", false);
    println!("not yet supported: {}", unsupported.join(", "));
    for covered in [
        "gitlab/signing-token",
        "openai/fixed-vector",
        "replicate/fixed-vector",
        "supabase/auth-hook",
        "svix/fixed-vector",
        "svix/fixed-vector-ed25519",
    ] {
        assert!(!unsupported.iter().any(|title| title == covered), "{covered} is covered no more");
    }
}

/// Senders that a configuration describes, for each hash.
#[test]
fn described() {
    assert!(run("hmac", false).is_empty(), "a description has a fault");
}

/// Each sender's own file.
#[test]
fn senders() {
    for (file, _) in FILES.iter().filter(|(file, _)| scheme::find(file).is_some()) {
        assert!(run(file, false).is_empty(), "{file}");
    }
}

/// The verifier for shared secrets alone has the same outcomes.
#[test]
fn v1_alone_takes_the_cases_of_shared_secrets() {
    let mut count = 0;
    for case in FILES.iter().filter(|(file, _)| *file != "jwks-jwt").flat_map(|(file, _)| cases(file)) {
        let Some(scheme) = case.scheme() else { continue };
        if let Some(outcome) = case.run_v1(scheme, &Portable) {
            assert_eq!(outcome, case.run(scheme, &Portable, false), "{}", case.title());
            case.judge(&outcome, false).expect("the outcome");
            count += 1;
        }
    }
    assert!(count > 100, "{count} cases");
}

/// The verifier that takes no tokens has the same outcomes, and takes no token.
#[test]
fn signatures_alone_take_the_cases_without_tokens() {
    let (mut count, mut tokens) = (0, 0);
    for case in FILES.iter().flat_map(|(file, _)| cases(file)) {
        let Some(scheme) = case.scheme() else { continue };
        match case.run_signatures(scheme, &Portable) {
            Some(outcome) => {
                assert_eq!(outcome, case.run(scheme, &Portable, false), "{}", case.title());
                count += 1;
            }
            None => tokens += 1,
        }
    }
    assert!(count > 400 && tokens > 10, "{count} cases, and {tokens} with tokens");
}

/// `gemini` is Standard Webhooks held to `v1`.
#[test]
fn gemini_takes_the_v1_cases_and_no_v1a() {
    let gemini = scheme::find("gemini").expect("a scheme");
    for case in cases("standard-webhooks") {
        let standard = case.scheme().is_some_and(|scheme| scheme.name == "standard-webhooks");
        if standard && !case.name.starts_with("v1a/") {
            case.judge(&case.run(gemini, &Portable, false), false).expect("the same outcome");
        } else if standard {
            let outcome = case.run(gemini, &Portable, false);
            assert!(outcome != Outcome::Accept || case.name == "v1a/mixed-both-good-hmac-secret", "{}", case.name);
        }
    }
}

/// Adding a scheme without vectors fails here. `gemini` has none of its own: it is held to those of Standard Webhooks, above.
#[test]
fn every_scheme_has_cases() {
    let covered: Vec<_> = FILES.iter().flat_map(|(file, _)| cases(file)).filter_map(|case| case.scheme()).collect();
    for scheme in scheme::ALL.iter().copied().filter(|scheme| scheme.name != "gemini") {
        assert!(covered.iter().any(|known| known.name == scheme.name), "no vectors for {}", scheme.name);
    }
}
