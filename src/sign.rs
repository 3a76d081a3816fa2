//! The inverse of verification: signatures for the origin, for tests and for tools.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{Crypto, Ed25519SigningKey, HmacKey};
use crate::error::Error;
use crate::event_id::check_id;
use crate::timestamp::Timestamp;
use crate::verify::{mac_text, signed_prefix};

/// Signs a delivery with shared secrets.
///
/// Returns the value of `webhook-signature`: `v1,` and the MAC, once per key, separated by spaces, so that a receiver can rotate.
/// The signed content can be split into id, timestamp and body in this one way only.
///
/// ```
/// use countersign::crypto::Portable;
/// use countersign::{HmacKey, Timestamp, sign};
///
/// let key = HmacKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let (id, at, body) = (b"msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_unix(1_614_265_330), "{\"test\": 2432232314}");
/// let signature = sign(&[key], id, at, body, &Portable)?;
/// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
/// - `missing_header` for an empty id.
/// - `invalid_header` for an id that no receiver here accepts: not visible ASCII, or with a timestamp after a dot.
/// - `invalid_timestamp` for a timestamp that does not have ten digits, such as milliseconds.
pub fn sign<B: ?Sized, C: Crypto<B>>(
    keys: &[HmacKey],
    id: &[u8],
    timestamp: Timestamp,
    body: &B,
    crypto: &C,
) -> Result<String, Error> {
    check(id, timestamp).map(|()| signature(keys, id, timestamp, body, crypto))
}

/// Signs a delivery with Ed25519: `v1a,` and the signature, once per key. Deterministic, as RFC 8032 has it.
///
/// ```
/// use countersign::{Ed25519SigningKey, Timestamp, sign_v1a};
///
/// let key = Ed25519SigningKey::from_seed(&[7; 32]);
/// let signature = sign_v1a(&[key], b"msg_1", Timestamp::from_unix(1_614_265_330), "{}")?;
/// assert!(signature.starts_with("v1a,"));
/// # Ok::<(), countersign::Error>(())
/// ```
///
/// # Errors
/// Those of [`sign`].
pub fn sign_v1a<B: AsRef<[u8]> + ?Sized>(
    keys: &[Ed25519SigningKey],
    id: &[u8],
    timestamp: Timestamp,
    body: &B,
) -> Result<String, Error> {
    check(id, timestamp)?;
    let message = [signed_prefix(id, timestamp).as_slice(), body.as_ref()].concat();
    let tokens = keys.iter().map(|key| format!("v1a,{}", STANDARD.encode(key.sign(&message))));
    Ok(tokens.collect::<Vec<_>>().join(" "))
}

/// [`sign`] for an id that was checked, and a timestamp from a clock.
pub(crate) fn signature<B: ?Sized, C: Crypto<B>>(
    keys: &[HmacKey],
    id: &[u8],
    timestamp: Timestamp,
    body: &B,
    crypto: &C,
) -> String {
    let prefix = signed_prefix(id, timestamp);
    let mut value = String::new();
    for key in keys {
        value.push_str(if value.is_empty() { "v1," } else { " v1," });
        value.extend(mac_text(crypto.hmac_sha256(key, &prefix, body)).map(char::from));
    }
    value
}

/// Checks that a receiver can split the signed content in one way only.
fn check(id: &[u8], timestamp: Timestamp) -> Result<(), Error> {
    if id.is_empty() {
        return Err(Error::MissingHeader("webhook-id"));
    }
    check_id(id, false).map_err(|fault| Error::InvalidHeader("webhook-id", fault))?;
    // A timestamp of another length could become a part of the id unnoticed.
    if TEN_DIGITS.contains(&timestamp.as_unix()) { Ok(()) } else { Err(Error::InvalidTimestamp) }
}

/// September 2001 to November 2286.
const TEN_DIGITS: RangeInclusive<u64> = 1_000_000_000..=9_999_999_999;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Portable;
    use crate::key::SecretKey;

    const ID: &[u8] = b"msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: Timestamp = Timestamp::from_unix(1614265330);
    const BODY: &[u8] = b"{\"test\": 2432232314}";

    #[test]
    fn the_vector_of_every_reference_suite() {
        let SecretKey::Hmac(key) = SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap() else {
            panic!()
        };
        let signed = sign(&[key.clone(), key], ID, AT, BODY, &Portable).unwrap();
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed, format!("{one} {one}"));
    }

    #[test]
    fn the_vector_of_svix_for_ed25519() {
        let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        let key = Ed25519SigningKey::parse(pair).unwrap();
        let signed = sign_v1a(&[key.clone(), key], ID, AT, BODY).unwrap();
        let one = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
        assert_eq!(signed, format!("{one} {one}"));
    }

    #[test]
    fn nothing_is_signed_that_could_be_split_in_another_way() {
        let key = HmacKey::from_bytes(&[7; 32]).unwrap();
        let by = |id: &[u8], at: u64| {
            let at = Timestamp::from_unix(at);
            let v1 = sign(std::slice::from_ref(&key), id, at, BODY, &Portable).err();
            assert_eq!(v1, sign_v1a(&[Ed25519SigningKey::from_seed(&[7; 32])], id, at, BODY).err());
            v1.map(|error| error.code())
        };
        for id in [&b"a.1614265330.b"[..], b"a.161426533", b"a b", b"\xc3\xa9", b"a\n"] {
            assert_eq!(by(id, 1614265330), Some("invalid_header"));
        }
        assert_eq!(by(b"", 1614265330), Some("missing_header"));
        for at in [0, 999_999_999, 10_000_000_000, 1_614_265_330_000] {
            assert_eq!(by(b"a", at), Some("invalid_timestamp"), "{at}");
        }
        for id in [&b"a"[..], b"evt.1.2", b"2024.12.1"] {
            assert_eq!(by(id, 1614265330), None);
        }
    }
}
