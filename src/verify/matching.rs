//! Which signature of a delivery matches, and by which key.

use super::keys::Keys;
use super::list::signatures;
use super::metadata::{Presented, Read};
use super::policy::Policy;
use super::template::Claim;
use super::v1a::{Tried, decode_ed25519};
use super::verified::Verified;
use super::{described, v1, v1a};
use crate::crypto::Crypto;
use crate::error::Error;
use crate::scheme::Form;
use crate::timestamp::Timestamp;

impl Policy {
    /// Matches the signatures of a delivery against the keys. A token is none.
    pub(super) fn match_signatures<'d, B, C: Crypto<B>>(
        &self,
        presented: &Presented<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        match &presented.read {
            Read::Described(claim) => {
                let found = described::find_match(claim, &self.forms, keys, &presented.tried, body, crypto)?;
                self.complete(claim, found, keys.secrets.len(), body, now, crypto)
            }
            Read::Signed(signed) => {
                let list = signatures(signed.signatures)?;
                let (form, key) = self.find_match(&list, keys, &presented.tried, &signed.prefix(), body, crypto)?;
                Ok(Verified::of_list(*signed, body, form, key, keys.secrets.len()))
            }
            Read::Token { .. } | Read::Identity { .. } => Err(Error::NoMatchingSignature),
        }
    }

    /// Reads what the body of a delivery says of time and id, once its proof was found: form and key. `secrets` is how many keys come
    /// before those of the set.
    pub(super) fn complete<'d, B, C: Crypto<B>>(
        &self,
        claim: &Claim<'d>,
        (form, key): (Form, usize),
        secrets: usize,
        body: &'d B,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        if let Some(at) = claim.time_in_body(body, crypto)? {
            self.tolerance.check(at, now)?;
        }
        let (id, event_type) = claim.event(body, crypto);
        Ok(Verified::of_claim(*claim, body, form, (key, secrets), id, event_type))
    }

    /// Finds the first signature that matches: its form and its key.
    pub(crate) fn find_match<B, C: Crypto<B>>(
        &self,
        list: &[(Form, &[u8])],
        keys: Keys<'_>,
        tried: &Tried,
        prefix: &[u8],
        body: &B,
        crypto: &C,
    ) -> Result<(Form, usize), Error> {
        if let Some(key) = v1::find_match(self.counting(list, Form::V1), keys.hmac(), prefix, body, crypto) {
            return Ok((Form::V1, key));
        }
        let signatures: Vec<_> = self.counting(list, Form::V1a).filter_map(decode_ed25519).collect();
        if signatures.is_empty() {
            return Err(Error::NoMatchingSignature);
        }
        let key = v1a::find_match(&signatures, keys, tried, || Some(crypto.message(prefix, body)), crypto)?;
        key.map(|key| (Form::V1a, key)).ok_or(Error::NoMatchingSignature)
    }

    /// The signatures of a form, if it is accepted.
    pub(super) fn counting<'s>(&self, list: &[(Form, &'s [u8])], form: Form) -> impl Iterator<Item = &'s [u8]> + Clone {
        let counts = self.forms.contains(&form);
        list.iter().filter(move |signature| counts && signature.0 == form).map(|signature| signature.1)
    }
}
