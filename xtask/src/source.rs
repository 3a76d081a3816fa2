//! Our own Rust as syntax: the modules of a crate, what they define, and what a path names.

mod modules;
mod read;
pub(crate) mod tokens;

pub(crate) use self::modules::{Crate, ModuleId};
pub(crate) use self::read::read;
