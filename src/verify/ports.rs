//! The other URL that a sender may have signed, which signs some URLs with their port and some without.

use super::template::Claim;
use crate::delivery::Target;
use crate::url::{with_implied_port, without_port};

impl Claim<'_> {
    /// The same delivery, sent to another URL.
    pub(crate) fn at<'u>(&'u self, url: &'u str) -> Claim<'u> {
        Claim { target: self.target.map(|target| Target { url, ..target }), ..*self }
    }

    /// The URL without its port, or else with the one that its protocol implies, if the sender may have signed that one.
    #[inline(never)]
    pub(crate) fn url_of_other_port(&self) -> Option<String> {
        let Target { url, .. } = self.target.filter(|_| self.template.takes_any_port())?;
        without_port(url).or_else(|| with_implied_port(url))
    }
}
