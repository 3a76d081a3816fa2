//! What can be wrong with a header that is present.

use std::fmt;

/// Why a header is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// Several lines of a header that may occur once.
    Repeated,
    /// An id in which a part reads like a timestamp: an old message with the boundary to its timestamp moved.
    ShiftedBoundary,
    /// An id with the character that ends it in what is signed.
    Separator,
    /// Strict mode: a dot or more than 256 bytes.
    NotStrict,
    /// An id with white space, control characters or non-ASCII text.
    NotVisible,
}

impl HeaderFault {
    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Repeated => "find the proxy that sends the header twice: it must occur once",
            Self::ShiftedBoundary => {
                "reject it: an old message was replayed with its timestamp moved into the id; if the sender makes such ids, it must \
                 leave the digits out"
            }
            Self::Separator => "reject it: text of another message may have been moved into the id",
            Self::NotStrict => "turn strict mode off if the sender's ids are like that",
            Self::NotVisible => "have the sender make ids of letters, digits and punctuation, without spaces",
        }
    }

    /// What is wrong, to follow the header's name.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Repeated => "occurs more than once",
            Self::ShiftedBoundary => {
                "contains a timestamp, like a replay of an old message with its timestamp moved into the id"
            }
            Self::Separator => "contains the character that ends it in what is signed",
            Self::NotStrict => "has a dot or more than 256 bytes",
            Self::NotVisible => "has a character that is not visible ASCII",
        }
    }
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
