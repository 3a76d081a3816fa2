//! The Worker: the straight line from request to answer, with I/O between the core's steps and nothing decided here.
//!
//! ```text
//! open      path → source, token; method; Content-Length          404, 405, 413
//! (entry.js reads the body, in one piece)
//! receive   headers, timestamp, age                               400, 401
//!           keys at hand                                          503
//!           a signature matches                                   400, 401
//!           not seen before                                       200 duplicate, 409
//!           delivered, then marked                                502, 504; 200 delivered
//! ```
//!
//! A refusal is the number of a ready-made answer, returned at once where nothing had to be awaited: each promise costs about as
//! much as the HMAC of a small body.

mod admin;
mod body;
mod clock;
mod crypto;
mod dedupe_kv;
mod env;
mod executor;
mod health;
mod host;
mod http;
mod inbox;
mod jwks;
mod receive;

use std::cell::RefCell;
use std::rc::Rc;

use countersign::config::{AtFault, Config, Entry};
use countersign::gateway::dedupe::InFlight;
use countersign::gateway::respond::{self, ANSWERS, LogLine, Refusal};
use countersign::gateway::route::{Route, route};
use countersign::json::printed;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

pub use crate::body::Body;
pub use crate::crypto::Platform;
use crate::env::Bindings;
pub use crate::env::take_any_key;
use crate::executor::Answer;
pub use crate::executor::{PENDING, TEXT, abandon, awaited, resume, text};
use crate::health::Health;
use crate::host::{ExecutionContext, Kv};
pub use crate::inbox::{Inbox, set_limits};
use crate::jwks::Cache;
use crate::receive::header_names;
pub use crate::receive::receive;

/// What lives as long as the isolate.
pub(crate) struct State {
    config: Config,
    env: Bindings,
    kv: Option<Kv>,
    sets: Rc<Cache>,
    in_flight: RefCell<InFlight>,
    health: Health,
}

thread_local! {
    static STATE: RefCell<Option<Rc<State>>> = const { RefCell::new(None) };
}

/// Reads the configuration, once per isolate. Returns, as JSON, what `entry.js` needs: the ready-made answers, per source the
/// names of the headers to pass, the largest body, and whether a delivery outlives its connection; and how large a body may be of which
/// the bytes are passed.
#[wasm_bindgen]
pub fn setup(env: JsValue, sources: Option<String>) -> String {
    install_cryptography();
    let env = Bindings::new(env);
    let config = Config::parse(sources.as_deref(), &env);
    for AtFault { name, faults, .. } in config.faults() {
        for fault in faults {
            let detail = fault.to_string();
            host::log(&printed(&json!({ "ev": "config", "code": "config_invalid", "source": name, "detail": detail })));
        }
    }
    for (name, warning) in config.warnings() {
        host::log(&printed(&json!({ "ev": "config", "code": "allow_short_keys", "source": name, "detail": warning })));
    }
    let described = config.iter().map(|(_, _, entry)| match entry {
        Entry::Ready(source) => {
            // A sender that hangs up gets no answer and comes again: then storing may end halfway, but not a delivery that would be
            // made again because its mark was not left.
            let outlives = source.durable.is_none();
            let headers: Vec<_> = header_names(source).collect();
            json!({ "headers": headers, "maxBody": source.max_body, "outlives": outlives })
        }
        Entry::Faulty(_) => json!(null),
    });
    let answer =
        |answer: &respond::Answer| json!({ "status": answer.status, "body": answer.body(), "header": answer.header });
    let answers: Vec<_> = ANSWERS.iter().map(answer).collect();
    let told = json!({ "sources": described.collect::<Vec<_>>(), "answers": answers, "smallBody": body::SMALL });
    let kv = env.kv("EVENTS");
    let in_flight = RefCell::new(InFlight::new());
    let state = State { config, env, kv, sets: Rc::default(), in_flight, health: Health::default() };
    STATE.set(Some(Rc::new(state)));
    printed(&told)
}

/// Steps 1 to 3, before the body is read: the place of the source; [`HEALTH`] or [`ADMIN`]; or `-1 - n` for answer `n`.
/// `content_length` is NaN where the request has none: a number crosses for less than its digits.
#[wasm_bindgen]
pub fn open(method: &str, url: &str, content_length: f64) -> i32 {
    let Some(state) = state() else { return refuse(Refusal::ConfigInvalid, None, None) };
    match route(&state.config, method, url) {
        Ok(Route::Health) => HEALTH,
        Ok(Route::Admin) => ADMIN,
        Ok(Route::Source(index)) => {
            let source = state.config.source(index);
            if source.is_some_and(|source| content_length > source.max_body as f64) {
                return refuse(Refusal::BodyTooLarge, source.map(|source| source.name.as_str()), None);
            }
            i32::try_from(index).unwrap_or(HEALTH)
        }
        Err(missed) => {
            let source = missed.source.and_then(|at| state.config.name(at));
            refuse(missed.refusal, source.as_deref(), missed.detail)
        }
    }
}

/// Refuses a body that ended early (0), is too large (1) or came too late (2): the answer's number.
#[wasm_bindgen]
pub fn refuse_body(index: usize, fault: u8) -> i32 {
    let state = state();
    let source = state.as_ref().and_then(|state| state.config.source(index));
    let refusal = match fault {
        0 => Refusal::BodyIncomplete,
        1 => Refusal::BodyTooLarge,
        _ => Refusal::BodyTimeout,
    };
    refuse(refusal, source.map(|source| source.name.as_str()), None)
}

/// `GET /healthz`, at a time in milliseconds: as [`admin`]. The text begins with `!` where something is wrong. Which sources are at fault,
/// everybody is told; what is wrong with them, whoever has the admin token.
#[wasm_bindgen]
pub fn health(authorization: Option<String>, context: ExecutionContext, now: f64) -> i32 {
    let Some(state) = state() else { return ready(Refusal::ConfigInvalid) };
    let given = authorization.as_deref().map(str::as_bytes);
    let is_admin = state.config.is_admin(given);
    if !is_admin && given.is_some_and(|given| given.starts_with(b"Bearer ")) {
        host::log(&printed(&json!({ "ev": "healthz", "code": "unauthorized" })));
    }
    executor::start(now, async move {
        let verdict = health::verdict(&state, &context).await;
        Answer::Text(health_text(&state, &verdict, is_admin))
    })
}

fn health_text(state: &State, verdict: &health::Verdict, is_admin: bool) -> String {
    let mut faults = Map::new();
    for AtFault { name, faults: of_source, .. } in state.config.faults() {
        // One by one: collecting would bring a sort into the Wasm, 4 KB of it.
        let told = of_source.iter().filter(|_| is_admin).map(|fault| Value::String(fault.to_string()));
        faults.insert(name.into_owned(), Value::Array(told.collect()));
    }
    let (mark, status) = match (faults.is_empty(), verdict.is_well()) {
        (true, true) => ("", "ok"),
        (true, false) => ("!", verdict.status()),
        (false, _) => ("!", "config_invalid"),
    };
    let mut answer = Map::new();
    for (name, value) in
        [("status", json!(status)), ("version", json!(env!("CARGO_PKG_VERSION"))), ("faults", faults.into())]
    {
        answer.insert(name.to_owned(), value);
    }
    verdict.describe(is_admin, &mut answer);
    [mark, &printed(&answer.into())].concat()
}

/// Anything under `/admin`, at a time in milliseconds: the number of an answer, [`TEXT`] or [`PENDING`].
#[wasm_bindgen]
pub fn admin(authorization: Option<String>, method: String, url: String, now: f64) -> i32 {
    let Some(state) = state() else { return ready(Refusal::ConfigInvalid) };
    if !state.config.is_admin(authorization.as_deref().map(str::as_bytes)) {
        host::log(&printed(&json!({ "ev": "admin", "code": "unauthorized", "status": 401 })));
        return ready(Refusal::Unauthorized);
    }
    executor::start(now, async move {
        match admin::answer(&state, &method, &url).await {
            Ok(text) => Answer::Text(text),
            Err(refusal) => Answer::Ready(refusal.index()),
        }
    })
}

/// Installs what `jsonwebtoken` checks signatures with; without it, the first token would panic.
pub fn install_cryptography() {
    // It fails where it was done before, which is as good.
    let _ = crypto::RS256.install_default();
}

/// `GET /healthz`, as [`open`] returns it.
pub const HEALTH: i32 = i32::MAX;

/// `/admin/…`, as [`open`] returns it.
pub const ADMIN: i32 = i32::MAX - 1;

pub(crate) fn state() -> Option<Rc<State>> {
    STATE.with_borrow(Clone::clone)
}

fn refuse(refusal: Refusal, source: Option<&str>, detail: Option<&str>) -> i32 {
    let status = ANSWERS.get(refusal.index()).map_or(500, |answer| answer.status);
    host::log(&LogLine { code: refusal.code(), status, source, detail, ..LogLine::default() }.to_json());
    (-1i32).saturating_sub(ready(refusal))
}

fn ready(refusal: Refusal) -> i32 {
    i32::try_from(refusal.index()).unwrap_or_default()
}
