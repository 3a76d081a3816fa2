//! The HMACs of senders that are described by a template, and how they are written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::message::Around;
use crate::crypto::{Crypto, HmacKey, hex};
use crate::scheme::{Encoding, Form};

/// The length of a signature as text; `None` if the form is not an HMAC.
pub(crate) const fn signature_length(form: Form, encoding: Encoding) -> Option<usize> {
    let bytes: usize = match form {
        Form::HmacSha256 | Form::HmacSha256Fields => 32,
        Form::HmacSha1 => 20,
        Form::HmacSha512 => 64,
        _ => return None,
    };
    Some(match encoding {
        Encoding::Hex => bytes.saturating_mul(2),
        Encoding::Base64 => bytes.div_ceil(3).saturating_mul(4),
        Encoding::Base64Url => bytes.saturating_mul(4).div_ceil(3),
    })
}

/// An HMAC.
pub(super) enum Mac {
    Sha256([u8; 32]),
    Sha1([u8; 20]),
    Sha512([u8; 64]),
}

impl AsRef<[u8]> for Mac {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha1(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }
}

/// The MAC of a delivery; `None` if the form is not an HMAC. For SHA-256 the body is copied only if something is signed after it.
pub(super) fn mac<B: ?Sized, C: Crypto<B>>(
    form: Form,
    around: &Around,
    key: &HmacKey,
    body: &B,
    crypto: &C,
) -> Option<Mac> {
    let Around { prefix, has_body, suffix } = around;
    match form {
        Form::HmacSha256 | Form::HmacSha256Fields if !has_body => Some(Mac::Sha256(key.mac([prefix, suffix]))),
        Form::HmacSha256 if suffix.is_empty() => Some(Mac::Sha256(crypto.hmac_sha256(key, prefix, body))),
        Form::HmacSha256 => Some(Mac::Sha256(key.mac([&crypto.message(prefix, body), suffix]))),
        Form::HmacSha1 | Form::HmacSha512 => {
            let mut message = if *has_body { crypto.message(prefix, body) } else { prefix.clone() };
            message.extend_from_slice(suffix);
            if form == Form::HmacSha1 {
                crypto.hmac_sha1(key, &message).map(Mac::Sha1)
            } else {
                crypto.hmac_sha512(key, &message).map(Mac::Sha512)
            }
        }
        _ => None,
    }
}

/// A signature as text.
pub(crate) fn encoded(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Hex => hex(bytes),
        Encoding::Base64 => base64(&STANDARD, bytes),
        Encoding::Base64Url => base64(&URL_SAFE_NO_PAD, bytes),
    }
}

/// `Engine::encode` without its panic, whose message is 1 KB of Wasm, gzipped.
fn base64(engine: &impl Engine, bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len().div_ceil(3).saturating_mul(4)];
    // This cannot fail: the buffer has the length of the padded text.
    let length = engine.encode_slice(bytes, &mut text).unwrap_or_default();
    text.truncate(length);
    String::from_utf8(text).unwrap_or_default()
}
