//! JSON objects as their members, the value at a pointer, each as it was written; and JSON as this crate writes it.
//!
//! `serde_json` takes the last of two members of one name, and rounds numbers; what is signed or configured must not depend on
//! either. Where a tree is needed it has the type, but neither reads nor prints it: its code for fractions, and for messages about types,
//! would be an eighth of the Wasm.

mod find;
mod members;
mod pointer;
mod print;
mod scalar;
mod scan;
mod tree;
mod value;

pub(crate) use find::{Pointer, Sought, find};
pub(crate) use members::{Members, items};
pub(crate) use pointer::{at, string_at};
pub(crate) use print::{canonical, quote};
pub use print::{printed, quoted};
pub use scalar::Scalar;
pub(crate) use tree::number;
pub use tree::value;
pub(crate) use value::string;
