//! Attempts: when there is another, what it says, and when there is none any more.

use crate::common::{Receiver, SECRET, serve};
use serde_json::json;

/// Ten seconds, the first wait, pass in 1.25: long enough for another timestamp.
const SLOW: &str = "--job-time 1ms --time-scale 8";
/// A day passes in a tenth of a second.
const FAST: &str = "--job-time 1ms --time-scale 1000000";

#[tokio::test]
async fn a_retry_has_the_same_id_and_body_and_is_signed_anew() {
    let mut receiver = Receiver::start([500]).await;
    let gemini = serve(&format!("{SLOW} --secret {SECRET}")).await;
    gemini.webhook(&receiver.url).await;
    gemini.batch(json!(null)).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.verify(SECRET).unwrap(), second.verify(SECRET).unwrap());
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    assert_ne!(first.header("webhook-signature"), second.header("webhook-signature"));
    let delivery = &gemini.deliveries("state=delivered", 1).await[0];
    assert_eq!((&delivery["attempts"][0]["status"], &delivery["attempts"][1]["status"]), (&json!(500), &json!(200)));
}

#[tokio::test]
async fn a_sender_can_be_had_that_keeps_its_timestamp() {
    let mut receiver = Receiver::start([500]).await;
    let gemini = serve(&format!("{SLOW} --keep-timestamp")).await;
    gemini.webhook(&receiver.url).await;
    gemini.batch(json!(null)).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.headers, second.headers);
}

#[tokio::test]
async fn after_a_day_a_delivery_is_given_up() {
    let receiver = Receiver::start([500; 100]).await;
    let gemini = serve(&format!("{FAST} --disable-after 0")).await;
    gemini.webhook(&receiver.url).await;
    gemini.batch(json!(null)).await;
    let attempts = gemini.deliveries("state=given_up", 1).await[0]["attempts"].as_array().unwrap().len();
    assert!((15..=17).contains(&attempts), "{attempts} attempts");
}

#[tokio::test]
async fn only_2xx_is_success_and_no_redirect_is_followed() {
    let mut receiver = Receiver::start([302, 404, 410, 429, 503, 204]).await;
    let gemini = serve(FAST).await;
    gemini.webhook(&receiver.url).await;
    gemini.batch(json!(null)).await;
    let delivery = &gemini.deliveries("state=delivered", 1).await[0];
    let statuses: Vec<_> = delivery["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [302, 404, 410, 429, 503, 204]);
    for _ in statuses {
        receiver.next().await;
    }
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_or_is_not_there_is_tried_again() {
    let receiver = Receiver::start([0]).await;
    let gemini = serve(&format!("{FAST} --timeout 50ms --disable-after 0")).await;
    gemini.webhook(&receiver.url).await;
    gemini.webhook("http://127.0.0.1:1/").await;
    gemini.batch(json!(null)).await;
    let late = &gemini.deliveries("state=delivered", 1).await[0];
    assert_eq!(
        (&late["attempts"][0]["status"], &late["attempts"][0]["error"]),
        (&json!(null), &json!("no answer in time"))
    );
    let absent = &gemini.deliveries("state=given_up", 1).await[0];
    assert!(absent["attempts"][0]["error"].as_str().unwrap().contains("refused"), "{absent}");
}

#[tokio::test]
async fn repeated_failure_disables_a_webhook_until_it_is_enabled_again() {
    let receiver = Receiver::start([500, 500]).await;
    let gemini = serve(&format!("{FAST} --disable-after 2")).await;
    let id = gemini.webhook(&receiver.url).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/webhooks/{id}");
    gemini.batch(json!(null)).await;
    let dropped = &gemini.deliveries("state=dropped", 1).await[0];
    assert_eq!(dropped["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(gemini.ok("GET", &path, json!(null)).await["state"], "disabled_due_to_failed_deliveries");

    let enabled = gemini.ok("PATCH", &path, json!({ "state": "enabled" })).await;
    assert_eq!(enabled["state"], "enabled");
    gemini.batch(json!(null)).await;
    gemini.deliveries("state=delivered", 1).await;
}

#[tokio::test]
async fn a_webhook_that_is_disabled_or_not_subscribed_gets_nothing() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms").await;
    let disabled = gemini.webhook("http://127.0.0.1:1/").await["id"].as_str().unwrap().to_owned();
    gemini.ok("PATCH", &format!("/v1/webhooks/{disabled}"), json!({ "state": "disabled" })).await;
    let other = json!({ "uri": "http://127.0.0.1:1/", "subscribed_events": ["video.generated"] });
    gemini.ok("POST", "/v1/webhooks", other).await;
    gemini.webhook(&receiver.url).await;
    gemini.batch(json!(null)).await;
    receiver.next().await;
    assert_eq!(gemini.deliveries("", 1).await.len(), 1);
}
