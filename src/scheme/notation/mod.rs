//! A scheme as text: what verification needs of it, and nothing else.
//!
//! `countersign/hmac` reads the schemes of its senders from this, one at a time, so that its Wasm does not hold them all.
//!
//! ```text
//! example                              its name
//! constant x-signature-version 1       a header with a fixed value
//! header x-signature-primary           a header that a signature may be in
//! timestamp x-signature-timestamp      the header of the timestamp
//! encoding base64
//! time rfc3339
//! tolerance 600
//! sign body                            the parts of what is signed, in order
//! sign timestamp
//! event /id                            what an event is known by
//! event-without member                 what a retry changes in the body
//! ```
//!
//! A line is a word, a space, and its value to the end of the line. What is left out is as most senders have it: HMAC-SHA256 in hexadecimal
//! digits, with a secret that is text, for five minutes, and an event known by the hash of what is signed.

mod names;
mod read;
mod write;

pub use read::read;
pub use write::write;
