//! What lives as long as the isolate.

use std::cell::RefCell;
use std::rc::Rc;

use countersign::Headers;
use countersign::access::{Guesses, HEADERS};
use countersign::config::{AtFault, Config, Entry, Source};
use countersign::gateway::content::CONTENT;
use countersign::gateway::dedupe::InFlight;
use countersign::gateway::response::{RESPONSES, ReadyResponse};
use countersign::json::printed;
use countersign::scheme::Handshake;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::Env;

use crate::body::SMALL;
use crate::console;
use crate::env::{Bindings, Variables};
use crate::jwks::Cache;
use crate::verdict::Health;

/// The configuration, the bindings that it names, and what requests share.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) bindings: Bindings,
    pub(crate) sets: Rc<Cache>,
    pub(crate) in_flight: RefCell<InFlight>,
    pub(crate) health: Health,
    pub(crate) guesses: RefCell<Guesses>,
}

thread_local! {
    static STATE: RefCell<Option<Rc<State>>> = const { RefCell::new(None) };
}

/// The state, once [`setup`] has run.
pub(crate) fn state() -> Option<Rc<State>> {
    STATE.with_borrow(Clone::clone)
}

/// Reads the configuration, once per instance of the Wasm. Returns what `instance.js` needs, as JSON: the prepared responses, what to
/// read for each source, the size up to which a body's bytes are handed over, whether operators are to be alerted to faults, the headers that
/// `/admin` reads, and whether deliveries are counted.
#[wasm_bindgen]
pub fn setup(env: Env, sources: Option<String>) -> String {
    let config = Config::parse(sources.as_deref(), &Variables(&env));
    log_faults(&config);
    let bindings = Bindings::resolve(&env, &config);
    let described = config.iter().map(|(_, _, entry)| match entry {
        Entry::Ready(source) => {
            let names: Vec<_> = header_names(source).collect();
            let signs_url = source.policy.scheme.signs_target();
            let challenge = source.policy.scheme.handshake.and_then(Handshake::header);
            let timeout = source.destinations.first().map(|destination| destination.timeout_ms);
            json!({ "name": source.name, "headers": names, "maxBody": source.max_body, "timeout": timeout, "signsUrl": signs_url, "challenge": challenge })
        }
        Entry::Faulty(_) => json!(null),
    });
    let answer =
        |answer: &ReadyResponse| json!({ "status": answer.status, "body": answer.body(), "header": answer.header });
    let answers: Vec<_> = RESPONSES.iter().map(answer).collect();
    let has_news = config.alerts().is_some() && !config.faults().is_empty();
    let counts = config.admin().counts() && bindings.inbox.is_some();
    let sources = described.collect::<Vec<_>>();
    let described = json!({ "sources": sources, "answers": answers, "smallBody": SMALL, "hasFaults": has_news, "adminHeaders": HEADERS, "counts": counts });
    let (sets, in_flight, health) = (Rc::default(), RefCell::new(InFlight::new()), Health::default());
    STATE.set(Some(Rc::new(State { config, bindings, sets, in_flight, health, guesses: RefCell::default() })));
    printed(&described)
}

/// The names of the headers that a source reads, in the order in which `entry.js` passes their values.
pub(crate) fn header_names(source: &Source) -> impl Iterator<Item = &'static str> {
    let known = || source.policy.scheme.header_names();
    // Named twice, a header would count as sent twice.
    let more = source.dedupe_header.filter(|name| known().all(|known| known != *name));
    known().chain(CONTENT).chain(more)
}

/// Header text as workerd gives it and sends it on: it reads and writes UTF-8. It is decoded once, so that two spellings on the wire
/// are never one value here.
pub(crate) fn delivery_headers<'a>(source: &Source, values: &'a [u8]) -> Headers<'a> {
    let names = header_names(source).map(|name| -> &'a str { name });
    names.zip(values.split(|byte| *byte == b'\n')).collect()
}

fn log_faults(config: &Config) {
    for AtFault { name, faults, .. } in config.faults() {
        for fault in faults {
            let detail = fault.to_string();
            console::log(&printed(
                &json!({ "ev": "config", "code": "config_invalid", "source": name, "detail": detail }),
            ));
        }
    }
    for (name, warning) in config.warnings() {
        console::log(&printed(
            &json!({ "ev": "config", "code": "allow_short_keys", "source": name, "detail": warning }),
        ));
    }
}
