//! The npm package's functions for senders, and their types.

use std::fmt::Write as _;
use std::fs;

use countersign::scheme::notation;

use crate::sender::Sender;
use crate::words;
use crate::{Content, root};

const TYPES: &str = "crates/npm/js/index.d.ts";
const HMAC_TYPES: &str = "crates/npm/js/hmac.d.ts";

/// The line before a generated part, and the one after it.
const BEGIN: &str = "// Generated from src/scheme; to update: UPDATE=1 cargo test --test senders\n";
const END: &str = "// End of the generated part.\n";

/// The generated files of the package.
pub(crate) fn files(senders: &[Sender]) -> Vec<(&'static str, Content)> {
    let hmac: Vec<_> = senders.iter().filter(|sender| sender.has_shared_secret()).collect();
    let all: Vec<_> = senders.iter().collect();
    let types = declarations(TYPES, &all, "Verifier") + &unions(senders);
    vec![
        ("crates/npm/js/senders.js", Content::Whole(script("countersign", &all, "secret-verifier", by_name))),
        ("crates/npm/js/hmac-senders.js", Content::Whole(script("countersign/hmac", &hmac, "hmac-verifier", by_lines))),
        (TYPES, Content::Part { begin: BEGIN, end: END, text: types }),
        (HMAC_TYPES, Content::Part { begin: BEGIN, end: END, text: declarations(HMAC_TYPES, &hmac, "Unwrapper") }),
    ]
}

/// A module that exports a function for each sender. `scheme` is what its verifier knows a scheme by. A bundler leaves out the functions
/// that are not used.
fn script(entry: &str, senders: &[&Sender], verifier: &str, scheme: impl Fn(&Sender) -> String) -> String {
    let mut text = format!("// The senders of `{entry}`. {}", BEGIN.trim_start_matches("// "));
    if senders.iter().any(|sender| sender.has_key_set()) {
        text += "import { KeySetVerifier } from \"./key-set-verifier.js\";\n";
    }
    let makers = if senders.iter().any(|sender| sender.scheme.header_is_chosen) {
        "withSecrets, withToken"
    } else {
        "withSecrets"
    };
    writeln!(text, "import {{ {makers} }} from \"./{verifier}.js\";\n").unwrap();
    for sender in senders.iter().filter(|sender| !sender.has_key_set()) {
        let maker = if sender.scheme.header_is_chosen { "withToken" } else { "withSecrets" };
        let (function, scheme) = (&sender.function, scheme(sender));
        writeln!(text, "export const {function} = /* @__PURE__ */ {maker}({scheme});").unwrap();
    }
    for Sender { scheme, function, .. } in senders.iter().filter(|sender| sender.has_key_set()) {
        writeln!(text, "export const {function} = (options) => new KeySetVerifier(\"{}\", options);", scheme.name)
            .unwrap();
    }
    text
}

/// The registry in the Wasm knows a scheme by its name.
fn by_name(sender: &Sender) -> String {
    format!("{:?}", sender.scheme.name)
}

/// The small Wasm has no registry: it is told how the sender signs.
fn by_lines(sender: &Sender) -> String {
    let text = notation::write(sender.scheme).unwrap();
    text.lines().map(|line| format!("{line:?}")).collect::<Vec<_>>().join(", ")
}

/// The types of the functions that the file does not declare by hand.
fn declarations(file: &str, senders: &[&Sender], verifier: &str) -> String {
    let current = fs::read_to_string(root().join(file)).unwrap_or_default();
    let by_hand = current.split(BEGIN).next().unwrap_or_default();
    let mut text = String::new();
    for sender in senders.iter().filter(|sender| !by_hand.contains(&format!("function {}", sender.function))) {
        let (name, source) = (&sender.function, &sender.source);
        let signature = words::signature_in_brief(sender.scheme);
        write!(text, "\n/** Verifies webhooks of [{}]({source}): {signature}. */\n", sender.title).unwrap();
        let parameters = match sender.has_key_set() {
            _ if sender.scheme.identity().is_some() => "options: IdentityOptions",
            true => "options?: KeySetOptions",
            false if sender.scheme.header_is_chosen => "secrets: Secrets, options?: TokenOptions",
            false => "secrets: Secrets, options?: StaticOptions",
        };
        writeln!(text, "export function {name}<E = unknown>({parameters}): {verifier}<E>;").unwrap();
    }
    text + "\n"
}

/// The names of schemes, and of forms of signature.
fn unions(senders: &[Sender]) -> String {
    let names: Vec<_> = senders.iter().map(|sender| sender.scheme.name).collect();
    let mut forms = Vec::new();
    for form in senders.iter().flat_map(|sender| sender.scheme.forms) {
        if !forms.contains(&form.as_str()) {
            forms.push(form.as_str());
        }
    }
    format!(
        "/** The name of a way to sign. */\nexport type SchemeName ={};\n\n\
         /** The name of a form of signature. */\nexport type SignatureForm ={};\n\n",
        union(&names),
        union(&forms)
    )
}

fn union(names: &[&str]) -> String {
    names.iter().fold(String::new(), |text, name| text + "\n  | \"" + name + "\"")
}
