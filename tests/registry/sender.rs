//! A sender, as the generators see it: its scheme, and what the header of its file says.

use std::path::PathBuf;

use countersign::scheme::{self, Covers, Form, KeySource, Scheme, Signing};

use crate::files::files_in;
use crate::root;

/// A scheme, and what is said about it.
pub(crate) struct Sender {
    pub(crate) scheme: &'static Scheme,
    /// The sender's name, as it writes it: `Coinbase Commerce`.
    pub(crate) title: String,
    /// Where the sender describes it: the first address in its file's header.
    pub(crate) source: String,
    /// The paragraphs of its file's header after the first, which has the name and the source.
    pub(crate) notes: Vec<String>,
    /// The name of its function in the npm package: `coinbaseCommerce`.
    pub(crate) function: String,
}

/// Which senders resemble each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `id.timestamp.body` is signed, in the headers of Standard Webhooks.
    Standard,
    /// A shared secret signs the body and a timestamp.
    Dated,
    /// A shared secret signs the body, and no time.
    Undated,
    /// The sender signs with a private key.
    PublicKey,
    /// A token proves the sender, and does not cover the body.
    Token,
}

/// The senders of all schemes, in the order of the registry.
pub(crate) fn all() -> Vec<Sender> {
    let files = files();
    scheme::ALL.iter().map(|scheme| Sender::of(scheme, &files)).collect()
}

/// The file that describes a scheme, and its text.
pub(crate) fn file_of<'f>(scheme: &Scheme, files: &'f [(PathBuf, String)]) -> Option<&'f (PathBuf, String)> {
    let names = [format!("\n    name: \"{}\",", scheme.name), format!("\n        \"{}\",", scheme.name)];
    let stem = scheme.name.replace('-', "_");
    let by_stem = files.iter().find(|(path, _)| path.file_stem().is_some_and(|name| name.to_str() == Some(&stem)));
    by_stem.or_else(|| files.iter().find(|(_, text)| names.iter().any(|name| text.contains(name))))
}

/// All files of `src/scheme`.
pub(crate) fn files() -> Vec<(PathBuf, String)> {
    files_in(&root().join("src/scheme"))
}

impl Sender {
    fn of(scheme: &'static Scheme, files: &[(PathBuf, String)]) -> Self {
        let (path, text) = file_of(scheme, files).unwrap_or_else(|| panic!("no file describes `{}`", scheme.name));
        let header: Vec<_> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let mut paragraphs = header.split(|line| line.is_empty()).map(|lines| lines.join(" "));
        let first = paragraphs.next().unwrap_or_default();
        let (title, _) = first
            .split_once(": ")
            .unwrap_or_else(|| panic!("{} does not begin with `//! <name of the sender>: <source>`", path.display()));
        let source = first.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let (source, _) = source.unwrap_or_else(|| panic!("{} does not begin with a `<source>`", path.display()));
        let notes = paragraphs.filter(|text| !text.is_empty()).map(|text| text.replace("[`", "`").replace("`]", "`"));
        Self {
            scheme,
            title: title.to_owned(),
            source: source.to_owned(),
            notes: notes.collect(),
            function: camel_case(scheme.name),
        }
    }

    /// Its name without what follows a comma or stands in brackets.
    pub(crate) fn short_title(&self) -> &str {
        self.title.split([',', '(']).next().unwrap_or_default().trim_end()
    }

    /// Whether its keys come from a key set alone.
    pub(crate) fn has_key_set(&self) -> bool {
        matches!(self.scheme.keys, KeySource::SharedJwks(_) | KeySource::IssuerJwks(_))
    }

    /// Whether it may sign with a secret that the receiver shares.
    pub(crate) fn has_shared_secret(&self) -> bool {
        !self.has_key_set() && self.scheme.forms.iter().any(|form| is_hmac(*form))
    }

    /// Whether it signs by ECDSA.
    pub(crate) fn has_ecdsa(&self) -> bool {
        self.scheme.forms.contains(&Form::EcdsaP256)
    }

    /// Whether a token proves its identity.
    pub(crate) fn has_identity(&self) -> bool {
        self.scheme.identity().is_some()
    }

    /// Whether a token may take the place of its signature.
    pub(crate) fn takes_tokens(&self) -> bool {
        self.scheme.forms.contains(&Form::Jwt)
    }

    /// The entry of the npm package that exports its function.
    pub(crate) fn entry(&self) -> &'static str {
        match self.has_ecdsa() {
            true => "countersign/ecdsa",
            false if self.has_identity() => "countersign/jwt",
            false => "countersign",
        }
    }

    pub(crate) fn family(&self) -> Family {
        match &self.scheme.signing {
            Signing::Standard(_) => Family::Standard,
            _ if self.scheme.forms.iter().all(|form| form.covers() == Covers::Sender) => Family::Token,
            Signing::Template(template) if self.has_shared_secret() => match template.time {
                scheme::Time::None => Family::Undated,
                _ => Family::Dated,
            },
            _ => Family::PublicKey,
        }
    }

    /// Its vector file, from the root. Senders without one are held to the vectors of their family.
    pub(crate) fn vectors(&self) -> String {
        let own = format!("tests/vectors/{}.json", self.scheme.name);
        match root().join(&own).is_file() {
            true => own,
            false if self.has_key_set() => "tests/vectors/jwks-jwt.json".to_owned(),
            false => "tests/vectors/standard-webhooks.json".to_owned(),
        }
    }
}

fn is_hmac(form: Form) -> bool {
    form == Form::V1 || form.as_str().starts_with("hmac")
}

/// The package's name for a scheme: `standard` for Standard Webhooks, else the scheme's in camel case.
fn camel_case(name: &str) -> String {
    if name == "standard-webhooks" {
        return "standard".to_owned();
    }
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(1);
        text + &initial.to_ascii_uppercase() + rest
    })
}
