//! Google's custom methods: a verb after the id, in one segment of the path.

/// Splits `{id}:{verb}`.
pub(super) fn verb(target: &str) -> Option<(&str, &str)> {
    target.rsplit_once(':')
}
