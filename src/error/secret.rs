//! What can be wrong with the text of a secret: one variant per remedy. No variant holds any part of the secret.

use std::fmt;

/// Why a secret cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretFault {
    /// A name and `=`, `Bearer`, or another label next to the secret.
    Beside,
    /// Base64, except for its length or padding.
    Cut,
    /// A backslash, as in a line break written as `\n`.
    Escaped,
    /// Something else in place of the secret, and what it is.
    Foreign(&'static str),
    /// White space inside the key.
    InnerWhitespace,
    /// A key file (PEM, DER, OpenSSH) or a certificate.
    KeyFile,
    /// Dots or asterisks in place of part of the secret.
    Masked,
    /// Not standard base64.
    NotBase64,
    /// A shared secret that is not hexadecimal digits.
    NotHex,
    /// A public key that is not 64 hexadecimal digits.
    NotHexKey,
    /// A public key that is not a point of the curve in canonical form.
    NotOnCurve,
    /// A public key that is not an uncompressed point of P-256 in SPKI.
    NotP256,
    /// Not `whsk_…`, when signing with Ed25519.
    NotPrivate,
    /// A character that is invisible, a control character, or not ASCII, and what it is.
    NotText(&'static str),
    /// An id, key or token of another kind, and its prefix.
    Other(&'static str),
    /// A private key with a public key that is not its own.
    PairMismatch,
    /// Percent-encoded.
    PercentEncoded,
    /// Not one Ed25519 public key in PEM.
    Pem,
    /// A placeholder that nobody filled in.
    Placeholder,
    /// Almost `whsec_`.
    Prefix,
    /// `whsk_`: a private key.
    PrivateKey,
    /// A private key that is not 32 bytes long, or 64 with its public key.
    PrivateKeyLength,
    /// A public key in place of a shared secret.
    PublicAsShared,
    /// `whpk_` in place of a shared secret.
    PublicKey,
    /// A public key that is not 32 bytes long.
    PublicKeyLength,
    /// Quotes around the key, or at one end of it.
    Quoted,
    /// A key that a specification or documentation prints.
    Sample,
    /// Several secrets without white space between them, or `whsec_` twice.
    Several,
    /// A public key wrapped in SPKI (44 bytes).
    Spki,
    /// The secret, encoded in base64 a second time.
    TwiceEncoded,
    /// The name of a variable in place of its value.
    Unexpanded,
    /// What a program writes for a missing value.
    Unset,
    /// The URL-safe alphabet of base64.
    UrlSafe,
}

impl SecretFault {
    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Beside => "give the value alone",
            Self::Cut | Self::NotText(_) | Self::InnerWhitespace => "copy it again, as one word",
            Self::Escaped => "remove the backslash and what belongs to it",
            Self::Foreign(_) | Self::Other(_) => "use the endpoint's signing secret, `whsec_…`",
            Self::KeyFile | Self::PublicAsShared => {
                "use the `whsec_…` secret; give an Ed25519 public key as `whpk_` and base64 of its last 32 bytes"
            }
            Self::Masked => "reveal the secret where it is shown, and copy all of it",
            Self::NotBase64 => "copy it as shown (`whsec_…`), or pass text secrets as raw bytes",
            Self::NotHex => "copy the whole secret again: pairs of hexadecimal digits",
            Self::NotHexKey => "copy the whole public key again: 64 hexadecimal digits",
            Self::NotOnCurve | Self::PublicKeyLength => "copy the whole `whpk_…` value again",
            Self::NotP256 => "copy the whole verification key again: base64 of 91 bytes, which begins with `MFkw`",
            Self::NotPrivate => "give the `whsk_…` value",
            Self::PairMismatch | Self::PrivateKeyLength => "copy the whole `whsk_…` value again",
            Self::PercentEncoded => "give it decoded, as the sender shows it",
            Self::Pem => {
                "copy the whole block again, both `-----` lines included, and give several keys as several secrets"
            }
            Self::Placeholder => "replace it with the real one",
            Self::Prefix => "begin it with `whsec_`, in lower case, as the sender shows it",
            Self::PrivateKey => "use the `whpk_` public key, and replace the private key: it was exposed",
            Self::PublicKey => "give the shared secret, `whsec_…`, or verify `v1a`",
            Self::Quoted => "remove the quotes",
            Self::Sample => "use your own endpoint's secret, or make one with `openssl rand -base64 32`",
            Self::Several => "write `whsec_` once before each secret, and give several secrets as several",
            Self::Spki => "use its last 32 bytes",
            Self::TwiceEncoded => "decode it once",
            Self::Unexpanded => "give the variable's value: nothing expands it here",
            Self::Unset => "set the variable that it comes from",
            Self::UrlSafe => "copy the secret again as the sender shows it (`whsec_…`)",
        }
    }

    /// What is wrong, in two parts to be read as one.
    pub(super) const fn text(self) -> [&'static str; 2] {
        let beginning = match self {
            Self::Foreign(_) => "the secret is ",
            Self::NotText(_) => "the secret contains ",
            Self::Other(_) => "the secret is an id, key or token of another kind: it begins with ",
            _ => "",
        };
        let rest = match self {
            Self::Beside => "the secret has other text next to it (a name and `=`, `Bearer`, a label)",
            Self::Cut => "the secret is base64 of an impossible length: a character or padding is missing, or extra",
            Self::Escaped => "the secret contains a backslash, like a line break written as `\\n`",
            Self::Foreign(what) | Self::NotText(what) | Self::Other(what) => what,
            Self::InnerWhitespace => "the secret contains white space",
            Self::KeyFile => "the secret is a key file or a certificate (PEM, DER or OpenSSH)",
            Self::Masked => "the secret is masked: dots or asterisks replace part of it",
            Self::NotBase64 => "the secret is not standard base64",
            Self::NotHex => "the secret is not written in hexadecimal digits",
            Self::NotHexKey => "the public key is not 64 hexadecimal digits",
            Self::NotOnCurve => "the public key is not an Ed25519 key",
            Self::NotP256 => "the public key is not an ECDSA key on P-256 in SPKI form",
            Self::NotPrivate => "signing with Ed25519 takes a private key, `whsk_…`",
            Self::PairMismatch => "the private key comes with a public key that is not its own",
            Self::PercentEncoded => "the secret is percent-encoded (`%2B`)",
            Self::Pem => "the public key is not one Ed25519 key in PEM",
            Self::Placeholder => "the secret is a placeholder",
            Self::Prefix => "the secret begins with something that is almost `whsec_`",
            Self::PrivateKey => "`whsk_` is a private key, which only the sender should hold",
            Self::PrivateKeyLength => "the private key is neither 32 bytes long, nor 64 with its public key",
            Self::PublicAsShared => "the secret is a public key, so anybody who knows it could sign",
            Self::PublicKey => "`whpk_` is a public key, for `v1a`; `v1` takes a shared secret",
            Self::PublicKeyLength => "the public key is not 32 bytes long",
            Self::Quoted => "the secret has quotes around it",
            Self::Sample => "the secret is one that documentation prints, so anybody can sign with it",
            Self::Several => "the secret has `whsec_` more than once, or several secrets run together",
            Self::Spki => "the public key is wrapped in SPKI (44 bytes)",
            Self::TwiceEncoded => "the secret is encoded in base64 twice",
            Self::Unexpanded => "the secret is the name of a variable (`$NAME`, `${NAME}`)",
            Self::Unset => "the secret is what a program writes for a missing value",
            Self::UrlSafe => "the secret looks like URL-safe base64 (`-`, `_`), in which no signing secret is written",
        };
        [beginning, rest]
    }
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().concat())
    }
}
