//! Log records, as lines of the platform's log.

use worker::web_sys::console;

/// Writes a record.
pub(crate) fn log(record: &str) {
    console::log_1(&record.into());
}
