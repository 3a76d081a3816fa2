//! How senders sign, and the registry of all schemes.
//!
//! To add a sender: write one file in this folder with a `SCHEME`, add its `mod` line and its entry in [`ALL`], and add test
//! vectors. The test run fails if one of these is missing.
//!
//! ```
//! use countersign::scheme::{self, Form};
//!
//! let gemini = scheme::find("gemini").ok_or("no such scheme")?;
//! assert_eq!((gemini.headers[0].id, gemini.forms), ("webhook-id", &[Form::V1][..]));
//! # Ok::<(), &str>(())
//! ```

mod gemini;
mod gemini_dynamic;
mod standard_webhooks;
mod svix;
mod types;

pub(crate) use gemini::EVENTS as GEMINI_EVENTS;
pub use types::{Form, HeaderNames, KeySource, Scheme};

/// Every scheme, in the order of lists.
pub const ALL: [&Scheme; 4] = [&standard_webhooks::SCHEME, &svix::SCHEME, &gemini::SCHEME, &gemini_dynamic::SCHEME];

/// Finds a scheme by its name.
pub fn find(name: &str) -> Option<&'static Scheme> {
    ALL.into_iter().find(|scheme| scheme.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_defaults_are_allowed() {
        for scheme in ALL {
            assert_eq!(find(scheme.name).map(|found| found.source), Some(scheme.source));
            assert!(scheme.default_forms.iter().all(|form| scheme.forms.contains(form)), "{}", scheme.name);
            assert!(!scheme.headers.is_empty());
        }
    }

    #[test]
    fn no_scheme_takes_both_a_static_and_a_shared_key() {
        for scheme in ALL {
            if let KeySource::SharedJwks(_) = scheme.keys {
                assert!(!scheme.forms.contains(&Form::V1), "{}", scheme.name);
            }
        }
    }
}
