//! The admin API: its routes, and how requests to it are read.
//!
//! [`ROUTES`] is the one table of routes. [`parse`] reads requests by it, and the OpenAPI description is generated from it.

mod list;
mod query;
mod request;
mod routes;

pub use list::{Page, Position};
pub use query::{Kind, Parameter, Query};
pub use request::{Request, parse};
pub use routes::{Method, Operation, ROUTES, Role, Route};
