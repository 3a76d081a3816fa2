//! JSON Web Key sets and signed tokens: RFC 7515, 7517, 7518, 7519.

mod claims;
mod jwk;
mod key_set;
mod token;
mod unusable;

pub use claims::JwtPolicy;
pub(crate) use claims::check_dates;
pub(crate) use jwk::Material;
pub use key_set::Jwks;
pub(crate) use key_set::entries;
pub(crate) use token::{Claims, Token, candidates, prove, verify};
pub(crate) use unusable::Aside;
pub use unusable::Unusable;
