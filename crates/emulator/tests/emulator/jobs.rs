//! Batches, interactions and videos: created, polled, cancelled, told of.

use crate::common::{Receiver, serve};
use serde_json::{Value, json};

const INTERACTIONS: &str = "/v1/interactions";

fn interaction(extra: Value) -> Value {
    let mut body = json!({ "model": "gemini-2.5-flash", "input": "hello", "background": true });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_batch_runs_succeeds_and_is_deleted() {
    let gemini = serve("--job-time 1h").await;
    let requests = json!({ "requests": { "requests": [{ "request": {} }, { "request": {} }] } });
    let body = json!({ "batch": { "displayName": "two", "inputConfig": requests } });
    let created = gemini.ok("POST", "/v1/models/gemini-2.5-flash:batchGenerateContent", body).await;
    let name = created["name"].as_str().unwrap();
    assert_eq!(
        (&created["metadata"]["state"], &created["metadata"]["displayName"]),
        (&json!("BATCH_STATE_RUNNING"), &json!("two"))
    );
    assert_eq!(gemini.call("DELETE", &format!("/v1/{name}"), json!(null)).await.0, 400);

    let id = name.strip_prefix("batches/").unwrap();
    gemini.ok("POST", &format!("/_emulator/jobs/{id}/end"), json!({ "outcome": "succeeded" })).await;
    let done = gemini.ok("GET", &format!("/v1beta/{name}"), json!(null)).await;
    assert_eq!((&done["done"], &done["metadata"]["state"]), (&json!(true), &json!("BATCH_STATE_SUCCEEDED")));
    assert_eq!(done["response"]["inlinedResponses"]["inlinedResponses"].as_array().unwrap().len(), 2);
    assert_eq!(gemini.post(&format!("/_emulator/jobs/{id}/end"), json!({ "outcome": "failed" })).await.0, 400);

    gemini.batch(json!(null)).await;
    let listed = gemini.ok("GET", "/v1/batches?pageSize=1", json!(null)).await;
    assert_ne!(listed["operations"][0]["name"], name);
    let token = listed["nextPageToken"].as_str().unwrap();
    let rest = gemini.ok("GET", &format!("/v1/batches?pageSize=1&pageToken={token}"), json!(null)).await;
    assert_eq!((&rest["operations"][0]["name"], rest.get("nextPageToken")), (&json!(name), None));
    gemini.ok("DELETE", &format!("/v1/{name}"), json!(null)).await;
    assert_eq!(gemini.get(&format!("/v1/{name}")).await.0, 404);
}

#[tokio::test]
async fn every_end_of_a_batch_has_its_event() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1h").await;
    for outcome in ["failed", "expired", "cancelled", "succeeded"] {
        let id = gemini.batch(json!({ "uris": [receiver.url] })).await;
        if outcome == "cancelled" {
            gemini.ok("POST", &format!("/v1/batches/{id}:cancel"), json!({})).await;
        } else {
            gemini.ok("POST", &format!("/_emulator/jobs/{id}/end"), json!({ "outcome": outcome })).await;
        }
        let body = receiver.next().await.json();
        assert_eq!((&body["type"], &body["data"]["id"]), (&json!(format!("batch.{outcome}")), &json!(id)));
        assert_eq!(body["data"].get("error_code").is_some(), outcome == "failed");
        assert_eq!(body["data"].get("output_file_uri").is_some(), outcome == "succeeded");
    }
}

#[tokio::test]
async fn an_interaction_runs_in_the_background_and_echoes_its_webhook() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1h").await;
    let config = json!({ "uris": [receiver.url], "user_metadata": { "order": 7 } });
    let created = gemini.ok("POST", INTERACTIONS, interaction(json!({ "webhook_config": config }))).await;
    assert_eq!((&created["status"], &created["webhook_config"]), (&json!("in_progress"), &config));
    let id = created["id"].as_str().unwrap();
    gemini.ok("POST", &format!("/_emulator/jobs/{id}/end"), json!({ "outcome": "requires_action" })).await;
    let body = receiver.next().await.json();
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("interaction.requires_action"), &json!(id)));
    assert_eq!(gemini.ok("GET", &format!("/v1/interactions/{id}"), json!(null)).await["status"], "requires_action");

    let other = gemini.ok("POST", INTERACTIONS, interaction(json!({ "webhook_config": config }))).await;
    let path = format!("/v1/interactions/{}", other["id"].as_str().unwrap());
    assert_eq!(gemini.ok("POST", &format!("{path}/cancel"), json!(null)).await["status"], "cancelled");
    assert_eq!(receiver.next().await.json()["type"], "interaction.cancelled");
    gemini.ok("DELETE", &path, json!(null)).await;
    assert_eq!(gemini.get(&path).await.0, 404);
}

#[tokio::test]
async fn an_interaction_is_held_to_what_the_live_service_takes() {
    let gemini = serve("").await;
    let config = json!({ "uris": ["http://a/"] });
    let message = async |body: Value| {
        let (status, answer) = gemini.post(INTERACTIONS, body).await;
        assert_eq!(status, 400, "{answer}");
        answer["error"]["message"].as_str().unwrap().to_owned()
    };
    let foreground = interaction(json!({ "background": false, "webhook_config": config }));
    assert!(message(foreground).await.contains("background=true"));
    assert!(message(interaction(json!({ "webhookConfig": config }))).await.contains("Unknown name \"webhookConfig\""));
    assert!(message(interaction(json!({ "webhook_config": { "uris": [] } }))).await.contains("uris"));
    assert!(message(interaction(json!({ "webhook_config": { "uris": ["x"] } }))).await.contains("URI"));
    let at_once = gemini.ok("POST", INTERACTIONS, interaction(json!({ "background": false }))).await;
    assert_eq!((&at_once["status"], &at_once["steps"][0]["type"]), (&json!("completed"), &json!("model_output")));
}

#[tokio::test]
async fn a_video_is_told_of_by_its_operation_or_as_an_interaction() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms").await;
    let body =
        json!({ "instances": [{ "prompt": "p" }], "parameters": {}, "webhookConfig": { "uris": [receiver.url] } });
    let name = gemini.ok("POST", "/v1beta/models/veo-3:predictLongRunning", body).await["name"].clone();
    let event = receiver.next().await.json();
    assert_eq!((&event["type"], &event["data"]["id"]), (&json!("video.generated"), &name));
    assert!(event["data"]["file_name"].is_string() && event["data"]["output_file_uri"].is_string());
    let operation = gemini.ok("GET", &format!("/v1beta/{}", name.as_str().unwrap()), json!(null)).await;
    assert!(operation["response"]["generateVideoResponse"]["generatedSamples"][0]["video"]["uri"].is_string());

    for (switch, kind) in [("interaction", "interaction.completed"), ("video", "video.generated")] {
        let gemini = serve(&format!("--job-time 1ms --video-event {switch}")).await;
        let extra = json!({ "response_format": { "type": "video" }, "webhook_config": { "uris": [receiver.url] } });
        gemini.ok("POST", INTERACTIONS, interaction(extra)).await;
        assert_eq!(receiver.next().await.json()["type"], kind);
    }
}

#[tokio::test]
async fn jobs_end_as_told_from_then_on() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1ms --outcome failed").await;
    gemini.batch(json!({ "uris": [receiver.url] })).await;
    assert_eq!(receiver.next().await.json()["type"], "batch.failed");
    gemini.ok("PUT", "/_emulator/outcome", json!({ "outcome": "expired" })).await;
    gemini.batch(json!({ "uris": [receiver.url] })).await;
    assert_eq!(receiver.next().await.json()["type"], "batch.expired");
    assert_eq!(gemini.call("PUT", "/_emulator/outcome", json!({ "outcome": "lost" })).await.0, 400);
}

#[tokio::test]
async fn an_interaction_ends_in_every_way_that_the_sdks_know() {
    for (switch, sent) in [("none", false), ("own", true)] {
        let mut receiver = Receiver::start([]).await;
        let gemini = serve(&format!("--job-time 1h --unlisted-events {switch}")).await;
        let extra = json!({ "webhook_config": { "uris": [receiver.url] } });
        for status in ["incomplete", "budget_exceeded", "requires_continuation"] {
            let id = gemini.ok("POST", INTERACTIONS, interaction(extra.clone())).await["id"].clone();
            let id = id.as_str().unwrap();
            gemini.ok("POST", &format!("/_emulator/jobs/{id}/end"), json!({ "outcome": status })).await;
            assert_eq!(gemini.ok("GET", &format!("/v1/interactions/{id}"), json!(null)).await["status"], status);
            if sent {
                let body = receiver.next().await.json();
                assert_eq!((&body["type"], &body["data"]["id"]), (&json!(format!("interaction.{status}")), &json!(id)));
            }
        }
        assert_eq!(gemini.deliveries("", 0).await.len(), if sent { 3 } else { 0 });
    }
}

#[tokio::test]
async fn a_trigger_runs_an_interaction_that_tells_its_own_webhook() {
    let mut receiver = Receiver::start([]).await;
    let gemini = serve("--job-time 1h").await;
    let config = json!({ "uris": [receiver.url], "user_metadata": { "order": 7 } });
    let interaction = json!({ "agent": "deep-research", "input": "hello", "webhook_config": config });
    let trigger = json!({ "schedule": "0 9 * * 1", "time_zone": "Europe/Berlin", "interaction": interaction, "display_name": "weekly" });
    let created = gemini.ok("POST", "/v1beta/triggers", trigger.clone()).await;
    assert_eq!(
        (&created["status"], &created["interaction"], &created["display_name"]),
        (&json!("active"), &interaction, &json!("weekly"))
    );
    let path = format!("/v1beta/triggers/{}", created["id"].as_str().unwrap());

    let run = gemini.ok("POST", &format!("{path}/executions"), json!(null)).await;
    assert_eq!((&run["status"], &run["trigger_id"]), (&json!("in_progress"), &created["id"]));
    let id = run["interaction_id"].as_str().unwrap();
    gemini.ok("POST", &format!("/_emulator/jobs/{id}/end"), json!({ "outcome": "failed" })).await;
    let received = receiver.next().await;
    assert!(received.verify_by_set(&gemini.keys().await).is_ok());
    let body = received.json();
    assert_eq!((&body["type"], &body["data"]["id"]), (&json!("interaction.failed"), &json!(id)));
    assert_eq!(body["data"]["user_metadata"], json!({ "order": 7 }));

    let executions = gemini.ok("GET", &format!("{path}/executions"), json!(null)).await;
    assert_eq!(
        (&executions["trigger_executions"][0]["id"], &executions["trigger_executions"][0]["status"]),
        (&run["id"], &json!("failed"))
    );
    let paused = gemini.ok("PATCH", &path, json!({ "status": "paused" })).await;
    assert_eq!(
        (&paused["status"], &paused["consecutive_failure_count"], &paused["previous_interaction_id"]),
        (&json!("paused"), &json!(1), &json!(id))
    );
    assert_eq!(gemini.ok("GET", "/v1beta/triggers", json!(null)).await["triggers"], json!([paused]));
    gemini.ok("DELETE", &path, json!(null)).await;
    assert_eq!(gemini.get(&path).await.0, 404);

    for broken in ["schedule", "time_zone", "interaction"] {
        let mut body = trigger.clone();
        body.as_object_mut().unwrap().remove(broken);
        assert_eq!(gemini.post("/v1beta/triggers", body).await.0, 400, "{broken}");
    }
    let mut body = trigger;
    body["interaction"]["webhook_config"]["uris"] = json!([]);
    assert_eq!(gemini.post("/v1beta/triggers", body).await.0, 400);
}
