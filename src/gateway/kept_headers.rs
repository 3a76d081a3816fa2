//! What is kept of a sender's headers.

use super::content::{CLAIMS, Content};
use super::header_list::HeaderList;
use crate::verify::{Metadata, Verified};

/// The headers of a delivery that are kept for its destination: the body's, and the scheme's own.
///
/// A token signs neither id nor timestamp. So its id is the event's, and it has no timestamp.
pub(super) fn kept_headers<B>(verified: &Verified<'_, B>, content: Content<'_>) -> HeaderList {
    let mut list = HeaderList::default();
    match verified.metadata() {
        Metadata::Signed { scheme, headers, names, id, timestamp, signatures } => {
            content.push_to(&mut list);
            list.push(names.id, id);
            // As it came: a timestamp has one spelling.
            list.push(names.timestamp, itoa::Buffer::new().format(timestamp.as_unix()).as_bytes());
            list.push(names.signature, signatures);
            list.push_present(scheme.forward.iter().copied(), headers);
        }
        Metadata::Described { scheme, headers, .. } => {
            content.push_to(&mut list);
            list.push_present(scheme.header_names(), headers);
        }
        Metadata::Token { names, token } => {
            list.push("content-type", CLAIMS);
            list.push(names.id, verified.id());
            list.push(names.signature, token);
        }
    }
    list
}
