//! The inverse of verification: signatures for the origin, for tests and for tools.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::{Ed25519SigningKey, HmacKey};
use crate::signature::Crypto;
use crate::timestamp::Timestamp;
use crate::verify::{mac_text, signed_prefix};

/// The value of `webhook-signature`: `v1,` and the MAC, once per key, separated by spaces, so that a receiver can rotate.
///
/// `id` should hold no `.` and no white space; nothing here checks it.
pub fn sign<B: ?Sized, C: Crypto<B>>(
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

/// [`sign`] with Ed25519: `v1a,` and the signature, once per key. Pure Rust, and deterministic as RFC 8032 has it.
pub fn sign_v1a<B: AsRef<[u8]> + ?Sized>(
    keys: &[Ed25519SigningKey],
    id: &[u8],
    timestamp: Timestamp,
    body: &B,
) -> String {
    let message = [signed_prefix(id, timestamp).as_slice(), body.as_ref()].concat();
    let tokens = keys.iter().map(|key| format!("v1a,{}", STANDARD.encode(key.signer().sign(&message))));
    tokens.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;
    use crate::signature::Portable;

    const ID: &[u8] = b"msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: Timestamp = Timestamp::from_unix(1614265330);
    const BODY: &[u8] = b"{\"test\": 2432232314}";

    #[test]
    fn the_vector_of_every_reference_suite() {
        let SecretKey::Hmac(key) = SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap() else {
            panic!()
        };
        let signed = sign(&[key.clone(), key], ID, AT, BODY, &Portable);
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed, format!("{one} {one}"));
    }

    #[test]
    fn the_vector_of_svix_for_ed25519() {
        let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        let key = Ed25519SigningKey::parse(pair).unwrap();
        let signed = sign_v1a(&[key.clone(), key], ID, AT, BODY);
        let one = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
        assert_eq!(signed, format!("{one} {one}"));
    }
}
