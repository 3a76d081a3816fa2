//! Schemes that JavaScript describes. Each description is read once: a scheme is never freed.

use std::cell::RefCell;

use countersign::config::{self, choose_header, describe_hmac};
use countersign::scheme::Scheme;

use crate::fault::Fault;

/// Reads a scheme, unless the same text was read before.
///
/// # Errors
/// Those of `read`.
pub fn read_once(
    text: &str,
    read: impl FnOnce(&str) -> Result<&'static Scheme, Fault>,
) -> Result<&'static Scheme, Fault> {
    READ.with_borrow_mut(|known| {
        if let Some((_, scheme)) = known.iter().find(|(known, _)| known == text) {
            return Ok(*scheme);
        }
        let scheme = read(text)?;
        known.push((text.to_owned(), scheme));
        Ok(scheme)
    })
}

/// Reads what was passed to `hmac(…)`, as JSON.
///
/// # Errors
/// `config_invalid`: its first fault.
pub fn described(text: &str) -> Result<&'static Scheme, Fault> {
    describe_hmac(text).map_err(|faults| {
        // The configuration is TOML, and so are its examples and its names.
        let text = faults.first().map(config::Fault::to_string).unwrap_or_default();
        Fault::config(&text.replace(" = ", ": ").replace("secret_encoding", "secretEncoding"))
    })
}

/// Makes a scheme that reads its token from the header that the receiver chose at the sender.
///
/// # Errors
/// `config_invalid`: the fault of [`choose_header`].
pub fn with_header(scheme: &'static Scheme, header: &str) -> Result<&'static Scheme, Fault> {
    choose_header(scheme, header).map_err(|fault| Fault::config(&fault.to_string()))
}

thread_local! {
    static READ: RefCell<Vec<(String, &'static Scheme)>> = const { RefCell::new(Vec::new()) };
}
