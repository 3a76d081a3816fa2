//! What surrounds `SOURCES`: further variables, and the secrets and bindings that it names.

use zeroize::Zeroizing;

/// The secrets, bindings and variables that a Worker, or a check before deploying, has.
pub trait Environment {
    /// A secret's value.
    fn secret(&self, name: &str) -> Secret;
    /// Whether there is such a binding.
    fn has(&self, binding: Binding<'_>) -> bool;
    /// A variable besides `SOURCES`, as JSON text. A check of `SOURCES` alone has none.
    fn variable(&self, _name: &str) -> Option<String> {
        None
    }
    /// Whether sources take any key that verifies, even short ones and those that documentation prints. Only a build for tests, which
    /// runs the vectors, does.
    fn takes_any_key(&self) -> bool {
        false
    }
}

/// What is known of a secret.
#[derive(Debug)]
pub enum Secret {
    /// Its value.
    Value(Zeroizing<String>),
    /// It is not set.
    Missing,
    /// It cannot be read here, in a check before deploying.
    Unseen,
}

/// A binding that a source needs, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// A KV namespace.
    Kv(&'a str),
    /// A service.
    Service(&'a str),
    /// A Durable Object namespace.
    DurableObject(&'a str),
    /// A producer of a Queue.
    Queue(&'a str),
    /// An R2 bucket.
    R2(&'a str),
}
