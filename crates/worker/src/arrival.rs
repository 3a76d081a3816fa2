//! A request whose body has been read.

use std::borrow::Cow;
use std::rc::Rc;

use countersign::Timestamp;
use countersign::config::Source;
use worker::worker_sys::Context;

use crate::body::Body;
use crate::state::header_names;

/// A request, with its body read.
pub(crate) struct Arrival {
    /// The values of the source's headers, separated by line feeds; for a sender that signs the URL, the request's URL follows.
    pub(crate) headers: Vec<u8>,
    pub(crate) context: Rc<Context>,
    pub(crate) body: Body,
    pub(crate) now_ms: u64,
    /// Whether an operator asked for it: see `admin/test_event.rs`.
    pub(crate) is_test: bool,
}

impl Arrival {
    /// When it arrived.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.now_ms.div_euclid(1000))
    }

    /// The URL that the sender signed; `None` if it signs none, so that nothing is passed for it.
    pub(crate) fn signed_url<'a>(&'a self, source: &'a Source) -> Option<Cow<'a, str>> {
        if !source.policy.scheme.signs_target() {
            return None;
        }
        let url = self.headers.split(|byte| *byte == b'\n').nth(header_names(source).count())?;
        std::str::from_utf8(url).ok().map(|url| source.signed_url(url))
    }
}
