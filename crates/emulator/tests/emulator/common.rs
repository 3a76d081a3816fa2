//! Both ends of the emulator, on loopback: servers started from their command lines, a client of their JSON, a receiver that is
//! told what to answer and tells what arrived.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use clap::Parser;
use countersign::crypto::Portable;
use countersign::scheme::{self, Scheme};
use countersign::{Delivery, Error, Headers, Jwks, JwtPolicy, Keys, Policy, SecretKey, Timestamp};
use countersign_emulator::cli::{Cli, Command};
use countersign_emulator::clock::Clock;
use countersign_emulator::origin::Origin;
use countersign_emulator::send::{self, Outcome};
use countersign_emulator::serve::Server;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server, by its address. It ends with the test's runtime.
pub(crate) struct Remote {
    pub(crate) url: String,
}

fn command(line: &str) -> Command {
    let words = ["countersign-emulator"].into_iter().chain(line.split_whitespace());
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).command
}

/// `serve` on a free port, with the switches given.
pub(crate) async fn serve(switches: &str) -> Remote {
    let Command::Serve(options) = command(&format!("serve --listen 127.0.0.1:0 {switches}")) else { panic!() };
    let server = Server::bind(*options).await.unwrap();
    let url = format!("http://{}", server.address());
    tokio::spawn(server.run());
    Remote { url }
}

/// `origin` on a free port, with the switches given.
pub(crate) async fn origin(switches: &str) -> Remote {
    let Command::Origin(options) = command(&format!("origin --quiet --listen 127.0.0.1:0 {switches}")) else {
        panic!()
    };
    let origin = Origin::bind(*options).await.unwrap();
    let url = format!("http://{}", origin.address());
    tokio::spawn(origin.run());
    Remote { url }
}

/// `send` to the URL, with the switches given.
pub(crate) async fn send_to(url: &str, switches: &str) -> anyhow::Result<Outcome> {
    let Command::Send(options) = command(&format!("send --to {url} {switches}")) else { panic!() };
    send::run(&options).await
}

impl Remote {
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, json!(null)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, body).await
    }

    /// Any request with an API key; `null` is no body. An answer that is no JSON is `null`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("x-goog-api-key", "any").body(Full::new(Bytes::from(body))).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The answer to what has to succeed.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// The deliveries that match the query, once there are `count`.
    pub(crate) async fn deliveries(&self, query: &str, count: usize) -> Vec<Value> {
        let found = self.ok("GET", &format!("/_emulator/deliveries?{query}&count={count}&wait=30s"), json!(null)).await;
        assert_eq!(found["complete"], true, "{query}: {found}");
        found["deliveries"].as_array().unwrap().clone()
    }

    /// A webhook for all events, to the URL.
    pub(crate) async fn webhook(&self, uri: &str) -> Value {
        let events = ["batch.succeeded", "batch.failed", "batch.expired", "interaction.completed", "video.generated"];
        self.ok("POST", "/v1/webhooks", json!({ "uri": uri, "subscribed_events": events })).await
    }

    /// A batch that reads a file, with webhooks of its own if there are any; its id.
    pub(crate) async fn batch(&self, webhook: Value) -> String {
        let mut batch = json!({ "inputConfig": { "fileName": "files/abc" } });
        if !webhook.is_null() {
            batch["webhookConfig"] = webhook;
        }
        let path = "/v1beta/models/gemini-2.5-flash:batchGenerateContent";
        let created = self.ok("POST", path, json!({ "batch": batch })).await;
        created["name"].as_str().unwrap().strip_prefix("batches/").unwrap().to_owned()
    }

    /// The emulator's key set, as the core reads it.
    pub(crate) async fn keys(&self) -> Jwks {
        let set = self.ok("GET", "/.well-known/jwks.json", json!(null)).await;
        Jwks::parse(set.to_string().as_bytes()).unwrap()
    }
}

/// What arrived at a [`Receiver`].
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Answers as it is told to, 200 after that, and keeps what arrived.
pub(crate) struct Receiver {
    pub(crate) url: String,
    arrivals: UnboundedReceiver<Received>,
}

#[derive(Clone)]
struct Shared {
    answers: Arc<Mutex<VecDeque<u16>>>,
    arrived: UnboundedSender<Received>,
}

impl Receiver {
    /// A status of 0 is no answer at all.
    pub(crate) async fn start(answers: impl IntoIterator<Item = u16>) -> Self {
        let (arrived, arrivals) = unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let state = Shared { answers, arrived };
        let url = listen(Router::new().fallback(receive).with_state(state)).await;
        Self { url: format!("{url}/hook"), arrivals }
    }

    /// The next that arrives.
    pub(crate) async fn next(&mut self) -> Received {
        self.arrivals.recv().await.unwrap()
    }

    /// Whether nothing more has arrived.
    pub(crate) fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
    }
}

async fn receive(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = shared.answers.lock().unwrap().pop_front().unwrap_or(200);
    shared.arrived.send(Received { headers, body }).unwrap();
    match answer {
        0 => std::future::pending().await,
        redirect @ 300..=399 => (StatusCode::from_u16(redirect).unwrap(), [("location", "/elsewhere")]).into_response(),
        status => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

/// Serves a router on a free port.
pub(crate) async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The id that the core verifies with one secret.
    pub(crate) fn verify(&self, secret: &str) -> Result<String, Error> {
        check(&Policy::of(scheme::find("gemini").unwrap()), &[SecretKey::parse(secret).unwrap()], None, self)
    }

    /// The id that the core verifies with a key set.
    pub(crate) fn verify_by_set(&self, keys: &Jwks) -> Result<String, Error> {
        check(&Policy::of(scheme::find("gemini-dynamic").unwrap()), &[], Some(keys), self)
    }

    /// The claims that the core verifies in the documented form.
    pub(crate) fn verify_token(&self, keys: &Jwks, audience: &str) -> Result<Value, Error> {
        let mut policy = Policy::of(scheme::find("gemini-dynamic").unwrap());
        policy.forms = vec![scheme::Form::Jwt];
        policy.jwt =
            Some(JwtPolicy { audience: audience.to_owned(), issuer: None, email: None, leeway: 0, longest: None });
        let delivery = self.delivery();
        let verified = policy.verify(Keys { jwks: Some(keys), ..Keys::default() }, &delivery, now(), &Portable)?;
        Ok(serde_json::from_slice(verified.claims().unwrap()).unwrap())
    }

    fn delivery(&self) -> Delivery<'_, Bytes> {
        let headers: Headers<'_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        Delivery::new(headers, self.body.clone())
    }
}

/// Verifies as a receiver of that policy would.
pub(crate) fn check(
    policy: &Policy,
    secrets: &[SecretKey],
    jwks: Option<&Jwks>,
    received: &Received,
) -> Result<String, Error> {
    let delivery = received.delivery();
    let verified = policy.verify(Keys { secrets, jwks, recent: None }, &delivery, now(), &Portable)?;
    Ok(String::from_utf8(verified.id().to_vec()).unwrap())
}

fn now() -> Timestamp {
    Timestamp::from_unix(Clock::compressed(1.0).now())
}

/// A receiver that is nothing but the core: 200, or the core's status and code. Returns its address and the codes it answers.
pub(crate) async fn core_receiver(
    scheme: &'static Scheme,
    secrets: Vec<SecretKey>,
    jwks: Option<Jwks>,
) -> (String, UnboundedReceiver<&'static str>) {
    let (answered, answers) = unbounded_channel();
    let shared = Arc::new((Policy::of(scheme), secrets, jwks));
    let handler = move |_: Method, _: Uri, headers: HeaderMap, body: Bytes| {
        let (shared, answered) = (Arc::clone(&shared), answered.clone());
        async move {
            let (policy, secrets, jwks) = &*shared;
            match check(policy, secrets, jwks.as_ref(), &Received { headers, body }) {
                Ok(_) => StatusCode::OK.into_response(),
                Err(error) => {
                    answered.send(error.code()).unwrap();
                    let body = Body::from(json!({ "code": error.code() }).to_string());
                    (StatusCode::from_u16(error.status()).unwrap(), body).into_response()
                }
            }
        }
    };
    (listen(Router::new().fallback(handler)).await, answers)
}
