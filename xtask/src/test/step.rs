//! A step of `cargo xtask test`.

use anyhow::Result;

/// One thing to test, which can be run by its name.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// What it tests, in a few words.
    pub(super) what: &'static str,
    /// What has to be there before it runs.
    pub(super) needs: Needs,
    /// Whether it takes minutes, and so runs only with `--all` or by name.
    pub(super) long: bool,
    /// Whether it may run while other steps do: it compiles, or has a Worker of its own.
    pub(super) beside: bool,
    pub(super) run: fn() -> Result<()>,
}

/// What a step rests on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    /// Both Workers, which the step `build` makes.
    Build,
}

impl Step {
    /// A step that rests on nothing.
    pub(super) const fn new(name: &'static str, what: &'static str, run: fn() -> Result<()>) -> Self {
        Self { name, what, needs: Needs::Nothing, long: false, beside: false, run }
    }

    /// The same step, after `build`.
    pub(super) const fn on_build(mut self) -> Self {
        self.needs = Needs::Build;
        self
    }

    /// The same step, with `--all` alone.
    pub(super) const fn long(mut self) -> Self {
        self.long = true;
        self
    }

    /// The same step, beside those that run in workerd.
    pub(super) const fn beside(mut self) -> Self {
        self.beside = true;
        self
    }
}
