//! The server on a socket: what any sender signs arrives, and what was changed on the way does not.

#![allow(clippy::expect_used, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use std::time::SystemTime;

use axum::Router;
use countersign::crypto::Portable;
use countersign::gateway::acknowledgement::acknowledge;
use countersign::scheme::{self, Covers, IdSource, Scheme, Signing, Time};
use countersign::{Ed25519SigningKey, Receiver, SignedHeader, SigningKey, Target, Timestamp, Unsigned, sign_as};
use countersign_example_axum::hooks::{takes_secrets, variable};
use countersign_example_axum::{Hooks, app};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PUBLIC: &str = "https://hooks.example.com";

/// A sender that signs, with its secret as text.
struct Sender {
    scheme: &'static Scheme,
    secret: String,
    keys: Vec<SigningKey>,
}

impl Sender {
    /// The first secret that the scheme takes; none if nothing here signs as this sender.
    fn of(scheme: &'static Scheme) -> Option<Self> {
        let pair = Ed25519SigningKey::from_seed(&[7; 32]);
        let public = pair.public_key();
        let hex: String = public.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let base64 = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
        assert_eq!(hex, "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c");
        let texts = ["whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP", hex.as_str(), base64];
        texts.into_iter().find_map(|text| {
            Receiver::new(scheme, &[text]).ok()?;
            let shared = scheme.secrets.parse_hmac(text).map(|keys| keys.into_iter().map(SigningKey::Hmac).collect());
            let keys = shared.unwrap_or_else(|_| vec![SigningKey::Ed25519(pair.clone())]);
            let sender = Self { scheme, secret: text.to_owned(), keys };
            sender.signed("probe").map(|_| sender)
        })
    }

    /// The headers and the body of an event with this id.
    fn signed(&self, id: &str) -> Option<(Vec<SignedHeader>, String)> {
        let now = Timestamp::from(now());
        let body = self.body(id, now);
        Some((self.sign(id, now, &body)?, body))
    }

    /// The headers of a body.
    fn sign(&self, id: &str, timestamp: Timestamp, body: &str) -> Option<Vec<SignedHeader>> {
        let url = format!("{PUBLIC}{}", self.path());
        let target = Some(Target { method: "POST", url: &url });
        sign_as(self.scheme, &self.keys, &Unsigned { id, timestamp, target, body }, &Portable).ok()
    }

    fn path(&self) -> String {
        format!("/hooks/{}?a=b", self.scheme.name)
    }

    /// A body with whatever the scheme reads from it.
    fn body(&self, id: &str, now: Timestamp) -> String {
        let mut body = json!({ "text": "hello" });
        if let Signing::Template(template) = &self.scheme.signing {
            if let IdSource::Body(pointer) = template.id {
                set(&mut body, pointer, json!(id));
            }
            if let Time::Body(pointer, _) = template.time {
                set(&mut body, pointer, json!(now.as_unix() * 1000));
            }
        }
        body.to_string()
    }
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    let place = pointer.split('/').skip(1).fold(body, |place, name| &mut place[name]);
    *place = value;
}

#[allow(clippy::disallowed_methods, reason = "the server reads the same clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// Serves on a free port; returns the address.
async fn serve(hooks: Hooks) -> String {
    serve_routes(app(hooks)).await
}

async fn serve_routes(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// The status and the text of a response.
async fn post(address: &str, path: &str, headers: &[SignedHeader], body: &str) -> (u16, String) {
    send(address, ("POST", path), headers, body).await
}

async fn send(address: &str, (method, path): (&str, &str), headers: &[SignedHeader], body: &str) -> (u16, String) {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("a response");
    let (head, text) = response.split_once("\r\n\r\n").expect("a head");
    (head.split(' ').nth(1).expect("a status").parse().expect("a number"), text.to_owned())
}

#[tokio::test]
async fn every_sender_arrives_and_nothing_that_was_changed() {
    let senders: Vec<_> = scheme::ALL.iter().copied().filter(|it| takes_secrets(it)).filter_map(Sender::of).collect();
    let missing: Vec<_> = scheme::ALL
        .iter()
        .map(|scheme| scheme.name)
        .filter(|name| senders.iter().all(|sender| sender.scheme.name != *name))
        .collect();
    let unsigned = ["gemini-dynamic", "adyen-standard", "fal", "sendgrid", "google-pubsub"];
    assert_eq!(missing, unsigned, "by a key set, by P-256, or in the body");
    let secret = |name: &str| match name {
        "PUBLIC_URL" => Some(format!("{PUBLIC}/")),
        _ => senders.iter().find(|sender| variable(sender.scheme) == name).map(|sender| sender.secret.clone()),
    };
    let address = serve(Hooks::from_variables(secret).expect("usable secrets")).await;

    for sender in &senders {
        let (name, path) = (sender.scheme.name, sender.path());
        let (headers, body) = sender.signed("evt_1").expect("signed");
        let accepted = post(&address, &path, &headers, &body).await;
        let reply = acknowledge(sender.scheme, "delivered", &id_of(&accepted.1));
        assert_eq!(accepted, (reply.status, reply.text), "{name}: what the sender takes for a success");
        if sender.scheme.default_forms.iter().all(|form| form.covers() == Covers::Body) {
            let changed = post(&address, &path, &headers, &body.replace("hello", "hullo")).await;
            assert_eq!(changed.0, 401, "{name}: {}", changed.1);
            assert!(changed.1.ends_with("\"code\":\"no_matching_signature\"}"), "{name}: {}", changed.1);
        }
        let unsigned = post(&address, &path, &[], &body).await;
        assert_eq!(unsigned.0, 400, "{name}: {}", unsigned.1);
    }
}

/// The id in an acknowledgement that has one: of some senders' events it is a hash.
fn id_of(text: &str) -> Vec<u8> {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    answer.get("id").and_then(Value::as_str).unwrap_or_default().as_bytes().to_vec()
}

/// Each is answered to the sender alone: with one byte changed, or another token, it gets nothing.
#[tokio::test]
async fn what_a_sender_asks_is_answered_before_any_handler() {
    const VERIFY: &str = "a-verify-token-of-some-length";
    let names = ["slack", "discord", "twitch", "zoom", "okta", "meta", "heygen", "intercom", "github"];
    let senders = names.map(|name| Sender::of(scheme::find(name).expect("a scheme")).expect("it signs"));
    let [slack, discord, twitch, _, okta, ..] = &senders;
    let secret = |name: &str| match name {
        "WEBHOOK_META_VERIFY_TOKEN" => Some(format!("{VERIFY}\n")),
        _ => senders.iter().find(|sender| variable(sender.scheme) == name).map(|sender| sender.secret.clone()),
    };
    let address = serve(Hooks::from_variables(secret).expect("usable secrets")).await;

    for (sender, body, reply) in [
        (slack, r#"{"type":"url_verification","challenge":"3eZbrw1a"}"#, "3eZbrw1a"),
        (discord, r#"{"type":1}"#, r#"{"type":1}"#),
        (
            twitch,
            r#"{"challenge":"pogchamp","subscription":{"status":"webhook_callback_verification_pending"}}"#,
            "pogchamp",
        ),
    ] {
        let (name, path) = (sender.scheme.name, format!("/hooks/{}", sender.scheme.name));
        let headers = sender.sign("msg_1", now().into(), body).expect("signed");
        assert_eq!(post(&address, &path, &headers, body).await, (200, reply.to_owned()), "{name}");
        assert_eq!(post(&address, &path, &headers, &format!("{body} ")).await.0, 401, "{name}");
    }

    let zoom =
        |token: &str| json!({ "event": "endpoint.url_validation", "payload": { "plainToken": token } }).to_string();
    let (status, text) = post(&address, "/hooks/zoom", &[], &zoom("q9ib")).await;
    assert!(status == 200 && text.contains("encryptedToken"), "{status}: {text}");
    assert_eq!(post(&address, "/hooks/zoom", &[], &zoom("v0:1:{}")).await.0, 400, "it would be signed content");

    let meta =
        |token: &str| format!("/hooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
    assert_eq!(send(&address, ("GET", &meta(VERIFY)), &[], "").await, (200, "1158201444".to_owned()));
    assert_eq!(send(&address, ("GET", &meta("another")), &[], "").await.0, 403);

    let mut headers = okta.sign("", now().into(), "").expect("signed");
    headers.push(("x-okta-verification-challenge", "c1".to_owned()));
    let answer = send(&address, ("GET", "/hooks/okta"), &headers, "").await;
    assert_eq!(answer, (200, r#"{"verification":"c1"}"#.to_owned()));
    assert_eq!(send(&address, ("GET", "/hooks/okta"), &headers[headers.len() - 1..], "").await.0, 403, "no proof");

    let others =
        [("OPTIONS", "heygen", 200), ("HEAD", "intercom", 200), ("GET", "github", 405), ("GET", "stripe", 404)];
    for (method, sender, status) in others {
        assert_eq!(send(&address, (method, &format!("/hooks/{sender}")), &[], "").await.0, status, "{sender}");
    }
}

#[tokio::test]
async fn a_signed_url_is_whole_where_the_routes_are_nested() {
    let twilio = Sender::of(scheme::find("twilio").expect("a scheme")).expect("it signs");
    let secret = |name: &str| match name {
        "PUBLIC_URL" => Some(PUBLIC.to_owned()),
        _ => (name == "WEBHOOK_TWILIO").then(|| twilio.secret.clone()),
    };
    let nested = Router::new().nest("/api", app(Hooks::from_variables(secret).expect("a secret")));
    let address = serve_routes(nested).await;
    let (path, body) = ("/api/hooks/twilio?a=b", "a=1");
    let url = format!("{PUBLIC}{path}");
    let target = Some(Target { method: "POST", url: &url });
    let unsigned = Unsigned { id: "", timestamp: now().into(), target, body };
    let headers = sign_as(twilio.scheme, &twilio.keys, &unsigned, &Portable).expect("signed");
    assert_eq!(post(&address, path, &headers, body).await, (200, "<Response/>".to_owned()));
}

#[tokio::test]
async fn a_sender_without_a_secret_and_a_body_that_is_too_large_are_refused() {
    let secret = |name: &str| (name == "WEBHOOK_GITHUB").then(|| "0123456789abcdef0123456789abcdef".to_owned());
    let address = serve(Hooks::from_variables(secret).expect("a secret")).await;
    assert_eq!(post(&address, "/hooks/stripe", &[], "{}").await.0, 404);
    assert_eq!(post(&address, "/hooks/github", &[], &" ".repeat((1 << 20) + 1)).await.0, 413);
}

#[test]
fn a_secret_that_cannot_be_used_stops_the_start_by_its_name() {
    for (text, expected) in [(" ", "WEBHOOK_SVIX: "), ("whsec_c2hvcnQ=", "WEBHOOK_SVIX: ")] {
        let error =
            Hooks::from_variables(|name| (name == "WEBHOOK_SVIX").then(|| text.to_owned())).expect_err("refused");
        assert!(error.starts_with(expected) && !error.contains("c2hvcnQ"), "{error}");
    }
}

#[test]
fn without_any_secret_the_start_says_what_to_set() {
    let error = Hooks::from_variables(|_| None).expect_err("nothing to receive");
    assert!(error.contains("WEBHOOK_STRIPE"), "{error}");
}

/// A copy of `src/` belongs to a package of another name.
#[test]
fn the_readme_says_where_a_copy_needs_its_own_name() {
    const NAME: &str = "countersign_example_axum";
    let files = [
        ("src/main.rs", include_str!("../src/main.rs")),
        ("src/lib.rs", include_str!("../src/lib.rs")),
        ("src/handshake.rs", include_str!("../src/handshake.rs")),
        ("src/hooks.rs", include_str!("../src/hooks.rs")),
        ("src/webhook.rs", include_str!("../src/webhook.rs")),
    ];
    let readme = include_str!("../README.md");
    for (file, _) in files.iter().filter(|(_, text)| text.contains(NAME)) {
        assert!(readme.contains(&format!("In `{file}`,\nwrite")) && readme.contains(NAME), "{file}");
    }
}
