//! The webhook resource, and what its deliveries look like.

use crate::common::{Receiver, SECRET, serve};
use serde_json::{Value, json};

fn error(answer: &(u16, Value)) -> (u16, &str, &str) {
    let error = &answer.1["error"];
    assert_eq!(error["code"], answer.0, "{answer:?}");
    (answer.0, error["status"].as_str().unwrap(), error["message"].as_str().unwrap())
}

#[tokio::test]
async fn a_job_is_told_of_by_a_signed_delivery() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve(&format!("--job-time 1ms --secret {SECRET}")).await;
    let webhook = gemini.webhook(&receiver.url).await;
    assert_eq!(webhook["new_signing_secret"], SECRET);
    assert_eq!(webhook["signing_secrets"], json!([{ "truncated_secret": "whsec_...LaSw" }]));

    let batch = gemini.batch(json!(null)).await;
    let received = receiver.next().await;
    let id = received.verify(SECRET).unwrap();
    assert!(id.starts_with("msg_") && id.len() == 40, "{id}");
    assert_eq!(received.header("content-type"), "application/json");
    let body = received.json();
    assert_eq!(
        (&body["type"], &body["version"], &body["data"]["id"]),
        (&json!("batch.succeeded"), &json!("v1"), &json!(batch))
    );
    assert!(!received.body.contains(&b' '), "compact");

    let delivered = gemini.deliveries("state=delivered", 1).await;
    assert_eq!((&delivered[0]["id"], &delivered[0]["webhook"]), (&json!(id), &webhook["id"]));
    assert_eq!(delivered[0]["attempts"][0]["status"], 200);
}

#[tokio::test]
async fn the_secret_is_shown_once_and_given_to_the_first_webhook_only() {
    let gemini = serve(&format!("--secret {SECRET}")).await;
    let first = gemini.webhook("http://127.0.0.1:1/").await;
    let second = gemini.webhook("http://127.0.0.1:1/").await;
    assert_eq!(first["new_signing_secret"], SECRET);
    assert_ne!(second["new_signing_secret"], SECRET);
    let path = format!("/v1/webhooks/{}", first["id"].as_str().unwrap());
    assert!(gemini.ok("GET", &path, json!(null)).await.get("new_signing_secret").is_none());
    assert!(!gemini.ok("GET", "/v1/webhooks", json!(null)).await.to_string().contains("MfKQ"));
}

#[tokio::test]
async fn a_webhook_is_read_changed_listed_and_deleted_under_both_versions() {
    let gemini = serve("").await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        let body = json!({ "name": name, "uri": "http://127.0.0.1:1/", "subscribed_events": ["video.generated"] });
        ids.push(gemini.ok("POST", "/v1beta/webhooks", body).await["id"].as_str().unwrap().to_owned());
    }
    let page = gemini.ok("GET", "/v1/webhooks?page_size=2", json!(null)).await;
    assert_eq!(page["webhooks"].as_array().unwrap().len(), 2);
    let token = page["next_page_token"].as_str().unwrap();
    let rest = gemini.ok("GET", &format!("/v1/webhooks?page_size=2&page_token={token}"), json!(null)).await;
    assert_eq!((&rest["webhooks"][0]["name"], rest.get("next_page_token")), (&json!("c"), None));

    let path = format!("/v1/webhooks/{}", ids[0]);
    let changed =
        gemini.ok("PATCH", &format!("{path}?update_mask=uri"), json!({ "name": "z", "state": "disabled" })).await;
    assert_eq!(
        (&changed["name"], &changed["state"], &changed["uri"]),
        (&json!("z"), &json!("disabled"), &json!("http://127.0.0.1:1/"))
    );
    assert_eq!(gemini.ok("GET", &path, json!(null)).await, changed);
    assert_eq!(gemini.ok("DELETE", &path, json!(null)).await, json!({}));
    assert_eq!(error(&gemini.get(&path).await).1, "NOT_FOUND");
    assert_eq!(error(&gemini.call("DELETE", &path, json!(null)).await).1, "NOT_FOUND");
}

#[tokio::test]
async fn what_the_live_service_refuses_is_refused() {
    let gemini = serve("").await;
    let create = async |body: Value| gemini.post("/v1/webhooks", body).await;
    let refused = create(json!({ "uri": "http://a/", "subscribed_events": ["batch.cancelled"] })).await;
    let (status, name, message) = error(&refused);
    assert_eq!((status, name), (400, "INVALID_ARGUMENT"));
    assert!(message.contains("batch.cancelled") && message.contains("interaction.requires_action"), "{message}");

    let camel = create(json!({ "uri": "http://a/", "subscribedEvents": ["batch.failed"] })).await;
    assert!(error(&camel).2.contains("Unknown name \"subscribedEvents\""), "{camel:?}");
    for body in [
        json!({ "subscribed_events": ["batch.failed"] }),
        json!({ "uri": "http://a/" }),
        json!({ "uri": "http://a/", "subscribed_events": [] }),
        json!({ "uri": "http://a/", "subscribed_events": "batch.failed" }),
        json!({ "uri": "ftp://a/", "subscribed_events": ["batch.failed"] }),
        json!({ "uri": 1, "subscribed_events": ["batch.failed"] }),
        json!([]),
    ] {
        assert_eq!(error(&create(body.clone()).await).1, "INVALID_ARGUMENT", "{body}");
    }
    let id = gemini.webhook("http://127.0.0.1:1/").await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/webhooks/{id}");
    for (path, method, body) in [
        (path.clone(), "PATCH", json!({ "state": "disabled_due_to_failed_deliveries" })),
        (path.clone(), "PATCH", json!({ "subscribed_events": ["batch.completed"] })),
        (
            format!("{path}:rotateSigningSecret"),
            "POST",
            json!({ "revocation_behavior": "REVOKE_PREVIOUS_SECRETS_IMMEDIATELY" }),
        ),
    ] {
        assert_eq!(error(&gemini.call(method, &path, body.clone()).await).1, "INVALID_ARGUMENT", "{body}");
    }
    assert_eq!(error(&gemini.post(&format!("{path}/rotate_secret"), json!({})).await).0, 404);
}

#[tokio::test]
async fn without_a_key_nothing_is_answered() {
    let gemini = serve("").await;
    let answer = reqless(&format!("{}/v1/webhooks", gemini.url)).await;
    assert_eq!(answer, 403);
    assert_eq!(reqless(&format!("{}/v1/webhooks?key=any", gemini.url)).await, 200);
    assert_eq!(reqless(&format!("{}/.well-known/jwks.json", gemini.url)).await, 200);
}

/// The status of a GET without any header of ours.
async fn reqless(url: &str) -> u16 {
    use http_body_util::Empty;
    use hyper_util::{client::legacy::Client, rt::TokioExecutor};
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<axum::body::Bytes>>();
    client.get(url.parse().unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_ping_answers_at_once_and_is_delivered_with_a_type_of_its_own() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve(&format!("--secret {SECRET}")).await;
    let id = gemini.webhook(&receiver.url).await["id"].as_str().unwrap().to_owned();
    for body in [json!(null), json!({})] {
        assert_eq!(gemini.ok("POST", &format!("/v1/webhooks/{id}:ping"), body).await, json!({}));
        let received = receiver.next().await;
        assert!(received.verify(SECRET).is_ok());
        assert_eq!(received.json()["type"], "webhook.ping");
    }
    let unreachable = gemini.webhook("http://127.0.0.1:1/").await["id"].as_str().unwrap().to_owned();
    assert_eq!(gemini.ok("POST", &format!("/v1/webhooks/{unreachable}:ping"), json!({})).await, json!({}));
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign_or_only_the_newest() {
    for (switch, both) in [("both", true), ("newest", false)] {
        let mut receiver = Receiver::start([]).await;
        let gemini = serve(&format!("--secret {SECRET} --rotation {switch}")).await;
        let id = gemini.webhook(&receiver.url).await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/webhooks/{id}");
        let rotated = gemini.ok("POST", &format!("{path}:rotateSigningSecret"), json!({})).await;
        let newest = rotated["secret"].as_str().unwrap();
        let secrets = gemini.ok("GET", &path, json!(null)).await["signing_secrets"].clone();
        assert_eq!(secrets.as_array().unwrap().len(), 2);
        assert!(secrets[0].get("expire_time").is_none() && secrets[1]["expire_time"].is_string(), "{secrets}");

        gemini.ok("POST", &format!("{path}:ping"), json!({})).await;
        let received = receiver.next().await;
        assert!(received.verify(newest).is_ok());
        assert_eq!(received.verify(SECRET).is_ok(), both);

        let body = json!({ "revocation_behavior": "revoke_previous_secrets_immediately" });
        let last = gemini.ok("POST", &format!("{path}:rotateSigningSecret"), body).await["secret"].clone();
        gemini.ok("POST", &format!("{path}:ping"), json!({})).await;
        let received = receiver.next().await;
        assert!(received.verify(last.as_str().unwrap()).is_ok());
        assert!(received.verify(newest).is_err() && received.verify(SECRET).is_err());
    }
}
