//! What can be wrong with a token or a key set before any key is tried.

use std::fmt;

/// Why a token cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwtFault {
    /// The claims are not a JSON object with unique members.
    Claims,
    /// The header lists critical extensions, none of which is understood here.
    Critical,
    /// A segment is not unpadded base64url.
    Encoding,
    /// The header is not a JSON object with unique members, or `kid` is not a string.
    Header,
    /// Not three segments.
    Segments,
    /// Longer than 16 KiB.
    TooLong,
}

/// Why a document is not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwksFault {
    /// Not a JSON object with an array `keys`.
    NotASet,
    /// More keys than the limit.
    TooManyKeys,
}

impl JwtFault {
    /// What is wrong.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Claims => "the token's claims are not a JSON object with unique members",
            Self::Critical => "the token's header lists critical extensions",
            Self::Encoding => "a segment of the token is not unpadded base64url",
            Self::Header => "the token's header is not a JSON object with unique members and a text `kid`",
            Self::Segments => "the token does not have three segments",
            Self::TooLong => "the token is longer than 16 KiB",
        }
    }
}

impl fmt::Display for JwtFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl JwksFault {
    /// What is wrong.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::NotASet => "the key set is not a JSON object with an array `keys`",
            Self::TooManyKeys => "the key set holds more than 32 keys",
        }
    }
}

impl fmt::Display for JwksFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
