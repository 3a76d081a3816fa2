//! Schemes for receivers without a configuration file: a program describes its sender, or names the header that it chose there.

use super::fault::Fault;
use super::header_name::{NOT_CHOSEN, name_fault};
use super::hmac::read_hmac;
use super::reader::Reader;
use crate::scheme::{Scheme, with_header};

/// Reads how a sender signs: a JSON object with the keys of `scheme = "hmac"`. The scheme lives as long as the program, so read each
/// description once.
///
/// ```
/// use countersign::config::describe_hmac;
///
/// let acme = describe_hmac(r#"{ "signature": { "header": "X-Acme-Signature", "prefix": "sha256=" }, "id": "/id" }"#)?;
/// assert_eq!(acme.header_names().collect::<Vec<_>>(), ["x-acme-signature"]);
///
/// let faults = describe_hmac("{}").err().unwrap_or_default();
/// assert!(faults.iter().any(|fault| fault.to_string().starts_with("`signature` is required; ")));
///
/// let faults = describe_hmac("signature").err().unwrap_or_default();
/// assert!(faults.iter().all(|fault| fault.to_string().starts_with("this is not a table with unique keys; ")));
/// # Ok::<(), Vec<countersign::config::Fault>>(())
/// ```
///
/// # Errors
/// Its faults, at least one. None repeats a value.
pub fn describe_hmac(description: &str) -> Result<&'static Scheme, Vec<Fault>> {
    let mut reader = Reader::new(description, "");
    let scheme = read_hmac(&mut reader);
    let faults = reader.finish();
    if faults.is_empty() { Ok(scheme) } else { Err(faults) }
}

/// Makes a scheme that reads its token from another header, which the receiver chose at the sender: the key `header`. The scheme lives as
/// long as the program, so make each one once.
///
/// ```
/// use countersign::config::choose_header;
/// use countersign::scheme;
///
/// let okta = scheme::find("okta").ok_or("no such scheme")?;
/// let hook = choose_header(okta, "X-Hook-Key").map_err(|fault| fault.to_string())?;
/// assert_eq!(hook.header_names().collect::<Vec<_>>(), ["x-hook-key"]);
///
/// let github = scheme::find("github").ok_or("no such scheme")?;
/// assert!(choose_header(github, "X-Hook-Key").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The fault of a name that cannot be a header's, of a header that HTTP, Cloudflare or Countersign sets, and of a scheme whose sender
/// always uses the same header.
pub fn choose_header(scheme: &'static Scheme, header: &str) -> Result<&'static Scheme, Fault> {
    let header = header.to_ascii_lowercase();
    let fault = if scheme.header_is_chosen { name_fault(&header) } else { Some(NOT_CHOSEN) };
    match fault {
        Some((problem, fix)) => Err(Fault::new("header", problem, fix)),
        None => Ok(with_header(scheme, header)),
    }
}
