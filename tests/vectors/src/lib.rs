//! The vector files, and how one case of them is run against the core.
//!
//! The same function runs natively (`tests/vectors.rs`) and inside the test Worker, so both must pass the same files. A case
//! is data: the head of each file describes its fields.

mod case;
mod file;
mod outcome;
mod run;
mod scheme;

pub use case::Case;
pub use file::{FILES, File};
pub use outcome::Outcome;
