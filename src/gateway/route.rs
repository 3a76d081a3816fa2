//! From a request line to a source.

use super::response::Refusal;
use crate::config::{Config, Entry};
use crate::url::{path, percent_decode};

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `POST /{source}`: the place of the source in the configuration.
    Source(usize),
    /// `GET /healthz`.
    Health,
    /// Anything under `/admin`, where an admin token is set.
    Admin,
}

/// A request without a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// What to answer.
    pub refusal: Refusal,
    /// The place of the source that the path names, if it names one.
    pub source: Option<usize>,
    /// How far the path got, for the log: a fixed word, as a path may hold a token.
    pub detail: Option<&'static str>,
}

/// Finds the route of a request by its method and URL, as the platform gives them. One slash at the end of the path is passed over.
///
/// # Errors
/// `not_found`, `method_not_allowed`, `config_invalid`.
pub fn route(config: &Config, method: &str, url: &str) -> Result<Route, Missed> {
    // By bytes: to look for characters takes three times as long, and this is done for whatever comes.
    let path = path(url).as_bytes();
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let mut segments = path.split(|byte| *byte == b'/');
    let (name, token, rest) = (segments.next().unwrap_or_default(), segments.next(), segments.next());
    let missed = |refusal| Missed { refusal, source: None, detail: None };
    match name {
        b"healthz" if token.is_none() && matches!(method, "GET" | "HEAD") => return Ok(Route::Health),
        b"healthz" if token.is_none() => return Err(missed(Refusal::MethodNotAllowedHealth)),
        b"admin" if config.has_admin() => return Ok(Route::Admin),
        _ => {}
    }
    if !config.is_readable() {
        return Err(missed(Refusal::ConfigInvalid));
    }
    let Some((index, entry)) = config.find(name) else {
        return Err(Missed { detail: Some(why_unknown(config, path, name)), ..missed(Refusal::NotFound) });
    };
    let at_source = |refusal, detail| Err(Missed { refusal, source: Some(index), detail });
    if rest.is_some() || token == Some(b"") {
        return at_source(Refusal::NotFound, Some(why_longer(path)));
    }
    let Entry::Ready(source) = entry else { return at_source(Refusal::ConfigInvalid, None) };
    match source.check_token(token.map(percent_decode).as_deref()) {
        Err(detail) => at_source(Refusal::NotFound, Some(detail)),
        Ok(()) if method != "POST" => at_source(Refusal::MethodNotAllowed, None),
        Ok(()) => Ok(Route::Source(index)),
    }
}

/// Why a path goes on behind a source and a token.
#[inline(never)]
fn why_longer(path: &[u8]) -> &'static str {
    let empty = path.split(|byte| *byte == b'/').any(<[u8]>::is_empty);
    if empty { "empty_segment" } else { "extra_segments" }
}

/// Why a path names no source.
#[inline(never)]
fn why_unknown(config: &Config, path: &[u8], name: &[u8]) -> &'static str {
    if name.is_empty() && !path.is_empty() {
        "empty_segment"
    } else if config.find(&name.to_ascii_lowercase()).is_some() {
        "other_case"
    } else {
        "no_source"
    }
}
