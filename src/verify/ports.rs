//! The other URLs that a sender may have signed, which signs some URLs with their port and some without, and an apostrophe as it is.

use super::template::Claim;
use crate::delivery::Target;
use crate::url::{with_apostrophes, with_implied_port, without_port};

impl Claim<'_> {
    /// The same delivery, sent to another URL.
    pub(crate) fn at<'u>(&'u self, url: &'u str) -> Claim<'u> {
        Claim { target: self.target.map(|target| Target { url, ..target }), ..*self }
    }

    /// The other spellings of the URL that the sender may have signed: without its port, or else with the one that its protocol implies, and
    /// with an apostrophe for each `%27`.
    #[inline(never)]
    pub(crate) fn other_urls(&self) -> [Option<String>; 3] {
        let url = self.any_spelling().map(|target| target.url);
        let plain = url.and_then(with_apostrophes);
        [url.and_then(other_port), plain.as_deref().and_then(other_port), plain]
    }

    /// The one spelling of the URL by which an event is known, if the sender may have signed another.
    pub(super) fn plain_url(&self) -> Option<String> {
        let Target { url, .. } = self.any_spelling()?;
        let plain = with_apostrophes(url);
        without_port(plain.as_deref().unwrap_or(url)).or(plain)
    }

    fn any_spelling(&self) -> Option<Target<'_>> {
        self.target.filter(|_| self.template.takes_any_port())
    }
}

/// A URL without its port, or else with the one that its protocol implies.
#[inline(never)]
fn other_port(url: &str) -> Option<String> {
    without_port(url).or_else(|| with_implied_port(url))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::crypto::{Crypto, Ed25519Key, HmacKey, P256Key, Portable, RsaKey};
    use crate::delivery::{Delivery, Headers};
    use crate::error::Error;
    use crate::key::SecretKey;
    use crate::scheme;
    use crate::timestamp::Timestamp;
    use crate::verify::{Keys, Policy};

    /// Counts how often the body is read.
    struct Counting(Cell<usize>);

    impl Crypto<&[u8]> for Counting {
        fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &&[u8]) -> [u8; 32] {
            Portable.hmac_sha256(key, prefix, body)
        }

        fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
            Crypto::<[u8]>::hmac_sha1(&Portable, key, message)
        }

        fn hmac_sha512(&self, _: &HmacKey, _: &[u8]) -> Option<[u8; 64]> {
            None
        }

        fn message(&self, prefix: &[u8], body: &&[u8]) -> Vec<u8> {
            self.0.update(|count| count.saturating_add(1));
            Portable.message(prefix, body)
        }

        fn ed25519(&self, _: &Ed25519Key, _: &[u8], _: &[u8; 64]) -> bool {
            false
        }

        fn p256(&self, _: &P256Key, _: &[u8], _: &[u8; 64]) -> bool {
            false
        }

        fn rs256(_: &RsaKey, _: &[u8], _: &[u8]) -> bool {
            false
        }
    }

    /// A form costs much more than its HMAC, and anybody can send one to a URL with four spellings.
    #[test]
    fn a_body_is_read_once_for_all_spellings() {
        let secrets = [SecretKey::Hmac(HmacKey::from_bytes(&[7; 32]).unwrap())];
        let headers: [(&str, &[u8]); 1] = [("x-twilio-signature", b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=")];
        let target = Target { method: "POST", url: "https://a.example/?x=%27" };
        let delivery = Delivery::new(Headers::from_iter(headers), b"a=1&b=2".as_slice()).with_target(target);
        let counting = Counting(Cell::new(0));
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let policy = Policy::of(scheme::find("twilio").unwrap());
        let refused = policy.verify(keys, &delivery, Timestamp::from_unix(1), &counting).err();
        assert_eq!((refused, counting.0.get()), (Some(Error::NoMatchingSignature), 1));
    }
}
