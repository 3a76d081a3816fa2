//! Finds the source of a request.

use super::response::Refusal;
use crate::config::{Config, Entry};
use crate::url::{path, percent_decode};

/// The route of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `POST /{source}`: the place of the source in the configuration.
    Source(usize),
    /// A handshake by another method than POST, for the source at this place.
    Handshake(usize),
    /// `GET /healthz`.
    Health,
    /// Anything under `/admin`, if anybody may use it.
    Admin,
    /// `GET /console/` and the console's other files, where `/admin` exists: the file's place in [`CONSOLE_FILES`].
    Console(usize),
}

/// The names of the console's files under `/console/`. Its page has none.
pub const CONSOLE_FILES: [&str; 3] = ["", "console.css", "console.js"];

/// A request without a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The response.
    pub refusal: Refusal,
    /// The place of the source that the path names, if it names one.
    pub source: Option<usize>,
    /// How far the path matched, for the log: a fixed word, because a path may contain a token.
    pub detail: Option<&'static str>,
}

/// Finds the route of a request by its method and absolute URL. One slash at the end of the path is ignored.
///
/// ```
/// use countersign::config::{Binding, Config, Environment, Secret};
/// use countersign::gateway::response::Refusal;
/// use countersign::gateway::route::{Route, route};
///
/// struct Worker;
///
/// impl Environment for Worker {
///     fn secret(&self, _: &str) -> Secret {
///         Secret::Unseen
///     }
///     fn has(&self, _: Binding<'_>) -> bool {
///         true
///     }
/// }
///
/// let sources = r#"{"gemini": {"scheme": "gemini", "secrets": ["SECRET"], "forward": {"origin": "https://a.example"}}}"#;
/// let config = Config::parse(Some(sources), &Worker);
/// assert_eq!(route(&config, "POST", "https://hooks.example.com/gemini"), Ok(Route::Source(0)));
/// let missed = route(&config, "POST", "https://hooks.example.com/Gemini").expect_err("names are in lower case");
/// assert_eq!((missed.refusal, missed.detail), (Refusal::NotFound, Some("other_case")));
/// ```
///
/// # Errors
/// `not_found`, `method_not_allowed`, `config_invalid`.
pub fn route(config: &Config, method: &str, url: &str) -> Result<Route, Missed> {
    // By bytes: a search for characters takes three times as long, and every request comes through here.
    let path = path(url).as_bytes();
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let mut segments = path.split(|byte| *byte == b'/');
    let (name, token, rest) = (segments.next().unwrap_or_default(), segments.next(), segments.next());
    let missed = |refusal| Missed { refusal, source: None, detail: None };
    match name {
        b"healthz" if token.is_none() && matches!(method, "GET" | "HEAD") => return Ok(Route::Health),
        b"healthz" if token.is_none() => return Err(missed(Refusal::MethodNotAllowedHealth)),
        b"admin" if config.admin().exists() => return Ok(Route::Admin),
        b"console" if config.admin().exists() => return console(method, token, rest).map_err(missed),
        _ => {}
    }
    let is_reachable = |entry: &Entry| !matches!(entry, Entry::Ready(source) if source.is_internal);
    let Some((index, entry)) = config.find(name).filter(|(_, entry)| is_reachable(entry)) else {
        if config.is_partial() {
            return Err(missed(Refusal::ConfigInvalid));
        }
        return Err(Missed { detail: Some(why_unknown(config, path, name)), ..missed(Refusal::NotFound) });
    };
    let at_source = |refusal, detail| Err(Missed { refusal, source: Some(index), detail });
    if rest.is_some() || token == Some(b"") {
        return at_source(Refusal::NotFound, Some(why_longer(path)));
    }
    let Entry::Ready(source) = entry else { return at_source(Refusal::ConfigInvalid, None) };
    match source.check_token(token.map(percent_decode).as_deref()) {
        Err(detail) => at_source(Refusal::NotFound, Some(detail)),
        Ok(()) if method == "POST" => Ok(Route::Source(index)),
        Ok(()) if source.answers(method) => Ok(Route::Handshake(index)),
        Ok(()) => at_source(Refusal::MethodNotAllowed, None),
    }
}

/// A file of the console.
#[inline(never)]
fn console(method: &str, name: Option<&[u8]>, rest: Option<&[u8]>) -> Result<Route, Refusal> {
    let name = name.unwrap_or_default();
    let place = CONSOLE_FILES.iter().position(|file| file.as_bytes() == name && rest.is_none());
    match place {
        Some(place) if matches!(method, "GET" | "HEAD") => Ok(Route::Console(place)),
        Some(_) => Err(Refusal::MethodNotAllowedHealth),
        None => Err(Refusal::NotFound),
    }
}

/// Why a path continues after a source and a token.
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
