//! The forms of signatures, and what of a delivery each proves.

/// A form of signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// HMAC-SHA256 over `id.timestamp.body`.
    V1,
    /// Ed25519 over `id.timestamp.body`.
    V1a,
    /// A compact JWS (a token), which does not cover the body.
    Jwt,
    /// HMAC-SHA256 over what the scheme's template describes.
    HmacSha256,
    /// HMAC-SHA1 over what the scheme's template describes.
    HmacSha1,
    /// HMAC-SHA512 over what the scheme's template describes.
    HmacSha512,
    /// HMAC-SHA256 over some members of the JSON body, inside the body.
    HmacSha256Fields,
    /// Ed25519 over what the scheme's template describes.
    Ed25519,
    /// ECDSA on P-256 with SHA-256, in DER, over what the scheme's template describes.
    EcdsaP256,
    /// The shared secret itself, as the value of a header. It covers nothing.
    Token,
    /// A compact JWS (a token) about the sender. It covers nothing.
    IdToken,
}

/// What of a delivery a signature proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The body: it is what the sender sent.
    Body,
    /// Some members of the body, which the scheme names. The others can be changed.
    Fields,
    /// Claims of its own, which are the event. They are forwarded in place of the body.
    Claims,
    /// Who sent it, and nothing else. Whoever reads the proof once can send any body with it.
    Sender,
}

impl Form {
    /// The name in configurations, logs and headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V1a => "v1a",
            Self::Jwt => "jwt",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha512 => "hmac-sha512",
            Self::HmacSha256Fields => "hmac-sha256-fields",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::Token => "token",
            Self::IdToken => "id-token",
        }
    }

    /// Finds a form by its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == name)
    }

    /// What of a delivery a signature of this form proves.
    pub const fn covers(self) -> Covers {
        match self {
            Self::V1
            | Self::V1a
            | Self::HmacSha256
            | Self::HmacSha1
            | Self::HmacSha512
            | Self::Ed25519
            | Self::EcdsaP256 => Covers::Body,
            Self::HmacSha256Fields => Covers::Fields,
            Self::Jwt => Covers::Claims,
            Self::Token | Self::IdToken => Covers::Sender,
        }
    }

    /// Whether a public key of Ed25519 verifies it.
    pub(crate) const fn is_ed25519(self) -> bool {
        matches!(self, Self::V1a | Self::Ed25519)
    }

    /// Whether a shared secret verifies it.
    pub(crate) const fn is_shared(self) -> bool {
        matches!(
            self,
            Self::V1 | Self::HmacSha256 | Self::HmacSha1 | Self::HmacSha512 | Self::HmacSha256Fields | Self::Token
        )
    }

    /// Whether it is a token that a key of a set signs by RS256.
    pub(crate) const fn is_rs256(self) -> bool {
        matches!(self, Self::Jwt | Self::IdToken)
    }

    /// Every form.
    pub(crate) const ALL: [Self; 11] = [
        Self::V1,
        Self::V1a,
        Self::Jwt,
        Self::HmacSha256,
        Self::HmacSha1,
        Self::HmacSha512,
        Self::HmacSha256Fields,
        Self::Ed25519,
        Self::EcdsaP256,
        Self::Token,
        Self::IdToken,
    ];
}

impl Covers {
    /// The value of `countersign-covers`, and of `covers` in the log; `None` for the body, which goes without saying.
    pub const fn as_note(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Fields => Some("fields"),
            Self::Claims => Some("claims"),
            Self::Sender => Some("sender"),
        }
    }
}
