//! `send` against a receiver that is the core, and against some that are not.

use crate::common::{SECRET, core_receiver, listen, send_to, serve};
use axum::Router;
use axum::http::StatusCode;
use countersign::scheme::{Covers, KeySource, Time};
use countersign::{Ed25519SigningKey, SecretKey, scheme};
use countersign_emulator::send::{Outcome, SCENARIOS};
use tokio::sync::mpsc::UnboundedReceiver;

const PRIVATE: &str = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
/// A secret whose text is the key.
const TEXT: &str = "a6f1c0b3d9e84725b16f7a03c2d8e94f5a70b1c6d3e2f487";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

/// Plays every scenario alone, and holds the reasons of refusals to those it names.
async fn play_all(url: &str, switches: &str, codes: &mut UnboundedReceiver<&'static str>) {
    for scenario in SCENARIOS {
        let outcome = send_to(url, &format!("{switches} --scenario {}", scenario.name)).await.unwrap();
        assert_eq!(outcome, Outcome::AsExpected, "{}", scenario.name);
        while let Ok(code) = codes.try_recv() {
            assert!(scenario.codes.contains(&code), "{}: {code}", scenario.name);
        }
    }
}

#[tokio::test]
async fn every_scenario_is_judged_right_by_the_core_with_a_secret() {
    for name in ["standard-webhooks", "svix", "gemini"] {
        let secrets = vec![SecretKey::parse(SECRET).unwrap()];
        let (url, mut codes) = core_receiver(scheme::find(name).unwrap(), secrets, None).await;
        play_all(&url, &format!("--scheme {name} --secret {SECRET}"), &mut codes).await;
    }
}

#[tokio::test]
async fn every_scenario_is_judged_right_by_the_core_with_a_public_key() {
    assert_eq!(Ed25519SigningKey::parse(PRIVATE).unwrap().public_key().as_bytes()[..2], [0xd5, 0x28]);
    let secrets = vec![SecretKey::parse(PUBLIC).unwrap()];
    let (url, mut codes) = core_receiver(scheme::find("standard-webhooks").unwrap(), secrets, None).await;
    play_all(&url, &format!("--secret {PRIVATE}"), &mut codes).await;
}

#[tokio::test]
async fn every_scenario_is_judged_right_by_the_core_with_the_set_of_serve() {
    let keys = serve("--seed test").await.keys().await;
    let (url, mut codes) = core_receiver(scheme::find("gemini-dynamic").unwrap(), Vec::new(), Some(keys)).await;
    play_all(&url, "--scheme gemini-dynamic --seed test", &mut codes).await;
}

/// Senders that sign the URL are told apart from the rest by the core's own tests: this receiver does not know its URL.
#[tokio::test]
async fn scenarios_of_described_senders_are_judged_right_by_the_core() {
    let described = scheme::ALL.iter().copied().filter(|scheme| {
        let has_secret = scheme.keys == KeySource::Secrets && scheme.secrets.parse_hmac(TEXT).is_ok();
        // `send` signs no body from within, as Adyen's standard webhooks are.
        let in_the_body = scheme.default_forms.iter().any(|form| form.covers() == Covers::Fields);
        scheme.template().is_some() && !scheme.signs_target() && has_secret && !in_the_body
    });
    let mut count = 0;
    for scheme in described {
        let secrets = scheme.secrets.parse(TEXT).unwrap();
        let (url, mut codes) = core_receiver(scheme, secrets, None).await;
        let switches = format!("--scheme {} --secret {TEXT} --scenario all", scheme.name);
        let outcome = send_to(&url, &switches).await.unwrap_or_else(|error| panic!("{}: {error}", scheme.name));
        assert_eq!(outcome, Outcome::AsExpected, "{}", scheme.name);
        let mut refusals = Vec::new();
        while let Ok(code) = codes.try_recv() {
            refusals.push(code);
        }
        let dated = ["no_matching_signature", "no_matching_signature", "timestamp_too_old", "timestamp_too_new"];
        let covers_body = scheme.default_forms.iter().any(|form| form.covers() == Covers::Body);
        let expected = match (covers_body, scheme.template().unwrap().time) {
            (false, _) => &dated[..1],
            (true, Time::None) => &dated[..2],
            (true, _) => &dated[..],
        };
        assert_eq!(refusals, expected, "{}", scheme.name);
        count += 1;
    }
    assert!(count > 20, "{count} senders");
}

#[tokio::test]
async fn a_sender_that_signs_no_time_has_no_stale_delivery() {
    let error = send_to("http://127.0.0.1:1/", &format!("--scheme github --secret {TEXT} --scenario stale")).await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("github has no scenario stale; it has valid, duplicate, replay, tampered, wrong-key")
    );
    let error = send_to("http://127.0.0.1:1/", &format!("--scheme stripe --secret {TEXT} --scenario token")).await;
    assert!(error.unwrap_err().to_string().contains("it has valid, duplicate"));
}

#[tokio::test]
async fn a_receiver_that_judges_nothing_is_found_out() {
    let lax = listen(Router::new().fallback(|| async { StatusCode::OK })).await;
    let strict = listen(Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await;
    let absent = listen(Router::new()).await;
    for scenario in SCENARIOS {
        let play = |url: &str| {
            let (url, switches) = (url.to_owned(), format!("--secret {SECRET} --scenario {}", scenario.name));
            async move { send_to(&url, &switches).await.unwrap() }
        };
        let right = scenario.codes.is_empty();
        assert_eq!(play(&lax).await == Outcome::AsExpected, right, "{}", scenario.name);
        assert_eq!(play(&strict).await == Outcome::AsExpected, !right, "{}", scenario.name);
        assert_eq!(play(&absent).await, Outcome::Unexpected, "{}", scenario.name);
    }
}

#[tokio::test]
async fn no_answer_is_worse_than_a_wrong_one() {
    assert_eq!(send_to("http://127.0.0.1:1/", &format!("--secret {SECRET}")).await.unwrap(), Outcome::Unanswered);
}

#[tokio::test]
async fn a_key_has_to_fit_the_scheme() {
    let fails = async |switches: &str| send_to("http://127.0.0.1:1/", switches).await.unwrap_err().to_string();
    assert!(fails("--scheme gemini").await.contains("whsec_"));
    assert!(fails(&format!("--scheme gemini --secret {PRIVATE}")).await.contains("signs v1a"));
    assert!(fails(&format!("--scheme gemini-dynamic --secret {SECRET}")).await.contains("--seed"));
    assert!(fails(&format!("--secret {PUBLIC}")).await.contains("secret"));
}

#[tokio::test]
async fn load_counts_what_is_answered() {
    let secrets = vec![SecretKey::parse(SECRET).unwrap()];
    let (url, _codes) = core_receiver(scheme::find("standard-webhooks").unwrap(), secrets, None).await;
    let load = format!("--secret {SECRET} --count 50 --concurrency 8");
    assert_eq!(send_to(&url, &load).await.unwrap(), Outcome::AsExpected);
    let strict = listen(Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await;
    assert_eq!(send_to(&strict, &load).await.unwrap(), Outcome::Unexpected);
}
