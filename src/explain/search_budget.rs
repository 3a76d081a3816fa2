//! How much a near-miss search may compute.

use super::inputs::Inputs;
use crate::crypto::MAX_ATTEMPTS;
use crate::jose::Jwks;
use crate::key::SecretKey;
use crate::scheme::Form;
use crate::verify::Claim;

/// The work that is left, counted in bytes hashed.
pub(super) struct Budget {
    left: usize,
    /// Shared keys, each of which hashes a body once.
    shared: usize,
    /// The cost of all checks by public keys, in the same unit.
    public: usize,
}

impl Budget {
    pub(super) fn of(inputs: &Inputs<'_>, list: &[(Form, &[u8])]) -> Self {
        let accepts = |form: Form| inputs.policy.forms.contains(&form);
        let sent = |form: Form| list.iter().filter(|signature| signature.0 == form && accepts(form)).count();
        let own = inputs.usable.iter().filter(|key| matches!(key, SecretKey::Ed25519(_))).count();
        let public = inputs.keys().jwks.map_or(0, Jwks::usable).saturating_add(own);
        let shared = inputs.usable.len().saturating_sub(own).saturating_mul(sent(Form::V1).min(1));
        let checks = public.saturating_mul(sent(Form::V1a)).min(MAX_ATTEMPTS);
        Self { left: MAX_HASHED, shared, public: checks.saturating_mul(PUBLIC_CHECK) }
    }

    /// The budget for a delivery that a template describes: all its keys are shared ones, or all of them public.
    pub(super) fn of_described(inputs: &Inputs<'_>, claim: &Claim<'_>) -> Self {
        let own = inputs.usable.len();
        let check = match inputs.policy.form() {
            Form::Ed25519 => PUBLIC_CHECK,
            Form::EcdsaP256 => ECDSA_CHECK,
            _ => return Self { left: MAX_HASHED, shared: own, public: 0 },
        };
        let keys = inputs.keys().jwks.map_or(0, Jwks::usable).saturating_add(own);
        let signatures = claim.signatures().map_or(0, |found| found.len());
        let checks = keys.saturating_mul(signatures).min(MAX_ATTEMPTS);
        Self { left: MAX_HASHED, shared: 0, public: checks.saturating_mul(check) }
    }

    /// Whether at least half of it is left.
    pub(super) fn has_half(&self) -> bool {
        self.left >= MAX_HASHED.wrapping_div(2)
    }

    /// Takes the cost of checking a body of that length; `false` if the budget does not cover it, or if no key fits any signature.
    pub(super) fn spend(&mut self, length: usize) -> bool {
        let hashed = length.saturating_add(PER_BODY).saturating_mul(self.shared.max(1));
        self.left = self.left.saturating_sub(hashed.saturating_add(self.public));
        self.left > 0 && (self.shared > 0 || self.public > 0)
    }
}

/// Bytes that one search may hash: a fraction of a second, in Wasm too.
const MAX_HASHED: usize = 16 * 1024 * 1024;
/// The cost of a body besides its length: writing it, and the blocks that every HMAC hashes.
const PER_BODY: usize = 512;
/// A check by Ed25519 takes about as long as hashing this many bytes.
const PUBLIC_CHECK: usize = 64 * 1024;
/// So does a check by ECDSA.
const ECDSA_CHECK: usize = 4 * PUBLIC_CHECK;
