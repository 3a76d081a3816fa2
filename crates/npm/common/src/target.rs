//! A request as a delivery, with the method and the URL that some senders sign.

use countersign::scheme::Scheme;
use countersign::{Delivery, Target};
use js_sys::Uint8Array;

use crate::fault::Fault;
use crate::headers::headers;

/// The delivery of a call. `values` are those of [`header_names`](crate::header_names); `method` and `url` are for a scheme that signs
/// them.
///
/// # Errors
/// Those of [`targeted`].
pub fn delivery<'d>(
    scheme: &'static Scheme,
    values: &'d [String],
    body: Uint8Array,
    method: Option<&'d str>,
    url: Option<&'d str>,
) -> Result<Delivery<'d, Uint8Array>, Fault> {
    targeted(Delivery::new(headers(scheme, values), body), scheme, method, url)
}

/// Adds the method and the URL to a delivery, if its scheme signs them.
///
/// # Errors
/// `config_invalid` if the scheme signs the URL, and what was passed is none.
pub fn targeted<'d, B>(
    delivery: Delivery<'d, B>,
    scheme: &'static Scheme,
    method: Option<&'d str>,
    url: Option<&'d str>,
) -> Result<Delivery<'d, B>, Fault> {
    if !scheme.signs_target() {
        return Ok(delivery);
    }
    let is_absolute = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
    let url = url.filter(is_absolute).ok_or_else(|| {
        Fault::config(
            "this sender signs the URL that it calls: pass the request itself, or as `url` the webhook's whole URL, `https://…`, as \
             the sender has it",
        )
    })?;
    Ok(delivery.with_target(Target { method: method.unwrap_or("POST"), url }))
}
