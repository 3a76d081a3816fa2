//! The decisions around the check: routes, deduplication, the key set cache, what is forwarded, the response and the log record.
//!
//! All of them are functions of plain values. A shell does the I/O between them.

pub mod acknowledgement;
pub mod archive;
pub mod content;
pub mod copies;
pub mod dedupe;
pub mod destination_error;
pub mod event_type;
pub mod forward;
pub mod header_list;
pub mod jwks_cache;
mod kept_headers;
pub mod log_record;
pub mod object_name;
pub mod order;
pub mod queue;
mod refusal;
pub mod response;
pub mod retry_after;
pub mod route;
pub mod stored;
pub mod when;
