//! Which deliveries need a key set.

use super::described;
use super::list::signatures;
use super::metadata::{Presented, Read};
use super::policy::Policy;
use super::v1a::decode_ed25519;
use crate::scheme::Form;

impl Policy {
    /// Whether a key set can decide about a delivery: it is a token, or has a signature of an accepted form that some public key could match. For
    /// anything else no set need be fetched.
    pub fn is_for_key_set(&self, presented: &Presented<'_>) -> bool {
        match &presented.read {
            Read::Token { .. } | Read::Identity { .. } => true,
            Read::Described(claim) => {
                self.forms.contains(&Form::Ed25519)
                    && described::ed25519_signatures(claim).is_ok_and(|list| !list.is_empty())
            }
            Read::Signed(signed) => signatures(signed.signatures)
                .is_ok_and(|list| self.counting(&list, Form::V1a).any(|text| decode_ed25519(text).is_some())),
        }
    }
}
