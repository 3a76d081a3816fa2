//! The list of events: which page of it a request asks for.

use super::query::Query;
use crate::gateway::response::Refusal;
use crate::inbox::EventState;

/// A page of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only events in this state; `None`: all.
    pub state: Option<EventState>,
    /// Where the page begins.
    pub from: Position,
    /// How many events it holds at most.
    pub limit: u32,
}

impl Page {
    /// The page that a query asks for.
    ///
    /// # Errors
    /// `invalid_query` if the cursor belongs to another list.
    pub fn read(query: &Query) -> Result<Self, Refusal> {
        let state = query.state();
        let from = match query.get("cursor") {
            Some(cursor) => Position::parse(cursor).ok_or(Refusal::InvalidQuery)?,
            None => Position::first(state),
        };
        if state.is_some_and(|state| state != from.state) {
            return Err(Refusal::InvalidQuery);
        }
        Ok(Self { state, from, limit: query.count("limit", 50) })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::parse;

    fn page(query: &str) -> Result<Page, Refusal> {
        Page::read(&parse("GET", &format!("https://a.example/admin/gemini/events?{query}")).unwrap().query)
    }

    #[test]
    fn a_list_begins_at_its_cursor() {
        assert_eq!(page(""), Ok(Page { state: None, from: Position::first(None), limit: 50 }));
        for query in ["cursor=x", "state=dead&cursor=pending.0.1"] {
            assert_eq!(page(query), Err(Refusal::InvalidQuery), "{query}");
        }
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
