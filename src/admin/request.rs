//! A request to the API, read by the table of routes.

use super::query::Query;
use super::routes::{Method, Operation, ROUTES, Route};
use crate::gateway::response::Refusal;
use crate::url::{percent_decode, target};

/// A request that has a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The route.
    pub route: &'static Route,
    /// The source that the path names. Whether it is configured is not known.
    pub source: Option<&'a str>,
    /// The item that the path names, decoded: the id of an event, for example. Empty if the route has none. For an event, `id` in the
    /// query counts before the path: clients remove `.` and `..` from a path, however they are encoded.
    pub item: Vec<u8>,
    /// The parameters.
    pub query: Query,
}

impl Request<'_> {
    /// What the request is for.
    pub const fn operation(&self) -> Operation {
        self.route.operation
    }

    /// The item as text.
    pub fn item(&self) -> String {
        String::from_utf8_lossy(&self.item).into_owned()
    }
}

/// Reads `/admin/…`. One slash at the end of the path is ignored.
///
/// ```
/// use countersign::admin::{Operation, parse};
///
/// let url = "https://hooks.example.com/admin/gemini/events/msg%2F1/replay?destination=billing";
/// let request = parse("POST", url).expect("there is such a route");
/// assert_eq!((request.operation(), request.source), (Operation::Replay, Some("gemini")));
/// assert_eq!((request.item().as_str(), request.query.destination()), ("msg/1", Some("billing")));
/// ```
///
/// # Errors
/// `not_found`, `method_not_allowed`, `invalid_query`.
pub fn parse<'a>(method: &str, url: &'a str) -> Result<Request<'a>, Refusal> {
    let target = target(url).split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.strip_prefix("admin/").ok_or(Refusal::NotFound)?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut allowed = Vec::new();
    for route in ROUTES {
        let Some((source, item)) = matched(route.path, path) else { continue };
        if route.method.accepts(method) {
            let query = Query::parse(query, route.query, !matches!(route.method, Method::Get))?;
            let item = match query.get("id").filter(|_| route.path.contains("{id}")) {
                Some(id) => id.as_bytes().to_vec(),
                None => percent_decode(item.unwrap_or_default().as_bytes()),
            };
            return Ok(Request { route, source, item, query });
        }
        allowed.push(route.method);
    }
    Err(not_allowed(&allowed))
}

/// The segments of a path that stand for the source and the item of a pattern; `None` if the path does not match.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<(Option<&'a str>, Option<&'a str>)> {
    let (mut source, mut item) = (None, None);
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        let segment = segments.next()?;
        match part {
            "{source}" => source = Some(segment),
            part if part.starts_with('{') => item = Some(segment),
            part if part == segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some((source, item))
}

/// The refusal of a request whose path has routes for these methods alone.
fn not_allowed(methods: &[Method]) -> Refusal {
    let has = |method| methods.contains(&method);
    match (has(Method::Get), has(Method::Post), has(Method::Delete)) {
        (false, false, false) => Refusal::NotFound,
        (true, false, false) => Refusal::MethodNotAllowedHealth,
        (false, true, false) => Refusal::MethodNotAllowed,
        (true, false, true) => Refusal::MethodNotAllowedEvent,
        (false, false, true) => Refusal::MethodNotAllowedJob,
        (false, true, true) => Refusal::MethodNotAllowedCapture,
        (true, true, _) => Refusal::MethodNotAllowedSession,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(method: &str, target: &str) -> (Operation, String, Option<String>) {
        let url = format!("https://a.example/admin/gemini/{target}");
        let request = parse(method, &url).unwrap();
        assert_eq!(request.source, Some("gemini"));
        (request.operation(), request.item(), request.query.destination().map(str::to_owned))
    }

    fn refused(method: &str, target: &str) -> Refusal {
        parse(method, &format!("https://a.example/admin/{target}")).unwrap_err()
    }

    #[test]
    fn every_operation_has_its_path() {
        let none = String::new;
        assert_eq!(ok("GET", "stats"), (Operation::Stats, none(), None));
        assert_eq!(ok("HEAD", "stats/"), (Operation::Stats, none(), None));
        assert_eq!(ok("GET", "events/a%2Fb%3f"), (Operation::Event, "a/b?".to_owned(), None));
        assert_eq!(ok("DELETE", "events/a%2Fb"), (Operation::Forget, "a/b".to_owned(), None));
        assert_eq!(ok("POST", "events/m/replay"), (Operation::Replay, "m".to_owned(), None));
        assert_eq!(ok("POST", "replay?state=dead"), (Operation::ReplayAll, none(), None));
        assert_eq!(ok("POST", "pause"), (Operation::Pause, none(), None));
        assert_eq!(ok("POST", "resume"), (Operation::Resume, none(), None));
        let billing = || Some("billing".to_owned());
        assert_eq!(ok("POST", "events/m/replay?destination=billing"), (Operation::Replay, "m".to_owned(), billing()));
        assert_eq!(ok("POST", "replay?destination=billing&state=dead"), (Operation::ReplayAll, none(), billing()));
        assert_eq!(ok("POST", "pause?destination=billing"), (Operation::Pause, none(), billing()));
        assert_eq!(ok("GET", "events?cursor=&limit="), (Operation::List, none(), None));
    }

    #[test]
    fn an_id_that_no_path_can_have_is_in_the_query() {
        for (method, target, operation) in [
            ("GET", "events/-?id=..", Operation::Event),
            ("GET", "events/-/body?id=%2E%2e", Operation::Body),
            ("DELETE", "events/-?id=..", Operation::Forget),
            ("POST", "events/-/replay?id=..", Operation::Replay),
            ("POST", "events/other/discard?id=..", Operation::Discard),
        ] {
            assert_eq!(ok(method, target), (operation, "..".to_owned(), None), "{target}");
        }
        assert_eq!(ok("GET", "events/-?id=").1, "-");
        assert_eq!(ok("GET", "events?id=..").1, "", "a filter");
        assert_eq!(refused("DELETE", "gemini/jobs/1?id=.."), Refusal::InvalidQuery);
        assert_eq!(refused("POST", "gemini/pause?destination="), Refusal::InvalidQuery);
    }

    #[test]
    fn a_request_without_a_route_is_refused() {
        assert_eq!(refused("GET", "gemini"), Refusal::NotFound);
        assert_eq!(refused("GET", "gemini/events/a/b"), Refusal::NotFound);
        assert_eq!(refused("POST", "gemini/stats"), Refusal::MethodNotAllowedHealth);
        assert_eq!(refused("GET", "gemini/replay?state=dead"), Refusal::MethodNotAllowed);
        assert_eq!(refused("POST", "gemini/events/m"), Refusal::MethodNotAllowedEvent);
        for page in ["stats", "events", "events/m/replay", "replay?state=dead"] {
            let code = refused("DELETE", &format!("gemini/{page}")).code();
            assert_eq!(code, "method_not_allowed", "only one event at a time is forgotten: {page}");
        }
        for query in ["state=lost", "limit=0", "limit=201", "stat=dead"] {
            assert_eq!(refused("GET", &format!("gemini/events?{query}")), Refusal::InvalidQuery, "{query}");
        }
        assert_eq!(refused("POST", "gemini/pause?state=dead"), Refusal::InvalidQuery);
    }
}
