//! RS256 for `jsonwebtoken`, which takes its arithmetic from a process-wide provider.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use sha2::{Digest, Sha256};

/// Makes the check of one key, for `jsonwebtoken`.
pub type VerifierFactory = fn(&Algorithm, &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError>;

/// A provider for `jsonwebtoken` that can do one thing: check RS256, by the function given.
///
/// A shell puts it in a `static` and installs it before the first token; without a provider the crate panics.
pub const fn rs256_provider(verifier: VerifierFactory) -> CryptoProvider {
    CryptoProvider { signer_factory: no_signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() }
}

/// [`rs256_provider`] in pure Rust.
pub static PORTABLE_RS256: CryptoProvider = rs256_provider(portable_verifier);

struct PortableRs256(rsa::PublicKey);

impl JwtVerifier for PortableRs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl signature::Verifier<Vec<u8>> for PortableRs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let scheme = rsa::Pkcs1v15Sign::new::<Sha256>();
        self.0.verify(scheme, &Sha256::digest(message), signature).map_err(|_| signature::Error::new())
    }
}

fn portable_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
        return Err(ErrorKind::InvalidKeyFormat.into());
    };
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let key = rsa::PublicKey::new_with_size_limits(number(n), number(e), 2048..=MAX_RSA_BITS);
    Ok(Box::new(PortableRs256(key.map_err(|_| ErrorKind::InvalidKeyFormat)?)))
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, JwtError> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

/// RSA keys above this size are set aside: a check costs the square of it.
pub(crate) const MAX_RSA_BITS: usize = 8192;
