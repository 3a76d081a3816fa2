//! Webhooks of one request, signed with the service's keys, and the key set.

use crate::common::{Receiver, serve};
use countersign::Error;
use serde_json::{Value, json};

async fn set(gemini: &crate::common::Remote) -> Value {
    gemini.ok("GET", "/.well-known/jwks.json", json!(null)).await
}

#[tokio::test]
async fn a_job_with_webhooks_of_its_own_is_told_to_them_alone_and_signed_v1a() {
    let (mut own, registered) = (Receiver::start([]).await, Receiver::start([]).await);
    let gemini = serve("--job-time 1ms").await;
    gemini.webhook(&registered.url).await;
    gemini.batch(json!({ "uris": [own.url], "user_metadata": { "a": [1, { "b": "c d" }] } })).await;
    let received = own.next().await;
    assert!(received.header("webhook-signature").starts_with("v1a,"));
    assert!(received.verify_by_set(&gemini.keys().await).is_ok());
    let text = String::from_utf8(received.body.to_vec()).unwrap();
    assert!(text.ends_with(r#","user_metadata":{"a":[1,{"b":"c d"}]}}}"#), "{text}");
    assert_eq!(gemini.deliveries("", 1).await.len(), 1);
    assert!(registered.is_empty());
}

#[tokio::test]
async fn the_key_set_is_as_seen_unless_told_otherwise() {
    let gemini = serve("").await;
    let keys = set(&gemini).await["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 3);
    for key in &keys {
        assert_eq!((&key["kty"], &key["crv"], key.get("kid")), (&json!("OKP"), &json!("Ed25519"), None));
    }
    let named = serve("--jwks kid --jwks max-age=60").await;
    assert!(set(&named).await["keys"][0]["kid"].is_string());
    let failing = serve("--jwks fail=500").await;
    assert_eq!(failing.get("/.well-known/jwks.json").await.0, 500);
    failing.ok("PUT", "/_emulator/jwks", json!({})).await;
    assert_eq!(failing.get("/.well-known/jwks.json").await.0, 200);
    gemini.ok("PUT", "/_emulator/jwks", json!({ "status": 404, "delay_ms": 1 })).await;
    assert_eq!(gemini.get("/.well-known/jwks.json").await.0, 404);
    assert_eq!(gemini.call("PUT", "/_emulator/jwks", json!({ "kids": true })).await.0, 400);
}

#[tokio::test]
async fn after_a_rotation_a_key_signs_that_an_older_set_does_not_have() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms --seed test").await;
    let before = gemini.keys().await;
    gemini.ok("POST", "/_emulator/jwks/rotate", json!(null)).await;
    gemini.batch(json!({ "uris": [receiver.url] })).await;
    let received = receiver.next().await;
    assert_eq!(received.verify_by_set(&before), Err(Error::NoMatchingSignature));
    assert!(received.verify_by_set(&gemini.keys().await).is_ok());
    assert_eq!(gemini.keys().await.len(), 3);
}

#[tokio::test]
async fn keys_can_be_told_to_rotate_by_themselves() {
    let gemini = serve("--jwks rotate=1ms").await;
    let first = set(&gemini).await;
    while set(&gemini).await == first {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_seed_makes_the_same_keys_again() {
    let (one, same, other) = (serve("--seed a").await, serve("--seed a").await, serve("--seed b").await);
    assert_eq!(set(&one).await, set(&same).await);
    assert_ne!(set(&one).await, set(&other).await);
}

#[tokio::test]
async fn the_documented_token_can_be_had() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms --dynamic jwt").await;
    let id = gemini.batch(json!({ "uris": [receiver.url] })).await;
    let received = receiver.next().await;
    assert_eq!(received.header("webhook-signature").split('.').count(), 3);
    let keys = gemini.keys().await;
    let claims = received.verify_token(&keys, &receiver.url).unwrap();
    assert_eq!((&claims["jti"], &claims["data"]["id"]), (&json!(received.header("webhook-id")), &json!(id)));
    assert_eq!(received.verify_token(&keys, "other"), Err(Error::JwtAudience));
    assert!(received.verify_by_set(&keys).is_err());
}

#[tokio::test]
async fn metadata_stands_where_it_is_told_to_and_in_either_spelling() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms --metadata top").await;
    gemini.batch(json!({ "uris": [receiver.url], "userMetadata": { "k": 1 } })).await;
    let body = receiver.next().await.json();
    assert_eq!((&body["user_metadata"], body["data"].get("user_metadata")), (&json!({ "k": 1 }), None));

    let strict = serve("--strict-metadata").await;
    let batch =
        json!({ "inputConfig": { "fileName": "f" }, "webhookConfig": { "uris": ["http://a/"], "userMetadata": {} } });
    let (status, answer) = strict.post("/v1/models/m:batchGenerateContent", json!({ "batch": batch })).await;
    let message = answer["error"]["message"].as_str().unwrap();
    assert_eq!(status, 400);
    assert!(message.contains("Unknown name \"userMetadata\" at 'batch.webhook_config'"), "{message}");
}
