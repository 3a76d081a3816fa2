//! workerd's configuration for the contenders.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cases::Mode;
use crate::worker::Worker;

/// The socket that key sets are fetched from.
pub(crate) const KEYS: &str = "keys";
/// The socket that fills inboxes.
pub(crate) const FILL: &str = "fill";
/// The entrypoint by which a Worker is told to collect its garbage: what `collected.js` calls it.
const COLLECTOR: &str = "collector";

/// What `collected.js` calls the Worker behind it.
pub(crate) const SERVED: &str = "served.js";

/// The same for all. Countersign's own is in `wrangler.toml`.
pub(crate) const DATE: &str = "2026-10-01";

type Variables = Vec<(&'static str, String)>;

/// The socket by which a service is told to collect its garbage.
pub(crate) fn collector(service: &str) -> String {
    format!("{service}/{COLLECTOR}")
}

/// The KV of a Worker, as a service.
pub(crate) fn kv(worker: Worker) -> Option<String> {
    (worker.mode == Mode::Kv).then(|| format!("{}-kv", worker.name()))
}

/// Workers with their variables, before an application `app`; each has its folder in `data`, and its port. `collected`
/// says that they can be told to collect their garbage: not where starts are measured, as the engine then starts more slowly.
pub(crate) fn capnp(
    bundle: &Path,
    data: &Path,
    workers: &[(Worker, Variables)],
    app: &str,
    ports: &BTreeMap<String, u16>,
    collected: bool,
) -> String {
    let mut services: Vec<_> = workers.iter().flat_map(|(worker, told)| contender(data, *worker, told, app)).collect();
    services.extend(["never", app].map(|name| service(name, &[&format!("{name}.js")], &[], "")));
    services.push(service(FILL, &["fill.js"], &inboxes(workers), ""));
    services.push(format!(r#"(name = "{KEYS}", disk = (path = {:?}))"#, bundle.join("jwks")));
    services.push(r#"(name = "loopback", network = (allow = ["private"]))"#.to_owned());
    let flags = if collected { "\"--expose-gc\"" } else { "" };
    let socket = |(name, port): (&String, &u16)| {
        let service = match name.split_once('/') {
            Some((service, entrypoint)) => format!(r#"(name = "{service}", entrypoint = "{entrypoint}")"#),
            None => format!("{name:?}"),
        };
        format!(r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = {service})"#)
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
    let mut bindings: Vec<_> =
        variables.iter().map(|(name, value)| format!(r#"(name = "{name}", text = {value:?})"#)).collect();
    let app = if worker.mode == Mode::Inbox { "never" } else { app };
    bindings.push(format!(r#"(name = "APP", service = "{app}")"#));
    let (mut more, mut own) = (r#", globalOutbound = "loopback""#.to_owned(), Vec::new());
    if let Some(kv) = kv(worker) {
        bindings.push(format!(r#"(name = "EVENTS", kvNamespace = "{kv}")"#));
        own.push(service(&kv, &["kv.js"], &[], ""));
    }
    if worker.mode == Mode::Inbox {
        bindings.push(r#"(name = "INBOX", durableObjectNamespace = "Inbox")"#.to_owned());
        own.push(format!(r#"(name = "{name}-disk", disk = (path = {:?}, writable = true))"#, data.join(&name)));
        more.push_str(&format!(
            r#", durableObjectNamespaces = [(className = "Inbox", uniqueKey = "{name}", enableSql = true)],
      durableObjectStorage = (localDisk = "{name}-disk")"#
        ));
    }
    own.insert(0, service(&name, &worker.modules(), &bindings, &more));
    own
}

/// A service that is a Worker of these files, the main module first: behind `collected.js`, so that it can be told to collect its garbage.
fn service(name: &str, files: &[&str], bindings: &[String], more: &str) -> String {
    let module = |(at, file): (usize, &&str)| match file.strip_suffix(".wasm") {
        // The name is that by which `index.js` imports it.
        Some(_) => format!(r#"(name = "./{file}", wasm = embed "{file}")"#),
        None => format!(r#"(name = "{}", esModule = embed "{file}")"#, if at == 0 { SERVED } else { file }),
    };
    let modules: Vec<_> = files.iter().enumerate().map(module).collect();
    format!(
        r#"(name = "{name}", worker = (modules = [(name = "collected.js", esModule = embed "collected.js"), {}],
      bindings = [{}],
      compatibilityDate = "{DATE}"{more}))"#,
        modules.join(", "),
        bindings.join(", ")
    )
}

/// The inboxes of all, under the names of their Workers.
fn inboxes(workers: &[(Worker, Variables)]) -> Vec<String> {
    let names = workers.iter().filter(|(worker, _)| worker.mode == Mode::Inbox).map(|(worker, _)| worker.name());
    let binding =
        |name| format!(r#"(name = "{name}", durableObjectNamespace = (className = "Inbox", serviceName = "{name}"))"#);
    names.map(binding).collect()
}
