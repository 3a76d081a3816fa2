//! `v1`: HMAC-SHA256, and its text compared in constant time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::delivery::Delivery;
use crate::error::Error;
use crate::key::HmacKey;
use crate::scheme::Form;
use crate::signature::{Crypto, constant_time_eq};
use crate::timestamp::Timestamp;
use crate::verify::{Policy, Verified, claim, tokens};

impl Policy {
    /// [`Policy::verify`] for a receiver that has shared secrets and nothing else: the same steps by the same functions, over `v1`
    /// alone. A token is a list in which nothing matches.
    ///
    /// Whatever does not call [`Policy::verify`] besides has no Ed25519, no key set and no token in it: what is not named is left
    /// out by the linker.
    ///
    /// # Errors
    /// `missing_header`, `invalid_header`, `invalid_timestamp`, `timestamp_too_old`, `timestamp_too_new`,
    /// `no_matching_signature`, `too_many_signatures`.
    pub fn verify_v1<'d, B, C: Crypto<B>>(
        &self,
        keys: &[HmacKey],
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        let (body, signed) = (delivery.body(), claim::read_list(self.scheme.headers, delivery.headers(), self.strict)?);
        self.tolerance.check(signed.timestamp, now)?;
        let tokens = tokens(signed.signatures)?;
        let keys = keys.iter().enumerate();
        let key = self.find_v1(&tokens, keys, &signed.prefix(), body, crypto).ok_or(Error::NoMatchingSignature)?;
        Ok(Verified::of_list(signed, body, Form::V1, key))
    }

    /// The first key under which a signature holds, where `v1` counts. One HMAC per key serves all signatures; the text is
    /// compared whole, so that no second spelling of a MAC is accepted.
    pub(super) fn find_v1<'k, B, C: Crypto<B>>(
        &self,
        tokens: &[(Form, &[u8])],
        mut keys: impl Iterator<Item = (usize, &'k HmacKey)>,
        prefix: &[u8],
        body: &B,
        crypto: &C,
    ) -> Option<usize> {
        let mut macs = self.counting(tokens, Form::V1).filter(|text| text.len() == MAC_TEXT).peekable();
        // Without a signature that could match, nothing is hashed.
        macs.peek()?;
        let matches = |key| {
            let expected = mac_text(crypto.hmac_sha256(key, prefix, body));
            macs.clone().any(|mac| constant_time_eq(mac, &expected))
        };
        keys.find(|(_, key)| matches(key)).map(|(at, _)| at)
    }
}

/// The base64 text of a MAC, as it stands behind `v1,`.
pub(crate) fn mac_text(mac: [u8; 32]) -> [u8; MAC_TEXT] {
    let mut text = [0; MAC_TEXT];
    // It cannot fail: the text is as long as it says.
    let _ = STANDARD.encode_slice(mac, &mut text);
    text
}

/// The length of 32 bytes in padded base64.
pub(crate) const MAC_TEXT: usize = 44;
