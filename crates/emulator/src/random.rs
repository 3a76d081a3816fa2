//! Random bytes, and the shapes of identifiers that are made from them.

use anyhow::{Context, Result};

/// Bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(anyhow::Error::msg).context("the system gives no random numbers")?;
    Ok(bytes)
}

/// `msg_<uuid>`, as Gemini's `webhook-id` is seen.
pub(crate) fn message_id() -> Result<String> {
    Ok(format!("msg_{}", uuid::Builder::from_random_bytes(bytes()?).into_uuid()))
}

/// An identifier of lower-case letters and digits, as Gemini's resources have.
pub(crate) fn resource_id<const N: usize>() -> Result<String> {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    // The remainder prefers some letters a little, which identifiers can bear.
    let letter = |byte: u8| usize::from(byte).checked_rem(ALPHABET.len()).and_then(|at| ALPHABET.get(at));
    Ok(bytes::<N>()?.into_iter().filter_map(letter).copied().map(char::from).collect())
}

/// A number from 0 up to 1.
pub(crate) fn fraction() -> f64 {
    let bytes = bytes::<4>().unwrap_or_default();
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}
