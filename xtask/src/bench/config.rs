//! workerd's configuration for the contenders.

use std::collections::BTreeMap;
use std::path::Path;

use super::cases::Mode;
use super::workers::Worker;

/// The socket that key sets are fetched from.
pub(super) const KEYS: &str = "keys";
/// The socket that fills inboxes.
pub(super) const FILL: &str = "fill";
/// The socket that has the application and the KVs collect their garbage.
pub(super) const COLLECT: &str = "collect";

/// The same for all. Countersign's own is in `wrangler.toml`.
const DATE: &str = "2026-08-04";

type Variables = Vec<(&'static str, String)>;

/// Workers with their variables, before an application `app`; each has its folder in `data`, and its port. `collected`
/// says that what is behind them can be told to collect its garbage: not where starts are measured, as the engine then starts more slowly.
pub(super) fn capnp(
    bundle: &Path,
    data: &Path,
    workers: &[(Worker, Variables)],
    app: &str,
    ports: &BTreeMap<String, u16>,
    collected: bool,
) -> String {
    let mut services: Vec<_> = workers.iter().flat_map(|(worker, told)| contender(data, *worker, told, app)).collect();
    services.extend(["never", app].map(|name| service(name, &module(format!("{name}.js")), &[], "")));
    services.push(service(FILL, &module("fill.js"), &inboxes(workers), ""));
    services.push(format!(r#"(name = "{KEYS}", disk = (path = {:?}))"#, bundle.join("jwks")));
    services.push(r#"(name = "loopback", network = (allow = ["private"]))"#.to_owned());
    let mut flags = "";
    if collected {
        flags = "\"--expose-gc\"";
        services.push(service(COLLECT, &module("collect.js"), &behind(workers, app), ""));
    }
    let socket = |(name, port): (&String, &u16)| {
        format!(r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = "{name}")"#)
    };
    let sockets: Vec<_> = ports.iter().map(socket).collect();
    format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\nconst config :Workerd.Config = (\n  services = [\n    {}],\n  \
         sockets = [\n    {}],\n  v8Flags = [{flags}]);\n",
        services.join(",\n    "),
        sockets.join(",\n    ")
    )
}

/// A Worker, behind it the services that are its own.
fn contender(data: &Path, worker: Worker, variables: &Variables, app: &str) -> Vec<String> {
    let name = worker.name();
    let modules: Vec<_> = worker.modules().into_iter().map(module).collect();
    let mut bindings: Vec<_> =
        variables.iter().map(|(name, value)| format!(r#"(name = "{name}", text = {value:?})"#)).collect();
    let app = if worker.mode == Mode::Inbox { "never" } else { app };
    bindings.push(format!(r#"(name = "APP", service = "{app}")"#));
    let (mut more, mut own) = (r#", globalOutbound = "loopback""#.to_owned(), Vec::new());
    match worker.mode {
        Mode::Kv => {
            bindings.push(format!(r#"(name = "EVENTS", kvNamespace = "{name}-kv")"#));
            own.push(service(&format!("{name}-kv"), &module("kv.js"), &[], ""));
        }
        Mode::Inbox => {
            bindings.push(r#"(name = "INBOX", durableObjectNamespace = "Inbox")"#.to_owned());
            own.push(format!(r#"(name = "{name}-disk", disk = (path = {:?}, writable = true))"#, data.join(&name)));
            more.push_str(&format!(
                r#", durableObjectNamespaces = [(className = "Inbox", uniqueKey = "{name}", enableSql = true)],
      durableObjectStorage = (localDisk = "{name}-disk")"#
            ));
        }
        Mode::Pass | Mode::V1a | Mode::Jwt => {}
    }
    own.insert(0, service(&name, &modules.join(", "), &bindings, &more));
    own
}

/// A service that is a Worker.
fn service(name: &str, modules: &str, bindings: &[String], more: &str) -> String {
    let bindings = bindings.join(", ");
    format!(
        r#"(name = "{name}", worker = (modules = [{modules}],
      bindings = [{bindings}],
      compatibilityDate = "{DATE}"{more}))"#
    )
}

/// The inboxes of all, under the names of their Workers.
fn inboxes(workers: &[(Worker, Variables)]) -> Vec<String> {
    let names = workers.iter().filter(|(worker, _)| worker.mode == Mode::Inbox).map(|(worker, _)| worker.name());
    let binding =
        |name| format!(r#"(name = "{name}", durableObjectNamespace = (className = "Inbox", serviceName = "{name}"))"#);
    names.map(binding).collect()
}

/// The services that contenders call.
fn behind(workers: &[(Worker, Variables)], app: &str) -> Vec<String> {
    let with_kv = workers.iter().filter(|(worker, _)| worker.mode == Mode::Kv);
    let services = with_kv.map(|(worker, _)| format!("{}-kv", worker.name())).chain([app.to_owned()]);
    services.map(|name| format!(r#"(name = "{name}", service = "{name}")"#)).collect()
}

fn module(file: impl AsRef<str>) -> String {
    let file = file.as_ref();
    // The name is that by which `index.js` imports it.
    match file.strip_suffix(".wasm") {
        Some(_) => format!(r#"(name = "./{file}", wasm = embed "{file}")"#),
        None => format!(r#"(name = "{file}", esModule = embed "{file}")"#),
    }
}
