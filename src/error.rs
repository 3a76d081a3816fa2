//! What can be wrong with a key, a delivery or a key set: one variant per fault.
//!
//! The code is the contract: stable, the same in Rust, in JavaScript, in answers and in logs. The text is for people and may
//! change; it names the fix, and never carries a secret, a signature or a piece of a body.

mod secret;

use std::fmt;

pub use self::secret::SecretFault;

/// Why a key was not taken, or a delivery refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A secret of no bytes: an unset variable must never verify anything.
    EmptySecret,
    /// A secret or public key that cannot be read.
    InvalidSecret(SecretFault),
    /// A required header is absent or empty.
    MissingHeader(&'static str),
    /// A header is there but cannot be what the sender meant.
    InvalidHeader(&'static str, HeaderFault),
    /// An empty or unreadable key set document.
    JwksInvalid(JwksFault),
    /// The token names a key that the set does not hold, or names none where there are several.
    JwkUnknownKid,
    /// The token names a key that is in the set but too weak, or of another kind or use.
    JwkUnusable,
    /// `alg` is not RS256.
    JwtAlg,
    /// `aud` does not name this receiver.
    JwtAudience,
    /// A registered claim is absent or of the wrong type.
    JwtClaims(&'static str),
    /// `exp` has passed.
    JwtExpired,
    /// `iss` is not the one asked for.
    JwtIssuer,
    /// The value is not a compact JWS of three segments with a JSON header and JSON claims.
    JwtMalformed(JwtFault),
    /// `nbf` is in the future.
    JwtNotYetValid,
    /// The token's signature does not match the key that it names.
    JwtSignature,
    /// `exp` is further away than ids are remembered.
    JwtTooLong,
    /// No signature in the header matches the body under any key.
    NoMatchingSignature,
    /// The timestamp is not the canonical decimal form of whole Unix seconds.
    InvalidTimestamp,
    /// The timestamp is further in the future than the tolerance allows.
    TimestampTooNew {
        /// Seconds by which the timestamp is ahead of the clock.
        ahead: u64,
    },
    /// The timestamp is older than the tolerance allows.
    TimestampTooOld {
        /// Seconds by which the timestamp is behind the clock.
        age: u64,
    },
    /// More signatures, or more signatures times keys, than one request may make us try.
    TooManySignatures,
    /// An Ed25519 key of small order, under which anybody can sign.
    WeakKey,
    /// A shared secret under 16 bytes, where keys are held to the floor.
    ShortSecret,
    /// Strict mode: a secret outside the 24 to 64 bytes of the specification.
    WeakSecret,
}

/// Why a header cannot be what the sender meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// Several lines of a header that may stand once.
    Repeated,
    /// An id in which a part after a `.` reads like a timestamp: an old message with the boundary to its timestamp moved.
    ShiftedBoundary,
    /// Strict mode: a dot or more than 256 bytes.
    NotStrict,
    /// An id with white space, control characters or non-ASCII text.
    NotVisible,
}

/// Why a token is not a compact JWS that can be judged.
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
    /// Longer than any token has a reason to be.
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

impl Error {
    /// The stable code, as in answers and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptySecret => "empty_secret",
            Self::InvalidSecret(_) => "invalid_secret",
            Self::MissingHeader(_) => "missing_header",
            Self::InvalidHeader(..) => "invalid_header",
            Self::JwksInvalid(_) => "jwks_invalid",
            Self::JwkUnknownKid => "jwk_unknown_kid",
            Self::JwkUnusable => "jwk_unusable",
            Self::JwtAlg => "jwt_alg",
            Self::JwtAudience => "jwt_audience",
            Self::JwtClaims(_) => "jwt_claims",
            Self::JwtExpired => "jwt_expired",
            Self::JwtIssuer => "jwt_issuer",
            Self::JwtMalformed(_) => "jwt_malformed",
            Self::JwtNotYetValid => "jwt_not_yet_valid",
            Self::JwtSignature => "jwt_signature",
            Self::JwtTooLong => "jwt_too_long",
            Self::NoMatchingSignature => "no_matching_signature",
            Self::InvalidTimestamp => "invalid_timestamp",
            Self::TimestampTooNew { .. } => "timestamp_too_new",
            Self::TimestampTooOld { .. } => "timestamp_too_old",
            Self::TooManySignatures => "too_many_signatures",
            Self::WeakKey => "weak_key",
            Self::ShortSecret | Self::WeakSecret => "weak_secret",
        }
    }

    /// The HTTP status to answer with: 400 for a request nobody could verify, 401 for one that is not proved, 500 for a key of
    /// our own that is wrong, 503 where the sender should try again.
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingHeader(_)
            | Self::InvalidHeader(..)
            | Self::InvalidTimestamp
            | Self::JwtMalformed(_)
            | Self::TooManySignatures => 400,
            Self::EmptySecret | Self::InvalidSecret(_) | Self::ShortSecret | Self::WeakKey | Self::WeakSecret => 500,
            Self::JwksInvalid(_) => 503,
            _ => 401,
        }
    }

    /// Whether a newer key set could turn this refusal into an acceptance.
    pub const fn may_be_rotation(&self) -> bool {
        matches!(self, Self::NoMatchingSignature | Self::JwkUnknownKid | Self::JwkUnusable | Self::JwtSignature)
    }

    /// Whether the delivery was refused for its age alone.
    pub const fn is_age(&self) -> bool {
        matches!(self, Self::TimestampTooNew { .. } | Self::TimestampTooOld { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptySecret => {
                f.write_str("the secret is empty; set it to the `whsec_…` value that the sender showed")
            }
            Self::InvalidSecret(fault) => fault.fmt(f),
            Self::MissingHeader(name) => write!(f, "header `{name}` is missing or empty"),
            Self::InvalidHeader(name, fault) => write!(f, "header `{name}` {fault}"),
            Self::JwksInvalid(fault) => fault.fmt(f),
            Self::JwkUnknownKid => f.write_str("the token names no key of the set"),
            Self::JwkUnusable => {
                f.write_str("the key that the token names is too weak, or not meant for RS256 signatures")
            }
            Self::JwtAlg => f.write_str("the token's `alg` is not RS256"),
            Self::JwtAudience => f.write_str("the token's `aud` is not the configured audience"),
            Self::JwtClaims(name) => write!(f, "claim `{name}` is missing or of the wrong type"),
            Self::JwtExpired => f.write_str("the token has expired"),
            Self::JwtIssuer => f.write_str("the token's `iss` is not the configured issuer"),
            Self::JwtMalformed(fault) => fault.fmt(f),
            Self::JwtNotYetValid => f.write_str("the token is not valid yet"),
            Self::JwtSignature => f.write_str("the token's signature does not match"),
            Self::JwtTooLong => f.write_str("the token is good for longer than its id would be remembered"),
            Self::NoMatchingSignature => f.write_str("no signature matches the body under any key"),
            Self::InvalidTimestamp => f.write_str("the timestamp is not whole Unix seconds in plain decimal digits"),
            Self::TimestampTooNew { ahead } => {
                write!(f, "the timestamp is {ahead} s in the future (milliseconds, or a clock that is off?)")
            }
            Self::TimestampTooOld { age } => write!(f, "the timestamp is {age} s old"),
            Self::TooManySignatures => f.write_str("more signatures than one delivery may carry"),
            Self::WeakKey => {
                f.write_str("the public key is of small order: anybody can sign under it; get the sender's real one")
            }
            Self::ShortSecret => f.write_str(
                "the secret is a key of under 16 bytes, which can be guessed; copy the whole `whsec_…` value, or make a new \
                 one with `openssl rand -base64 32`",
            ),
            Self::WeakSecret => f.write_str("the secret is not between 24 and 64 bytes long"),
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repeated => "stands more than once",
            Self::ShiftedBoundary => {
                "has a timestamp behind a dot, like a replay of an old message with its timestamp moved into the id"
            }
            Self::NotStrict => "has a dot or more than 256 bytes",
            Self::NotVisible => "has a character that is not visible ASCII",
        })
    }
}

impl fmt::Display for JwtFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Claims => "the token's claims are not a JSON object with unique members",
            Self::Critical => "the token's header lists critical extensions",
            Self::Encoding => "a segment of the token is not unpadded base64url",
            Self::Header => "the token's header is not a JSON object with unique members and a text `kid`",
            Self::Segments => "the token does not have three segments",
            Self::TooLong => "the token is longer than 16 KiB",
        })
    }
}

impl fmt::Display for JwksFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotASet => "the key set is not a JSON object with an array `keys`",
            Self::TooManyKeys => "the key set holds more than 32 keys",
        })
    }
}
