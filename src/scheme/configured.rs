//! Schemes that a configuration describes: `hmac`, and presets whose token is in a header that the receiver chose.

use super::bases::{hmac, token_in};
use super::form::Form;
use super::template::{Template, Unit, in_list, stamped};
use super::types::{Scheme, Signing};
use crate::key::KeyFormat;

/// Its name in configurations. It is not in [`ALL`](super::ALL): without a configuration it describes nothing.
pub(crate) const CONFIGURED: &str = "hmac";

/// Replaces a configured scheme at fault, so that the rest of its source can be read. It signs a time, so that a `tolerance` is no fault too. No
/// source with a fault is ever used.
pub(crate) static AT_FAULT: Scheme =
    hmac(CONFIGURED, stamped(Unit::Seconds, in_list(&["signature"], b',', "t=", "v1=")));

/// Makes the scheme of a form of HMAC, a way to write secrets and a template, which then lives as long as the program.
///
/// Everything that reads a delivery, and every error that names a header, borrows from its scheme for `'static`. A configuration is read
/// once in the life of an isolate and is at most 5 KB, so what is never freed is bounded by that.
pub(crate) fn configured(form: &'static [Form; 1], secrets: KeyFormat, template: Template) -> &'static Scheme {
    Box::leak(Box::new(Scheme { forms: form, default_forms: form, secrets, ..hmac(CONFIGURED, template) }))
}

/// Makes a preset with its token in another header. It lives as long as the program, like [`configured`].
pub(crate) fn with_header(scheme: &'static Scheme, header: String) -> &'static Scheme {
    let header: &'static [&'static str; 1] = Box::leak(Box::new([kept(header)]));
    Box::leak(Box::new(Scheme { signing: Signing::Template(token_in(header)), ..*scheme }))
}

/// A text of the configuration, for a template.
pub(crate) fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A list of the configuration, for a template.
pub(crate) fn kept_list<T>(list: Vec<T>) -> &'static [T] {
    Box::leak(list.into_boxed_slice())
}
