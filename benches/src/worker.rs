//! A Worker to measure: a contender in a role, its modules and its variables.

use serde_json::{Map, Value, json};

use crate::cases::{Case, Contender, Mode, URL_TOKEN};
use crate::sign::AUDIENCE;

/// A contender, set up for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Worker {
    pub(crate) contender: Contender,
    pub(crate) mode: Mode,
    /// The code that the contenders which are limits respond with at once; empty if they do the same work as the others.
    pub(crate) answer: &'static str,
}

impl Worker {
    /// The Worker of a contender in a case.
    pub(crate) fn of(case: &Case, contender: Contender) -> Self {
        let at_once = matches!(contender, Contender::Empty | Contender::Least) && !case.succeeds();
        let answer = if at_once { case.outcome } else { "" };
        Self { contender, mode: case.mode, answer }
    }

    /// Its name as a service.
    pub(crate) fn name(self) -> String {
        let role = if self.answer.is_empty() { self.mode.name() } else { self.answer };
        format!("{}-{role}", self.contender.name())
    }

    /// The modules it consists of, by the names of their files.
    pub(crate) fn modules(self) -> Vec<&'static str> {
        match (self.contender, self.mode) {
            (Contender::Countersign, Mode::Inbox) => {
                vec!["countersign-inbox.js", "index.js", "index_bg.wasm", "explain_bg.wasm"]
            }
            (Contender::Countersign, _) => vec!["index.js", "index_bg.wasm", "explain_bg.wasm"],
            (Contender::Empty, _) => vec!["empty.js"],
            (Contender::Least, _) => vec!["least.js"],
            (Contender::StandardWebhooks, _) => vec!["standardwebhooks.js"],
            (Contender::Jose, _) => vec!["jose.js"],
            (Contender::WebCrypto, Mode::V1a) => vec!["webcrypto-v1a.js"],
            (Contender::WebCrypto, Mode::Github) => vec!["webcrypto-github.js"],
            (Contender::WebCrypto, Mode::Stripe) => vec!["webcrypto-stripe.js"],
            (Contender::WebCrypto, _) => vec!["webcrypto.js"],
        }
    }

    /// Its variables: Countersign's configuration, or what the others are told instead.
    pub(crate) fn variables(self, rounds: usize, secret: &str, keys: u16) -> Vec<(&'static str, String)> {
        let keys = |name| format!("http://127.0.0.1:{keys}/{name}");
        let mut variables = vec![("GEMINI_WEBHOOK_SECRET", secret.to_owned()), ("TOKEN", URL_TOKEN.to_owned())];
        if self.contender == Contender::Countersign {
            variables.push(("SOURCES", sources(self.mode, rounds, &keys)));
            return variables;
        }
        variables.extend([("MODE", self.mode.name().to_owned()), ("AUDIENCE", AUDIENCE.to_owned())]);
        match self.mode {
            Mode::Pass => variables.push(("SOURCE", "gemini".to_owned())),
            Mode::Github | Mode::Stripe => variables.push(("SOURCE", self.mode.name().to_owned())),
            Mode::V1a => variables.extend([("SOURCE", "v1a".to_owned()), ("JWKS", keys("ed25519"))]),
            Mode::Jwt => variables.extend([("SOURCE", "jwt".to_owned()), ("JWKS", keys("rsa"))]),
            // In these, the source is read from the path.
            Mode::Kv | Mode::Inbox => {}
        }
        if !self.answer.is_empty() {
            variables.push(("ANSWER", self.answer.to_owned()));
        }
        variables
    }
}

/// What `SOURCES` is in `wrangler.toml`.
fn sources(mode: Mode, rounds: usize, keys: &dyn Fn(&'static str) -> String) -> String {
    let gemini = json!({
        "scheme": "gemini", "secrets": ["GEMINI_WEBHOOK_SECRET"], "dedupe": "off", "max_body": "8MiB", "forward": { "service": "APP" },
    });
    let dynamic =
        json!({ "scheme": "gemini-dynamic", "url_token": "TOKEN", "dedupe": "off", "forward": { "service": "APP" } });
    let with = |mut source: Value, more: &[(&str, Value)]| {
        more.iter().for_each(|(key, value)| source[key] = value.clone());
        source
    };
    let each = |names: Vec<String>, source: Value| names.into_iter().map(|name| (name, source.clone())).collect();
    let by_round = || (0..=rounds).map(|round| format!("{}-{round}", mode.name()));
    let sources: Map<String, Value> = match mode {
        Mode::Pass => each(vec!["gemini".to_owned()], gemini),
        Mode::Github | Mode::Stripe => {
            each(vec![mode.name().to_owned()], with(gemini, &[("scheme", json!(mode.name()))]))
        }
        Mode::Kv => each(by_round().collect(), with(gemini, &[("dedupe", json!("24h"))])),
        Mode::Inbox => {
            let forward = json!({ "service": "APP", "timeout": "5m", "concurrency": 1 });
            let durable = [("durable", json!(true)), ("dedupe", json!("24h")), ("max_body", json!("1MiB"))];
            let filled = (1..=rounds).flat_map(|round| STORED.map(|count| stored(count, round)));
            each(by_round().chain(filled).collect(), with(with(gemini, &durable), &[("forward", forward)]))
        }
        Mode::V1a => each(vec!["v1a".to_owned()], with(dynamic, &[("jwks", json!(keys("ed25519")))])),
        Mode::Jwt => {
            let more = [("jwks", json!(keys("rsa"))), ("accept", json!(["jwt"])), ("audience", json!(AUDIENCE))];
            each(vec!["jwt".to_owned()], with(dynamic, &more))
        }
    };
    Value::Object(sources).to_string()
}

/// The Workers of cases, each once.
pub(crate) fn workers_of(cases: &[&Case]) -> Vec<Worker> {
    let mut workers = Vec::new();
    for case in cases {
        for worker in case.contenders.iter().map(|contender| Worker::of(case, *contender)) {
            if !workers.contains(&worker) {
                workers.push(worker);
            }
        }
    }
    workers
}

/// Ids that are stored in an inbox before it is measured.
pub(crate) const STORED: [u32; 5] = [0, 1_000, 10_000, 100_000, 1_000_000];

/// The source whose inbox holds so many. One that holds nothing does so only once.
pub(crate) fn stored(count: u32, round: usize) -> String {
    if count == 0 { format!("nothing-{round}") } else { format!("stored-{count}") }
}
