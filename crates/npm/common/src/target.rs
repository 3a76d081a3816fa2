//! The method and the URL of a request, which some senders sign.

use countersign::scheme::{self, Scheme};
use countersign::{Delivery, Target};
use wasm_bindgen::prelude::*;

use crate::fault::Fault;

/// Whether a scheme signs the URL, so that it must be passed. False if there is no such scheme.
#[wasm_bindgen(js_name = signsUrl)]
pub fn signs_url(scheme: &str) -> bool {
    scheme::find(scheme).is_some_and(Scheme::signs_target)
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
