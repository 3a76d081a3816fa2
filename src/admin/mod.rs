//! The admin API: its routes, how requests to it are read, and what its lists consist of.
//!
//! [`ROUTES`] is the one table of routes. [`parse`] reads requests by it, and the OpenAPI description is generated from it.

mod job;
mod merge;
mod places;
mod query;
mod redacted;
mod request;
mod routes;
mod selection;
mod times;

pub use job::{Job, JobState};
pub use merge::{Listed, Merge, Order, Part};
pub use places::{newest, newest_of};
pub use query::{Kind, Parameter, Query};
pub use redacted::{is_credential, redacted};
pub use request::{Request, parse};
pub use routes::{Method, Operation, ROUTES, Role, Route};
pub use selection::Selection;
pub use times::{milliseconds, time, with_times};
