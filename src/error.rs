//! What can be wrong with a key, a delivery or a key set: one variant per fault.
//!
//! The code is the contract: stable, the same in Rust, in JavaScript, in responses and in logs. The text and its remedy are for
//! people and may change; neither carries a secret, a signature or a piece of a body.

pub(crate) mod codes;
mod document;
mod header;
mod secret;

use std::fmt;

pub use self::codes::{CODES, Code};
pub use self::document::{JwksFault, JwtFault};
pub use self::header::HeaderFault;
pub use self::secret::SecretFault;

/// Why a key or a delivery was refused. As text it says what is wrong; [`Error::remedy`] says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A secret of no bytes: an unset variable must never verify anything.
    EmptySecret,
    /// A secret or public key that cannot be read.
    InvalidSecret(SecretFault),
    /// A required header is missing or empty.
    MissingHeader(&'static str),
    /// A header is present but invalid.
    InvalidHeader(&'static str, HeaderFault),
    /// A document that is not a key set.
    JwksInvalid(JwksFault),
    /// The token names a key that is not in the set, or names none and the set has several.
    JwkUnknownKid,
    /// The token names a key that is in the set, but is too weak or of another kind or use.
    JwkUnusable,
    /// `alg` is not RS256.
    JwtAlg,
    /// `aud` does not name this receiver.
    JwtAudience,
    /// A registered claim is missing or has the wrong type.
    JwtClaims(&'static str),
    /// `exp` has passed.
    JwtExpired,
    /// `iss` is not the configured issuer.
    JwtIssuer,
    /// The value is not a compact JWS of three segments with a JSON header and JSON claims.
    JwtMalformed(JwtFault),
    /// `nbf` is in the future.
    JwtNotYetValid,
    /// The token's signature does not match under the key that it names.
    JwtSignature,
    /// `exp` is further away than ids are remembered.
    JwtTooLong,
    /// No signature in the header matches the body under any key.
    NoMatchingSignature,
    /// The timestamp is not in the one form that the sender writes: mostly whole Unix seconds in decimal digits.
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
    /// More signatures, or more signatures times keys, than one request may have tried.
    TooManySignatures,
    /// An Ed25519 key of small order, under which anybody can sign.
    WeakKey,
    /// A shared secret under 16 bytes, if keys must have that length.
    ShortSecret,
    /// Strict mode: a secret outside the 24 to 64 bytes of the specification.
    WeakSecret,
}

/// One member of the row of an error's code. By member, so that a build holds only the texts that it uses: the Worker needs no
/// remedies for deliveries.
macro_rules! member {
    ($error:expr, $member:ident) => {
        match $error {
            Error::EmptySecret => codes::EMPTY_SECRET.$member,
            Error::InvalidSecret(_) => codes::INVALID_SECRET.$member,
            Error::MissingHeader(_) => codes::MISSING_HEADER.$member,
            Error::InvalidHeader(..) => codes::INVALID_HEADER.$member,
            Error::JwksInvalid(_) => codes::JWKS_INVALID.$member,
            Error::JwkUnknownKid => codes::JWK_UNKNOWN_KID.$member,
            Error::JwkUnusable => codes::JWK_UNUSABLE.$member,
            Error::JwtAlg => codes::JWT_ALG.$member,
            Error::JwtAudience => codes::JWT_AUDIENCE.$member,
            Error::JwtClaims(_) => codes::JWT_CLAIMS.$member,
            Error::JwtExpired => codes::JWT_EXPIRED.$member,
            Error::JwtIssuer => codes::JWT_ISSUER.$member,
            Error::JwtMalformed(_) => codes::JWT_MALFORMED.$member,
            Error::JwtNotYetValid => codes::JWT_NOT_YET_VALID.$member,
            Error::JwtSignature => codes::JWT_SIGNATURE.$member,
            Error::JwtTooLong => codes::JWT_TOO_LONG.$member,
            Error::NoMatchingSignature => codes::NO_MATCHING_SIGNATURE.$member,
            Error::InvalidTimestamp => codes::INVALID_TIMESTAMP.$member,
            Error::TimestampTooNew { .. } => codes::TIMESTAMP_TOO_NEW.$member,
            Error::TimestampTooOld { .. } => codes::TIMESTAMP_TOO_OLD.$member,
            Error::TooManySignatures => codes::TOO_MANY_SIGNATURES.$member,
            Error::WeakKey => codes::WEAK_KEY.$member,
            Error::ShortSecret | Error::WeakSecret => codes::WEAK_SECRET.$member,
        }
    };
}

impl Error {
    /// The stable code, as in responses and logs.
    pub const fn code(&self) -> &'static str {
        member!(self, code)
    }

    /// The HTTP status to respond with: 400 for a request that nobody could verify, 401 for one that is not proven, 500 for a key
    /// of the receiver's own that is wrong, 503 if the sender should retry.
    pub const fn status(&self) -> u16 {
        member!(self, status)
    }

    /// What whoever runs the receiver can do about it, in one sentence.
    ///
    /// ```
    /// use countersign::{Error, SecretKey};
    ///
    /// let error = SecretKey::parse("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"").expect_err("quotes are no part of a secret");
    /// assert_eq!((error.to_string().as_str(), error.remedy()), ("the secret has quotes around it", "remove the quotes"));
    /// ```
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::InvalidHeader(_, fault) => fault.remedy(),
            Self::EmptySecret | Self::InvalidSecret(_) | Self::ShortSecret | Self::WeakKey | Self::WeakSecret => {
                self.remedy_for_key()
            }
            _ => member!(self, remedy),
        }
    }

    /// [`Error::remedy`] of an error about a key.
    pub(crate) const fn remedy_for_key(&self) -> &'static str {
        match self {
            Self::EmptySecret => codes::EMPTY_SECRET.remedy,
            Self::InvalidSecret(fault) => fault.remedy(),
            Self::WeakKey => codes::WEAK_KEY.remedy,
            _ => codes::WEAK_SECRET.remedy,
        }
    }

    /// What is wrong, as [`fmt::Display`] has it, without formatting: that would be 2 KB of Wasm, gzipped, in `countersign/hmac`.
    pub fn to_text(&self) -> String {
        let mut number = itoa::Buffer::new();
        let text = match self {
            Self::EmptySecret => "the secret is empty",
            Self::InvalidSecret(fault) => &fault.text().concat(),
            Self::MissingHeader(name) => &["header `", name, "` is missing or empty"].concat(),
            Self::InvalidHeader(name, fault) => &["header `", name, "` ", fault.text()].concat(),
            Self::JwksInvalid(fault) => fault.text(),
            Self::JwkUnknownKid => "the token names no key of the set",
            Self::JwkUnusable => "the key that the token names is too weak, or not meant for RS256 signatures",
            Self::JwtAlg => "the token's `alg` is not RS256",
            Self::JwtAudience => "the token's `aud` is not the configured audience",
            Self::JwtClaims(name) => &["claim `", name, "` is missing or has the wrong type or value"].concat(),
            Self::JwtExpired => "the token has expired",
            Self::JwtIssuer => "the token's `iss` is not the configured issuer",
            Self::JwtMalformed(fault) => fault.text(),
            Self::JwtNotYetValid => "the token is not valid yet",
            Self::JwtSignature => "the token's signature does not match",
            Self::JwtTooLong => "the token expires later than its id is remembered",
            Self::NoMatchingSignature => "no signature matches the body under any key",
            Self::InvalidTimestamp => "the timestamp is not in the form that the sender signs",
            Self::TimestampTooNew { ahead } => {
                &["the timestamp is ", number.format(*ahead), " s in the future"].concat()
            }
            Self::TimestampTooOld { age } => &["the timestamp is ", number.format(*age), " s old"].concat(),
            Self::TooManySignatures => "the delivery carries more signatures than one may",
            Self::WeakKey => "the public key has small order, so anybody can sign under it",
            Self::ShortSecret => "the secret is shorter than 16 bytes, so it can be guessed",
            Self::WeakSecret => "the secret is not between 24 and 64 bytes long",
        };
        text.to_owned()
    }

    /// The title of the response to the sender: what happened, in a few words, and nothing about the receiver.
    pub const fn title(&self) -> &'static str {
        member!(self, title)
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
        f.write_str(&self.to_text())
    }
}

impl std::error::Error for Error {}
