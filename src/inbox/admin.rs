//! Requests of the admin API, read from method and URL.

use super::states::EventState;
use crate::gateway::response::Refusal;
use crate::url::{percent_decode, target};

/// A request about one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `GET stats`.
    Stats,
    /// `GET events?state=&limit=&cursor=`.
    List {
        /// Only events in this state; `None`: all.
        state: Option<EventState>,
        /// Where the page begins.
        from: Position,
        /// How many events it holds at most.
        limit: u32,
        /// Only at this destination; `None`: at all.
        destination: Option<String>,
    },
    /// `GET events/{id}`.
    Event(Vec<u8>),
    /// `DELETE events/{id}`.
    Forget(Vec<u8>),
    /// `POST events/{id}/replay?destination=`.
    Replay(Vec<u8>, Option<String>),
    /// `POST replay?state=&destination=`.
    ReplayAll(EventState, Option<String>),
    /// `POST pause?destination=` and `POST resume?destination=`.
    Pause(bool, Option<String>),
}

/// A place in the list of a source's events: by state, then by destination, then by shard, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The state listed.
    pub state: EventState,
    /// The place of the destination listed.
    pub destination: usize,
    /// The shard listed.
    pub shard: u32,
    /// The number of the event before.
    pub after: Option<u64>,
}

impl Position {
    /// Where a list begins.
    pub fn first(state: Option<EventState>) -> Self {
        Self { state: state.unwrap_or(EventState::Pending), destination: 0, shard: 0, after: None }
    }

    /// The place after the last event of this state in this shard, if there are so many destinations and shards; `None` at the end of the
    /// list.
    pub fn next(self, filter: Option<EventState>, destinations: usize, shards: u32) -> Option<Self> {
        let (shard, destination) = (self.shard.saturating_add(1), self.destination.saturating_add(1));
        if shard < shards {
            return Some(Self { shard, after: None, ..self });
        }
        if destination < destinations {
            return Some(Self { destination, shard: 0, after: None, ..self });
        }
        let mut rest = EventState::ALL.into_iter().skip_while(|state| *state != self.state).skip(1);
        let state = rest.next().filter(|_| filter.is_none())?;
        Some(Self { state, destination: 0, shard: 0, after: None })
    }

    /// The cursor that leads to this place.
    pub fn cursor(self) -> String {
        format!("{}.{}.{}.{}", self.state.as_str(), self.shard, self.after.unwrap_or_default(), self.destination)
    }

    fn parse(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('.');
        let state = EventState::parse(parts.next()?)?;
        let shard = parts.next()?.parse().ok()?;
        // No event has the number 0: that is the beginning of a shard.
        let after = Some(parts.next()?.parse().ok()?).filter(|after| *after > 0);
        // Versions before this one had one destination.
        let destination = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        parts.next().is_none().then_some(Self { state, destination, shard, after })
    }
}

/// Reads `/admin/{source}/…`; returns the source's name and the request.
///
/// ```
/// use countersign::inbox::admin::{Request, parse};
///
/// let request = parse("POST", "https://hooks.example.com/admin/gemini/events/msg%2F1/replay");
/// assert_eq!(request, Ok(("gemini", Request::Replay(b"msg/1".to_vec(), None))));
/// ```
///
///
/// # Errors
/// `not_found`, `method_not_allowed`, `invalid_query`.
pub fn parse<'a>(method: &str, url: &'a str) -> Result<(&'a str, Request), Refusal> {
    let target = target(url).split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Vec<_> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let &["admin", source, ref rest @ ..] = segments.as_slice() else { return Err(Refusal::NotFound) };
    let read = |request| if matches!(method, "GET" | "HEAD") { request } else { Err(Refusal::MethodNotAllowedHealth) };
    let write = |request| if method == "POST" { request } else { Err(Refusal::MethodNotAllowed) };
    let request = match *rest {
        ["stats"] => read(Ok(Request::Stats)),
        ["events"] => read(list(query)),
        ["events", id] => match method {
            "GET" | "HEAD" => Ok(Request::Event(percent_decode(id.as_bytes()))),
            "DELETE" => Ok(Request::Forget(percent_decode(id.as_bytes()))),
            _ => Err(Refusal::MethodNotAllowedEvent),
        },
        ["events", id, "replay"] => write(
            only_destination(query).map(|destination| Request::Replay(percent_decode(id.as_bytes()), destination)),
        ),
        ["replay"] => write(replay_all(query)),
        ["pause"] => write(only_destination(query).map(|destination| Request::Pause(true, destination))),
        ["resume"] => write(only_destination(query).map(|destination| Request::Pause(false, destination))),
        _ => Err(Refusal::NotFound),
    };
    Ok((source, request?))
}

fn list(query: &str) -> Result<Request, Refusal> {
    let (mut state, mut limit, mut from, mut destination) = (None, 50, None, None);
    for (name, value) in pairs(query) {
        match name {
            "state" => state = Some(EventState::parse(value).ok_or(Refusal::InvalidQuery)?),
            "limit" => {
                limit = value.parse().ok().filter(|limit| (1..=200).contains(limit)).ok_or(Refusal::InvalidQuery)?
            }
            "destination" => destination = Some(value.to_owned()),
            "cursor" => from = Some(Position::parse(value).ok_or(Refusal::InvalidQuery)?),
            _ => return Err(Refusal::InvalidQuery),
        }
    }
    let from = from.unwrap_or_else(|| Position::first(state));
    if state.is_some_and(|state| state != from.state) {
        return Err(Refusal::InvalidQuery);
    }
    Ok(Request::List { state, from, limit, destination })
}

fn replay_all(query: &str) -> Result<Request, Refusal> {
    let (mut state, mut destination) = (None, None);
    for (name, value) in pairs(query) {
        match name {
            "state" => state = EventState::parse(value).filter(|state| *state != EventState::Filtered),
            "destination" => destination = Some(value.to_owned()),
            _ => return Err(Refusal::InvalidQuery),
        }
    }
    state.map(|state| Request::ReplayAll(state, destination)).ok_or(Refusal::InvalidQuery)
}

/// The destination that a request names, and nothing else.
fn only_destination(query: &str) -> Result<Option<String>, Refusal> {
    match pairs(query).collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [("destination", name)] => Ok(Some((*name).to_owned())),
        _ => Err(Refusal::InvalidQuery),
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    // An empty value, as in `cursor=`, is none.
    query.split('&').filter_map(|pair| pair.split_once('=').or(Some((pair, "")))).filter(|(_, value)| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(method: &str, target: &str) -> Request {
        let url = format!("https://a.example/admin/gemini/{target}");
        let (source, request) = parse(method, &url).unwrap();
        assert_eq!(source, "gemini");
        request
    }

    fn refused(method: &str, target: &str) -> Refusal {
        parse(method, &format!("https://a.example/admin/{target}")).unwrap_err()
    }

    #[test]
    fn every_page_has_its_path() {
        assert_eq!(ok("GET", "stats"), Request::Stats);
        assert_eq!(ok("GET", "events/a%2Fb%3f"), Request::Event(b"a/b?".to_vec()));
        assert_eq!(ok("DELETE", "events/a%2Fb"), Request::Forget(b"a/b".to_vec()));
        assert_eq!(ok("POST", "events/m/replay"), Request::Replay(b"m".to_vec(), None));
        assert_eq!(ok("POST", "replay?state=dead"), Request::ReplayAll(EventState::Dead, None));
        assert_eq!(
            (ok("POST", "pause"), ok("POST", "resume")),
            (Request::Pause(true, None), Request::Pause(false, None))
        );
        let billing = || Some("billing".to_owned());
        assert_eq!(ok("POST", "events/m/replay?destination=billing"), Request::Replay(b"m".to_vec(), billing()));
        assert_eq!(
            ok("POST", "replay?destination=billing&state=dead"),
            Request::ReplayAll(EventState::Dead, billing())
        );
        assert_eq!(ok("POST", "pause?destination=billing"), Request::Pause(true, billing()));
        let first = Request::List { state: None, from: Position::first(None), limit: 50, destination: None };
        assert_eq!(ok("GET", "events"), first);
        assert_eq!(ok("GET", "events?cursor=&limit="), first);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(refused("GET", "gemini"), Refusal::NotFound);
        assert_eq!(refused("GET", "gemini/events/a/b"), Refusal::NotFound);
        assert_eq!(refused("POST", "gemini/stats"), Refusal::MethodNotAllowedHealth);
        assert_eq!(refused("GET", "gemini/replay?state=dead"), Refusal::MethodNotAllowed);
        assert_eq!(refused("POST", "gemini/events/m"), Refusal::MethodNotAllowedEvent);
        for page in ["stats", "events", "events/m/replay", "replay?state=dead"] {
            let code = refused("DELETE", &format!("gemini/{page}")).code();
            assert_eq!(code, "method_not_allowed", "only one event at a time is forgotten: {page}");
        }
        for query in ["state=lost", "limit=0", "limit=201", "cursor=x", "state=dead&cursor=pending.0.1", "stat=dead"] {
            assert_eq!(refused("GET", &format!("gemini/events?{query}")), Refusal::InvalidQuery, "{query}");
        }
        assert_eq!(refused("POST", "gemini/replay"), Refusal::InvalidQuery);
        assert_eq!(
            refused("POST", "gemini/replay?state=filtered"),
            Refusal::InvalidQuery,
            "it was never to be delivered"
        );
        assert_eq!(refused("POST", "gemini/pause?state=dead"), Refusal::InvalidQuery);
    }

    #[test]
    fn a_list_goes_through_all_shards_and_states_and_ends() {
        let mut seen = vec![Position::first(None)];
        while let Some(next) = seen.last().unwrap().next(None, 2, 3) {
            assert_eq!(Position::parse(&next.cursor()), Some(next));
            seen.push(next);
        }
        assert_eq!(seen.len(), 18);
        assert_eq!(
            Position::parse("dead.1.7"),
            Some(Position { destination: 0, ..Position::parse("dead.1.7.0").unwrap() })
        );
        assert_eq!(Position::first(Some(EventState::Dead)).next(Some(EventState::Dead), 1, 1), None);
        let inside = Position { after: Some(6), ..seen[4] };
        assert_eq!(Position::parse(&inside.cursor()), Some(inside));
    }
}
