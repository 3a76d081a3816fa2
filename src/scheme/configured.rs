//! The scheme `hmac`, which a configuration describes.

use super::bases::hmac;
use super::template::{Template, in_header, of_body};
use super::types::{Form, Scheme};

/// Its name in configurations. It is not in [`ALL`](super::ALL): without a configuration it describes nothing.
pub(crate) const CONFIGURED: &str = "hmac";

/// Replaces a configured scheme at fault, so that the rest of its source can be read. No source with a fault is ever used.
pub(crate) static AT_FAULT: Scheme = hmac(CONFIGURED, SOURCE, of_body(in_header(&["signature"], "")));

/// Makes the scheme of a form of HMAC and a template, which then lives as long as the program.
///
/// Everything that reads a delivery, and every error that names a header, borrows from its scheme for `'static`. A configuration is read
/// once in the life of an isolate and is at most 5 KB, so what is never freed is bounded by that.
pub(crate) fn configured(form: &'static [Form; 1], template: Template) -> &'static Scheme {
    Box::leak(Box::new(Scheme { forms: form, default_forms: form, ..hmac(CONFIGURED, SOURCE, template) }))
}

/// A text of the configuration, for a template.
pub(crate) fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A list of the configuration, for a template.
pub(crate) fn kept_list<T>(list: Vec<T>) -> &'static [T] {
    Box::leak(list.into_boxed_slice())
}

const SOURCE: &str = "https://github.com/countersign/countersign/blob/main/docs/configuration.md#the-scheme-hmac";
