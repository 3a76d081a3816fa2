//! The table of routes.

use super::query::{Kind, Parameter};

/// The method of a route. A GET route also responds to HEAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes something.
    Post,
    /// Removes something.
    Delete,
}

impl Method {
    /// Its name in requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a route of this method responds to a request of that method.
    pub fn accepts(self, method: &str) -> bool {
        method == self.as_str() || (self == Self::Get && method == "HEAD")
    }
}

/// Who may use a route. Each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Anybody, without a token.
    Anyone,
    /// May look, but sees no bodies.
    Viewer,
    /// May do everything.
    Operator,
}

/// One route: a row of [`ROUTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// What the route does.
    pub operation: Operation,
    /// Its method.
    pub method: Method,
    /// Its path below `/admin/`. `{source}` is the name of a source; at most one other segment is in braces: the item.
    pub path: &'static str,
    /// The role that it requires.
    pub role: Role,
    /// The parameters of its query. It refuses all others.
    pub query: &'static [Parameter],
    /// What it does, in one line.
    pub summary: &'static str,
}

impl Route {
    /// Whether the route is about one source.
    pub fn has_source(&self) -> bool {
        self.path.starts_with("{source}/")
    }
}

/// The operations of the API, and [`ROUTES`] of all of them.
macro_rules! routes {
    ($($operation:ident: $method:ident $path:literal, $role:ident, [$($parameter:expr),*], $summary:literal;)*) => {
        /// What a route does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation {
            $(#[doc = $summary] $operation,)*
        }

        /// Every route. Of routes that match a path, the first counts.
        pub const ROUTES: &[Route] = &[$(Route {
            operation: Operation::$operation,
            method: Method::$method,
            path: $path,
            role: Role::$role,
            query: &[$($parameter),*],
            summary: $summary,
        }),*];
    };
}

// The routes of a source come first: a source can be called `codes`.
routes! {
    Stats: Get "{source}/stats", Viewer, [], "Count a source's events, by state and destination.";
    List: Get "{source}/events", Viewer, [
        STATE, TYPE, CODE, DESTINATION, ID, HASH, DATA_ID, FROM, TO, TEST, ORDER, LIMIT, CURSOR, AFTER
    ], "List events, the newest first.";
    Event: Get "{source}/events/{id}", Viewer, [ID_OF], "Show one event, with its attempts.";
    Body: Get "{source}/events/{id}/body", Operator, [ID_OF], "Download an event's body.";
    Forget: Delete "{source}/events/{id}", Operator, [ID_OF], "Forget an event and its id.";
    Replay: Post "{source}/events/{id}/replay", Operator, [DESTINATION, ID_OF], "Deliver one event again.";
    Discard: Post "{source}/events/{id}/discard", Operator, [DESTINATION, ID_OF], "Give up a pending event.";
    ReplayAll: Post "{source}/replay", Operator, [
        STATE, TYPE, CODE, DESTINATION, ID, HASH, DATA_ID, FROM, TO, TEST, DRY_RUN, RATE
    ], "Begin a job that delivers events again, or count them.";
    Test: Post "{source}/test", Operator, [], "Deliver a test event that the source's own key signs.";
    Jobs: Get "{source}/jobs", Viewer, [], "Show the last replay job.";
    CancelJob: Delete "{source}/jobs/{job}", Operator, [], "Cancel a replay job.";
    Pause: Post "{source}/pause", Operator, [DESTINATION], "Stop deliveries.";
    Resume: Post "{source}/resume", Operator, [DESTINATION], "Continue deliveries.";
    Capture: Post "{source}/capture", Operator, [], "Keep the next 20 refused deliveries whole, for 15 minutes.";
    StopCapture: Delete "{source}/capture", Operator, [], "Stop keeping refused deliveries.";
    Captures: Get "{source}/captures", Viewer, [], "List the refused deliveries that were kept.";
    Captured: Get "{source}/captures/{capture}", Operator, [], "Show one of them with its body.";
    Explain: Get "{source}/captures/{capture}/explain", Operator, [], "Explain why it was refused.";
    Sources: Get "sources", Viewer, [], "Show every source with its destinations and counts.";
    Refused: Get "refused", Viewer, [SOURCE], "Count refused deliveries of the last 24 hours by code.";
    Health: Get "health", Viewer, [], "Show faults, key sets, capacity and versions.";
    Audit: Get "audit", Viewer, [LIMIT, CURSOR], "List what was done at `/admin`, the latest first.";
    Lookup: Get "lookup", Viewer, [HASH], "Find the event of a log record's `id_hash`.";
    Code: Get "codes/{code}", Viewer, [], "Show what a code means.";
    Metrics: Get "metrics", Viewer, [], "Show counts and latencies for Prometheus.";
    OpenApi: Get "openapi.json", Viewer, [], "Describe this API.";
    SignIn: Post "session", Anyone, [], "Begin a session of the console: the body is `{\"token\": \"…\"}`, the response a cookie.";
    SignOut: Delete "session", Anyone, [], "Remove the cookie of the session.";
    Session: Get "session", Viewer, [], "Show who asks, what they may do, and until when.";
}

const SOURCE: Parameter = Parameter { name: "source", kind: Kind::Text, summary: "Only of this source." };
const STATE: Parameter = Parameter {
    name: "state",
    kind: Kind::State,
    summary: "Only events in this state; without it, all but the filtered ones.",
};
const TYPE: Parameter = Parameter {
    name: "type",
    kind: Kind::Text,
    summary: "Only events of this type, or of types that begin so if it ends with `*`.",
};
const CODE: Parameter =
    Parameter { name: "code", kind: Kind::Text, summary: "Only events whose last attempt failed with this code." };
const DESTINATION: Parameter =
    Parameter { name: "destination", kind: Kind::Text, summary: "Only at this destination; without it, at all." };
const ID: Parameter = Parameter { name: "id", kind: Kind::Text, summary: "Only the event with this id." };
const ID_OF: Parameter = Parameter {
    name: "id",
    kind: Kind::Text,
    summary: "The event's id, in place of the one in the path, which cannot be `.` or `..`.",
};
const HASH: Parameter = Parameter { name: "hash", kind: Kind::Hash, summary: "Only the event with this `id_hash`." };
const DATA_ID: Parameter =
    Parameter { name: "data_id", kind: Kind::Text, summary: "Only events with this `data.id` in their bodies." };
const FROM: Parameter =
    Parameter { name: "from", kind: Kind::Time, summary: "Only events received at this time or later." };
const TO: Parameter =
    Parameter { name: "to", kind: Kind::Time, summary: "Only events received at this time or earlier." };
const TEST: Parameter = Parameter { name: "test", kind: Kind::OneOf(&["true"]), summary: "Include test events." };
const ORDER: Parameter = Parameter {
    name: "order",
    kind: Kind::OneOf(&["new", "old"]),
    summary: "Which events come first; `new` if missing.",
};
const LIMIT: Parameter =
    Parameter { name: "limit", kind: Kind::Count { most: 200 }, summary: "The most rows; 50 if missing." };
const CURSOR: Parameter =
    Parameter { name: "cursor", kind: Kind::Text, summary: "Continue where the page with this cursor ended." };
const AFTER: Parameter = Parameter {
    name: "after",
    kind: Kind::Text,
    summary: "Only events newer than those of the page with this `newest`.",
};
const RATE: Parameter = Parameter {
    name: "rate",
    kind: Kind::Rate,
    summary: "Replay this many events a second, such as `50/s`; `100/s` if missing.",
};
const DRY_RUN: Parameter =
    Parameter { name: "dry_run", kind: Kind::OneOf(&["true"]), summary: "Count the events, and change nothing." };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_unambiguous() {
        for (place, route) in ROUTES.iter().enumerate() {
            let braces: Vec<_> = route.path.split('/').filter(|segment| segment.starts_with('{')).collect();
            let items = braces.iter().filter(|segment| **segment != "{source}").count();
            assert!(items <= 1, "{}", route.path);
            assert!(route.has_source() || !route.path.contains("{source}"), "{}", route.path);
            assert!(route.summary.ends_with('.') && !route.summary.contains('\n'), "{}", route.summary);
            let same = |other: &Route| (other.method, other.path) == (route.method, route.path);
            assert_eq!(ROUTES.iter().position(same), Some(place), "{}", route.path);
            for (place, parameter) in route.query.iter().enumerate() {
                assert_eq!(route.query.iter().position(|other| other.name == parameter.name), Some(place));
            }
        }
    }

    #[test]
    fn whoever_may_look_changes_nothing() {
        for route in ROUTES.iter().filter(|route| route.method != Method::Get) {
            assert_ne!(route.role, Role::Viewer, "{}", route.path);
        }
    }
}
