//! The other URLs that a sender may have signed, which signs some URLs with their port and some without, and an apostrophe as it is.

use super::template::Claim;
use crate::delivery::Target;
use crate::url::{with_apostrophes, with_implied_port, without_port};

impl Claim<'_> {
    /// The same delivery, sent to another URL.
    pub(crate) fn at<'u>(&'u self, url: &'u str) -> Claim<'u> {
        Claim { target: self.target.map(|target| Target { url, ..target }), ..*self }
    }

    /// The other spellings of the URL that the sender may have signed: without its port, or else with the one that its protocol implies, and
    /// with an apostrophe for each `%27`.
    #[inline(never)]
    pub(crate) fn other_urls(&self) -> [Option<String>; 3] {
        let url = self.any_spelling().map(|target| target.url);
        let plain = url.and_then(with_apostrophes);
        [url.and_then(other_port), plain.as_deref().and_then(other_port), plain]
    }

    /// The one spelling of the URL by which an event is known, if the sender may have signed another.
    pub(super) fn plain_url(&self) -> Option<String> {
        let Target { url, .. } = self.any_spelling()?;
        let plain = with_apostrophes(url);
        without_port(plain.as_deref().unwrap_or(url)).or(plain)
    }

    fn any_spelling(&self) -> Option<Target<'_>> {
        self.target.filter(|_| self.template.takes_any_port())
    }
}

/// A URL without its port, or else with the one that its protocol implies.
#[inline(never)]
fn other_port(url: &str) -> Option<String> {
    without_port(url).or_else(|| with_implied_port(url))
}
