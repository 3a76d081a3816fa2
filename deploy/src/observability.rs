//! Warns about Wrangler configurations with which Cloudflare stores URLs and headers of requests.

use toml::{Table, Value};

use xtask::term::yellow;

/// Prints a warning for each environment that stores URLs and headers.
pub(crate) fn warn(table: &Table) {
    warnings(table).iter().for_each(|warning| println!("{} {warning}", yellow("!")));
}

/// The warnings for the top level and each `[env.X]`. An environment without `observability` inherits all of the top level's; one with
/// it inherits nothing: <https://developers.cloudflare.com/workers/wrangler/configuration/#inheritable-keys>
fn warnings(table: &Table) -> Vec<String> {
    let environments = table.get("env").and_then(Value::as_table).into_iter().flatten();
    let named = environments.map(|(name, own)| (format!("env.{name}.observability"), own.get("observability")));
    let all = [("observability".to_owned(), table.get("observability"))].into_iter().chain(named);
    all.flat_map(|(name, own)| own.into_iter().flat_map(move |own| of(&name, own))).collect()
}

fn of(name: &str, observability: &Value) -> Vec<String> {
    let flag =
        |path: &[&str]| path.iter().try_fold(observability, |value, key| value.get(key)).and_then(Value::as_bool);
    let is_on = |part: &str| flag(&[part, "enabled"]).unwrap_or_else(|| flag(&["enabled"]) == Some(true));
    let mut found = Vec::new();
    if is_on("logs") && flag(&["logs", "invocation_logs"]) != Some(false) {
        found.push(format!(
            "[{name}] stores the URL and headers of every request, URL tokens and JWTs too; put `invocation_logs = false` \
             under [{name}.logs]"
        ));
    }
    if flag(&["traces", "enabled"]) == Some(true) {
        found.push(format!(
            "[{name}.traces] stores the URL of every request, URL tokens too; remove it, or set `enabled = false`"
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use xtask::{paths, wrangler};

    fn said(text: &str) -> Vec<String> {
        let all = warnings(&text.parse().expect("TOML"));
        all.iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn invocation_logs_are_named_at_every_level() {
        let off = "[observability]\nenabled = true\n[observability.logs]\ninvocation_logs = false\n";
        for (text, expected) in [
            ("", &[][..]),
            ("[observability]\nenabled = false\n", &[]),
            (off, &[]),
            ("[observability]\nenabled = true\n", &["[observability]"]),
            ("[observability]\nenabled = true\nlogs = { invocation_logs = true }\n", &["[observability]"]),
            ("[observability.logs]\nenabled = true\n", &["[observability]"]),
            ("[observability]\nenabled = true\nlogs = { enabled = false }\n", &[]),
            ("[observability.traces]\nenabled = true\n", &["[observability.traces]"]),
            // One environment inherits it, the other does not.
            (&format!("{off}[env.staging]\nname = \"x\"\n"), &[]),
            (&format!("{off}[env.staging.observability]\nenabled = true\n"), &["[env.staging.observability]"]),
            (&format!("{off}[env.a.observability.logs]\nenabled = true\ninvocation_logs = false\n"), &[]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    /// Every configuration that ships for Cloudflare, and with them every derived one.
    #[test]
    fn no_configuration_that_ships_stores_urls() {
        for path in ["wrangler.toml", "examples/deploy/wrangler.toml", "examples/transform/wrangler.toml"] {
            let table = wrangler::read(&paths::root().join(path)).expect("a configuration");
            assert_eq!(warnings(&table), Vec::<String>::new(), "{path}");
            assert!(table.get("observability").is_some(), "{path}");
        }
    }
}
