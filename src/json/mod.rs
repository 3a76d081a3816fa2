//! JSON objects as their members, each as it was written; and JSON as this crate writes it.
//!
//! `serde_json` takes the last of two members of one name, and rounds numbers; what is signed or configured must not depend on
//! either. It tokenizes and builds trees here, but deserializes no types and prints no numbers: its code for fractions, and for
//! messages about types, would be an eighth of the Wasm.

mod members;
mod print;
mod value;

pub(crate) use members::Members;
pub use print::printed;
pub(crate) use print::{canonical, quote, quoted};
pub use value::value;
pub(crate) use value::{number, string};
