//! The vector files, compiled in.

use serde::Deserialize;
use serde_json::Value;

use crate::case::Case;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// One vector file.
#[derive(Debug, Deserialize)]
pub struct File {
    /// The key set of cases that bring none.
    pub default_jwks: Option<Value>,
    /// The cases.
    pub cases: Vec<Case>,
}

impl File {
    /// Reads a file; a case without a key set gets the file's.
    ///
    /// # Errors
    /// Where the text is not a vector file.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let mut file: Self = serde_json::from_str(text)?;
        for case in &mut file.cases {
            if case.jwks.is_none() {
                case.jwks.clone_from(&file.default_jwks);
            }
        }
        Ok(file)
    }
}
