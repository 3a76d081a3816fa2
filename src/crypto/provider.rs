//! RS256 for `jsonwebtoken`, by the arithmetic of a [`Crypto`].
//!
//! That crate keeps one table of functions for the whole process, and panics if a token is checked before there is one. The core
//! installs the table here and nowhere else, before each check.

use std::marker::PhantomData;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};

use super::Crypto;
use super::rsa::RsaKey;

/// Has `jsonwebtoken` check signatures by `C`, for the rest of the process. A provider that is installed already stays.
///
/// [`Policy::verify`](crate::Policy::verify) does this itself before each token. Call it where a process has several
/// implementations, to say which one decides.
pub fn install_rs256<B: ?Sized, C: Crypto<B>>() {
    // It fails if a provider is installed already, and that one is as good.
    let _ = Table::<B, C>::TABLE.install_default();
}

struct Table<B: ?Sized, C>(PhantomData<C>, PhantomData<B>);

impl<B: ?Sized, C: Crypto<B>> Table<B, C> {
    const TABLE: &'static CryptoProvider = &CryptoProvider {
        signer_factory: no_signer,
        verifier_factory: |algorithm, key| verifier(algorithm, key, C::rs256),
        key_utils: KeyUtils::new_unimplemented(),
    };
}

/// One key, and what checks with it.
struct Rs256 {
    key: RsaKey,
    check: Check,
}

type Check = fn(&RsaKey, &[u8], &[u8]) -> bool;

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl signature::Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        if (self.check)(&self.key, message, signature) { Ok(()) } else { Err(signature::Error::new()) }
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey, check: Check) -> Result<Box<dyn JwtVerifier>, JwtError> {
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
        return Err(ErrorKind::InvalidKeyFormat.into());
    };
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let key = RsaKey::from_components(n, e).map_err(|_| ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(Rs256 { key, check }))
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, JwtError> {
    Err(ErrorKind::InvalidAlgorithm.into())
}
