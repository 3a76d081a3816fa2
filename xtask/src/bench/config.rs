//! workerd's configuration for the contenders.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::cases::{Contender, Mode};
use super::workers::Worker;

/// The socket that key sets are fetched from.
pub(super) const KEYS: &str = "keys";
/// The socket that fills inboxes.
pub(super) const FILL: &str = "fill";

/// The same for all. Countersign's own is in `wrangler.toml`.
const DATE: &str = "2026-08-04";

type Variables = Vec<(&'static str, String)>;

/// Workers with their variables, before an application `app`; each has its folder in `data`, and its port.
pub(super) fn capnp(
    bundle: &Path,
    data: &Path,
    workers: &[(Worker, Variables)],
    app: &str,
    ports: &BTreeMap<String, u16>,
) -> Result<String> {
    let mut services = String::new();
    for (worker, variables) in workers {
        add_worker(&mut services, data, *worker, variables, app)?;
    }
    let sockets: Vec<_> = ports
        .iter()
        .map(|(name, port)| {
            format!(r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = "{name}")"#)
        })
        .collect();
    for name in ["never", app] {
        services.push_str(&plain(name, ""));
    }
    services.push_str(&plain(FILL, &objects(workers)));
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [{services}
    (name = "{KEYS}", disk = (path = {keys:?})),
    (name = "loopback", network = (allow = ["private"]))],
  sockets = [
    {sockets}]);
"#,
        keys = bundle.join("jwks"),
        sockets = sockets.join(",\n    "),
    ))
}

/// A service without variables, whose script has its name.
fn plain(name: &str, bindings: &str) -> String {
    format!(
        r#"
    (name = "{name}", worker = (modules = [(name = "{name}.js", esModule = embed "{name}.js")], bindings = [{bindings}],
      compatibilityDate = "{DATE}")),"#
    )
}

/// The inboxes of all, under the names of their Workers.
fn objects(workers: &[(Worker, Variables)]) -> String {
    let inboxes = workers.iter().filter(|(worker, _)| worker.mode == Mode::Inbox);
    let names = inboxes.map(|(worker, _)| worker.name());
    names
        .map(|name| {
            format!(r#"(name = "{name}", durableObjectNamespace = (className = "Inbox", serviceName = "{name}"))"#)
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn add_worker(services: &mut String, data: &Path, worker: Worker, variables: &Variables, app: &str) -> Result<()> {
    let name = worker.name();
    let modules: Vec<_> = worker.modules().into_iter().map(module).collect();
    let mut bindings: Vec<_> =
        variables.iter().map(|(name, value)| format!("(name = \"{name}\", text = {value:?})")).collect();
    let mut more = String::new();
    let app = if worker.mode == Mode::Inbox { "never" } else { app };
    if worker.contender != Contender::Empty {
        bindings.push(format!(r#"(name = "APP", service = "{app}")"#));
    }
    match worker.mode {
        Mode::Kv => {
            bindings.push(format!(r#"(name = "EVENTS", kvNamespace = "{name}-kv")"#));
            services.push_str(&plain("kv", "").replacen("\"kv\"", &format!("\"{name}-kv\""), 1));
        }
        Mode::Inbox => {
            bindings.push(r#"(name = "INBOX", durableObjectNamespace = "Inbox")"#.to_owned());
            write!(
                services,
                "\n    (name = \"{name}-disk\", disk = (path = {:?}, writable = true)),",
                data.join(&name)
            )?;
            write!(
                more,
                ", durableObjectNamespaces = [(className = \"Inbox\", uniqueKey = \"{name}\", enableSql = true)],\n      \
                 durableObjectStorage = (localDisk = \"{name}-disk\")"
            )?;
        }
        _ => {}
    }
    write!(
        services,
        r#"
    (name = "{name}", worker = (modules = [{modules}],
      bindings = [{bindings}],
      compatibilityDate = "{DATE}", globalOutbound = "loopback"{more})),"#,
        modules = modules.join(", "),
        bindings = bindings.join(", "),
    )
    .context("a text cannot be written")
}

fn module(file: &str) -> String {
    // The name is that by which `index.js` imports it.
    match file.ends_with(".wasm") {
        true => format!(r#"(name = "./{file}", wasm = embed "{file}")"#),
        false => format!(r#"(name = "{file}", esModule = embed "{file}")"#),
    }
}
