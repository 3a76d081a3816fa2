//! The scheme `hmac` for receivers without a configuration file: a program that describes its sender itself.

use super::fault::Fault;
use super::hmac::read_hmac;
use super::reader::Reader;
use crate::scheme::Scheme;

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
