//! `origin`: what it says of what arrives, and how it misbehaves.

use crate::common::{Remote, SECRET, origin, send_to};
use countersign_emulator::send::Outcome;
use serde_json::{Value, json};

async fn arrivals(origin: &Remote, query: &str, count: usize) -> Value {
    let found = origin.ok("GET", &format!("/_origin/arrivals?{query}&count={count}&wait=30s"), json!(null)).await;
    assert_eq!(found["complete"], true, "{found}");
    found
}

#[tokio::test]
async fn every_scenario_is_judged_right_by_it() {
    let origin = origin(&format!("--secret {SECRET}")).await;
    let url = format!("{}/hooks", origin.url);
    assert_eq!(send_to(&url, &format!("--secret {SECRET} --scenario all")).await.unwrap(), Outcome::AsExpected);
}

#[tokio::test]
async fn it_tells_what_arrived() {
    let origin = origin(&format!("--secret {SECRET}")).await;
    let url = format!("{}/a?b=c", origin.url);
    send_to(&url, &format!("--secret {SECRET} --scenario duplicate")).await.unwrap();
    send_to(&url, &format!("--secret {SECRET} --scenario tampered")).await.unwrap();
    send_to(&url, &format!("--secret {SECRET} --scenario binary-body")).await.unwrap();
    let all = arrivals(&origin, "path=/a%3Fb%3Dc", 4).await;
    assert_eq!((&all["accepted"], &all["duplicates"]), (&json!(2), &json!(1)));
    let [first, again, tampered, binary] = all["arrivals"].as_array().unwrap().as_slice() else { panic!("{all}") };
    assert_eq!(
        (&first["verified"], &first["duplicate"], &first["answered"]),
        (&json!(true), &json!(false), &json!(200))
    );
    assert_eq!((&again["id"], &again["duplicate"]), (&first["id"], &json!(true)));
    assert_eq!((&tampered["code"], &tampered["answered"]), (&json!("no_matching_signature"), &json!(401)));
    assert_eq!((&binary["body"], &binary["body_base64"]), (&json!(null), &json!("/wD+Cg==")));
    origin.ok("DELETE", "/_origin/arrivals", json!(null)).await;
    assert_eq!(arrivals(&origin, "", 0).await["count"], 0);
}

#[tokio::test]
async fn without_a_secret_it_takes_everything_and_says_so() {
    let origin = origin("").await;
    let outcome = send_to(&origin.url, &format!("--secret {SECRET} --scenario tampered")).await.unwrap();
    assert_eq!(outcome, Outcome::Unexpected);
    assert_eq!(arrivals(&origin, "", 1).await["arrivals"][0]["verified"], json!(null));
}

#[tokio::test]
async fn it_fails_as_often_as_it_is_told_to() {
    let origin = origin("--fail 2 --status 500").await;
    let play = async || send_to(&origin.url, &format!("--secret {SECRET}")).await.unwrap();
    assert_eq!(
        [play().await, play().await, play().await],
        [Outcome::Unexpected, Outcome::Unexpected, Outcome::AsExpected]
    );
    assert_eq!(arrivals(&origin, "answered=500", 2).await["count"], 2);

    origin.ok("PUT", "/_origin/fault", json!({ "fail": "100%", "status": 503, "retry_after": 7 })).await;
    assert_eq!(play().await, Outcome::Unexpected);
    assert_eq!(origin.ok("GET", "/_origin/fault", json!(null)).await["retry_after"], 7);
    origin.ok("PUT", "/_origin/fault", json!({})).await;
    assert_eq!(play().await, Outcome::AsExpected);
    assert_eq!(origin.call("PUT", "/_origin/fault", json!({ "fail": "some" })).await.0, 400);
}

#[tokio::test]
async fn it_breaks_connections_and_stalls() {
    let breaking = origin("--reset").await;
    let switches = format!("--secret {SECRET} --timeout 50ms");
    assert_eq!(send_to(&breaking.url, &switches).await.unwrap(), Outcome::Unanswered);
    assert_eq!(arrivals(&breaking, "", 1).await["arrivals"][0]["answered"], json!(null));
    let stalling = origin("--stall 1h").await;
    assert_eq!(send_to(&stalling.url, &switches).await.unwrap(), Outcome::Unanswered);
}
