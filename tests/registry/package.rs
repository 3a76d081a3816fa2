//! The npm package's functions for senders, and their types.

use std::fmt::Write as _;
use std::fs;

use countersign::scheme::{Acknowledgement, Form, Handshake, Scheme, notation};

use crate::replies::media_type;
use crate::sender::Sender;
use crate::words;
use crate::{Content, root};

/// The line at the top of a generated file.
const GENERATED: &str = "Generated from src/scheme; to update: UPDATE=1 cargo test --test senders";

/// The names of functions that an entry's own types declare, with more than the generator knows.
const BY_HAND: [&str; 4] = ["standard", "svix", "gemini", "geminiDynamic"];

/// A group of senders that one entry exports.
struct Group<'s> {
    entry: &'static str,
    /// The script that makes the functions of senders.
    makers: &'static str,
    senders: Vec<&'s Sender>,
    /// How a scheme is passed to that script.
    scheme: fn(&Sender) -> String,
}

/// The generated files of the package.
pub(crate) fn files(senders: &[Sender]) -> Vec<(&'static str, Content)> {
    let of = |chosen: fn(&Sender) -> bool| senders.iter().filter(|sender| chosen(sender)).collect();
    let group = |entry, makers, senders, scheme| Group { entry, makers, senders, scheme };
    let core = group("countersign", "core-verifiers", of(|sender| sender.entry() == "countersign"), by_name);
    let hmac = group("countersign/hmac", "hmac-verifiers", of(Sender::has_shared_secret), by_lines);
    let jwt = group(
        "countersign/jwt",
        "full-verifiers",
        of(|sender| sender.has_identity() || sender.takes_tokens()),
        by_name,
    );
    let ecdsa = group("countersign/ecdsa", "full-verifiers", of(Sender::has_ecdsa), by_name);
    let events = fs::read_to_string(root().join("crates/npm/js/events.d.ts")).unwrap();
    let mut files = vec![
        ("crates/npm/js/schemes.d.ts", Content::Whole(unions(senders))),
        ("crates/npm/js/answers.js", Content::Whole(answers(senders))),
    ];
    for (group, script_file, types_file) in [
        (core, "crates/npm/js/senders.js", "crates/npm/js/senders.d.ts"),
        (hmac, "crates/npm/js/hmac-senders.js", "crates/npm/js/hmac-senders.d.ts"),
        (jwt, "crates/npm/js/jwt-senders.js", "crates/npm/js/jwt-senders.d.ts"),
        (ecdsa, "crates/npm/js/ecdsa-senders.js", "crates/npm/js/ecdsa-senders.d.ts"),
    ] {
        files.push((script_file, Content::Whole(script(&group))));
        files.push((types_file, Content::Whole(declarations(&group, &events))));
    }
    files
}

/// A module that exports a function for each sender. `scheme` is what its verifier knows a scheme by. A bundler leaves out the functions
/// that are not used.
fn script(group: &Group<'_>) -> String {
    let lines: Vec<_> =
        group.senders.iter().map(|sender| (maker(sender), &sender.function, (group.scheme)(sender))).collect();
    let mut makers: Vec<_> = lines.iter().map(|(maker, ..)| *maker).collect();
    makers.sort_unstable();
    makers.dedup();
    let mut text = format!("// The senders of `{}`. {GENERATED}\n", group.entry);
    writeln!(text, "import {{ {} }} from \"./{}.js\";\n", makers.join(", "), group.makers).unwrap();
    for (maker, function, scheme) in lines {
        writeln!(text, "export const {function} = /* @__PURE__ */ {maker}({scheme});").unwrap();
    }
    text
}

/// What makes the function of a sender.
fn maker(sender: &Sender) -> &'static str {
    match sender.has_key_set() {
        true => "withKeySet",
        false if sender.scheme.header_is_chosen => "withToken",
        false => "withSecrets",
    }
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

/// The types of the functions of a group. `events` is the text of the file with the types of events.
fn declarations(group: &Group<'_>, events: &str) -> String {
    let senders: Vec<_> =
        group.senders.iter().filter(|sender| !BY_HAND.contains(&sender.function.as_str())).copied().collect();
    let declared: Vec<_> = senders.iter().map(|sender| declaration(group.entry, sender, events)).collect();
    let mut known: Vec<_> = senders.iter().filter_map(|sender| event(sender, events)).collect();
    known.sort_unstable();
    let types = ["IdentityOptions", "KeySetOptions", "Secrets", "StaticOptions", "TokenOptions", "Verifier"];
    let used = |from: &str| {
        let names = types.iter().filter(|name| (**name == "IdentityOptions") == (from == "jwt"));
        let names = names.filter(|name| declared.iter().any(|text| text.contains(&format!(": {name}")))).copied();
        names.collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("// The senders of `{}`. {GENERATED}\n", group.entry);
    if !known.is_empty() {
        writeln!(text, "import type {{ {} }} from \"./events.js\";", known.join(", ")).unwrap();
    }
    for from in ["jwt", "types"].into_iter().filter(|from| !used(from).is_empty()) {
        writeln!(text, "import type {{ {} }} from \"./{from}.js\";", used(from)).unwrap();
    }
    text + "\n" + &declared.join("\n")
}

/// A function's documentation, with an example, and its type.
fn declaration(entry: &str, sender: &Sender, events: &str) -> String {
    let event = event(sender, events).unwrap_or_else(|| "unknown".to_owned());
    let (name, title, source) = (&sender.function, &sender.title, &sender.source);
    let signature = words::signature_in_brief(sender.scheme);
    let (parameters, given) = match sender.has_key_set() {
        _ if sender.has_identity() => {
            ("options: IdentityOptions", "{ audience: process.env.AUDIENCE, email: process.env.SENDER_EMAIL }")
        }
        true => ("options?: KeySetOptions", ""),
        false if sender.scheme.header_is_chosen => ("secrets: Secrets, options?: TokenOptions", SECRET),
        false => ("secrets: Secrets, options?: StaticOptions", SECRET),
    };
    format!(
        "/**\n * Verifies webhooks of [{title}]({source}): {signature}.\n *\n * @example\n * ```js\n * import {{ {name} }} from \"{entry}\";\n *\n \
         * const webhooks = {name}({given});\n * const {{ id, event }} = await webhooks.unwrap(request);\n * ```\n */\n\
         export function {name}<E = {event}>({parameters}): Verifier<E>;\n"
    )
}

/// The type of a sender's events, if the file with these has one: that of `stripe` is `StripeEvent`.
fn event(sender: &Sender, events: &str) -> Option<String> {
    let (initial, rest) = sender.function.split_at_checked(1)?;
    let name = format!("{}{rest}Event", initial.to_uppercase());
    let is_declared = [" ", "<"]
        .iter()
        .any(|end| ["interface", "type"].iter().any(|kind| events.contains(&format!("\nexport {kind} {name}{end}"))));
    is_declared.then_some(name)
}

/// The secret in examples.
const SECRET: &str = "process.env.WEBHOOK_SECRET";

/// The names of schemes, and of forms of signature.
fn unions(senders: &[Sender]) -> String {
    let names: Vec<_> = senders.iter().map(|sender| sender.scheme.name).collect();
    let mut forms = Vec::new();
    // The last one is for senders that are described: none of the registry signs with it.
    for form in senders.iter().flat_map(|sender| sender.scheme.forms).chain(&[Form::HmacSha512]) {
        if !forms.contains(&form.as_str()) {
            forms.push(form.as_str());
        }
    }
    format!(
        "// The names of the registry. {GENERATED}\n\n/** The name of a way to sign. */\nexport type SchemeName ={};\n\n\
         /** The name of a form of signature. */\nexport type SignatureForm ={};\n",
        union(&names),
        union(&forms)
    )
}

/// What the adapters answer the senders that need more than a verified delivery and a 204.
fn answers(senders: &[Sender]) -> String {
    let rows = |value: fn(&Sender) -> Option<String>| {
        let rows = senders.iter().filter_map(|sender| Some((sender.scheme.name, value(sender)?)));
        rows.fold(String::new(), |text, (name, value)| text + &format!("  {name:?}: {value},\n"))
    };
    let named = |is_one: fn(&'static Scheme) -> bool| {
        let names = senders.iter().filter(|sender| is_one(sender.scheme));
        names.map(|sender| format!("{:?}", sender.scheme.name)).collect::<Vec<_>>().join(", ")
    };
    format!(
        "// How senders are answered. {GENERATED}\n\n/** What a sender asks of an endpoint, by the name of its scheme. */\n\
         export const HANDSHAKES = {{\n  __proto__: null,\n{}}};\n\n\
         /** The response to a delivery that was taken, for senders that do not take every success. */\n\
         export const ACKNOWLEDGEMENTS = {{\n  __proto__: null,\n{}}};\n\n\
         /** The senders that sign the URL of the webhook. */\nexport const SIGNED_URL = [{}];\n\n\
         /** The senders that make no further attempt after a 4xx. */\nexport const ENDS_AT_4XX = [{}];\n",
        rows(|sender| sender.scheme.handshake.map(|asks| handshake(asks, sender.scheme.name))),
        rows(|sender| acknowledgement(sender.scheme.acknowledgement)),
        named(|scheme| scheme.signs_target()),
        named(|scheme| scheme.ends_at_4xx),
    )
}

/// What `testHandshake` knows besides of a handshake: a header that handlers by hand look at, and whether the reply may be JSON
/// (<https://docs.slack.dev/reference/events/url_verification>).
const TESTED: [(&str, &str); 2] = [
    ("slack", "takesJson: true"),
    ("twitch", r#"sends: ["twitch-eventsub-message-type", "webhook_callback_verification"]"#),
];

fn handshake(asks: Handshake, scheme: &str) -> String {
    let tested = TESTED.into_iter().find(|(name, _)| *name == scheme).map_or("", |(_, tested)| tested);
    let row = |method, kind, more: &[(&str, &str)]| {
        let row = more.iter().fold(format!("{{ method: {method:?}, kind: {kind:?}"), |text, (name, value)| {
            text + &format!(", {name}: {value:?}")
        });
        if tested.is_empty() { row + " }" } else { format!("{row}, {tested} }}") }
    };
    match asks {
        Handshake::HubChallenge => row("GET", "hub_challenge", &[]),
        Handshake::HeaderChallenge(header) => row("GET", "header_challenge", &[("header", header)]),
        Handshake::Probe(method) => row(method, "probe", &[]),
        Handshake::Echo { marker, equals, challenge } => {
            row("POST", "echo", &[("marker", marker), ("equals", equals), ("challenge", challenge)])
        }
        Handshake::EncryptedToken => row("POST", "encrypted_token", &[]),
        Handshake::Ping => row("POST", "ping", &[]),
        other => panic!("crates/npm/js/handshake.js answers no {other:?}"),
    }
}

fn acknowledgement(reads: Acknowledgement) -> Option<String> {
    match reads {
        Acknowledgement::Success => None,
        Acknowledgement::Ok => Some("{ status: 200 }".to_owned()),
        Acknowledgement::Exactly { status, text: "", .. } => Some(format!("{{ status: {status} }}")),
        Acknowledgement::Exactly { status, media, text } => {
            Some(format!("{{ status: {status}, type: {:?}, body: {text:?} }}", media_type(media).trim_matches('`')))
        }
        other => panic!("crates/npm/js/handshake.js knows no {other:?}"),
    }
}

fn union(names: &[&str]) -> String {
    names.iter().fold(String::new(), |text, name| text + "\n  | \"" + name + "\"")
}
