//! The inverse of verification: signatures for the origin, for tests and for tools.

use crate::key::HmacKey;
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
    let tokens = keys.iter().map(|key| format!("v1,{}", mac_text(crypto.hmac_sha256(key, &prefix, body))));
    tokens.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SecretKey;
    use crate::signature::Portable;

    #[test]
    fn the_vector_of_every_reference_suite() {
        let SecretKey::Hmac(key) = SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap() else {
            panic!()
        };
        let (id, at) = (b"msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_unix(1614265330));
        let signed = sign(&[key.clone(), key], id, at, b"{\"test\": 2432232314}".as_slice(), &Portable);
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed, format!("{one} {one}"));
    }
}
