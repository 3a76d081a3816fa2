//! What a request to `/admin` shows for itself, and whether the console sent it.

use super::session::COOKIE;

/// The headers that decide who asks, in the order in which [`Credentials::read`] takes their values.
pub const HEADERS: [&str; 6] = [
    "authorization",
    "cookie",
    "cf-access-jwt-assertion",
    "sec-fetch-site",
    "x-countersign-console",
    // Who asks as Cloudflare sees it, so that guesses are counted apart.
    "cf-connecting-ip",
];

/// The values of [`HEADERS`]; an absent one is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    authorization: &'a str,
    cookie: &'a str,
    assertion: &'a str,
    fetch_site: &'a str,
    console: &'a str,
    /// The address that the request came from, if the platform says it.
    pub address: &'a str,
}

/// The one credential of a request that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// There is none.
    None,
    /// A bearer token, or whatever else `Authorization` has.
    Bearer(&'a str),
    /// A token of Cloudflare Access.
    Assertion(&'a str),
    /// The cookie of a session.
    Session(&'a str),
}

impl<'a> Credentials<'a> {
    /// Takes the values of [`HEADERS`], separated by line feeds, which no header can hold.
    pub fn read(values: &'a str) -> Self {
        let mut values = values.split('\n');
        let mut next = || values.next().unwrap_or_default();
        Self {
            authorization: next(),
            cookie: next(),
            assertion: next(),
            fetch_site: next(),
            console: next(),
            address: next(),
        }
    }

    /// What counts: a bearer token before a session, and a session before Access. Of two cookies of one name neither counts, because
    /// nobody can say which of them the browser meant.
    pub fn credential(self) -> Credential<'a> {
        if !self.authorization.is_empty() {
            return Credential::Bearer(self.authorization.strip_prefix("Bearer ").unwrap_or_default());
        }
        if let Some(session) = self.only_cookie(COOKIE) {
            return Credential::Session(session);
        }
        self.assertion().map_or(Credential::None, Credential::Assertion)
    }

    /// The token of Access, unless there is a bearer token. The header counts before the cookie.
    pub fn assertion(self) -> Option<&'a str> {
        if !self.authorization.is_empty() {
            return None;
        }
        let assertion = Some(self.assertion).filter(|assertion| !assertion.is_empty());
        assertion.or_else(|| self.only_cookie("CF_Authorization"))
    }

    /// Whether a page of this Worker's own sent the request. A browser sets `Sec-Fetch-Site`, and lets another site's page add
    /// no header of ours.
    pub fn is_from_console(self) -> bool {
        self.fetch_site == "same-origin" && self.console == "1"
    }

    /// Whether a browser says that a page of another site sent the request, which no script outside of a browser does.
    pub fn is_from_elsewhere(self) -> bool {
        !matches!(self.fetch_site, "" | "same-origin")
    }

    /// The value of the only cookie of a name; `None` if there is none or more than one.
    fn only_cookie(self, name: &str) -> Option<&'a str> {
        let named = |pair: &'a str| pair.trim_ascii().strip_prefix(name)?.strip_prefix('=');
        let mut all = self.cookie.split(';').filter_map(named);
        all.next().filter(|value| !value.is_empty() && all.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &str) -> Credential<'_> {
        Credentials::read(lines).credential()
    }

    #[test]
    fn one_credential_counts() {
        assert_eq!(of(""), Credential::None);
        assert_eq!(of("Bearer a\n__Host-countersign=b\nc"), Credential::Bearer("a"));
        assert_eq!(of("Basic a\n__Host-countersign=b"), Credential::Bearer(""), "a wrong one hides the others");
        assert_eq!(of("\na=1; __Host-countersign=b;c=2\nc"), Credential::Session("b"));
        assert_eq!(of("\n\nc"), Credential::Assertion("c"));
        assert_eq!(of("\nCF_Authorization=d"), Credential::Assertion("d"));
        assert_eq!(Credentials::read("\n__Host-countersign=b\nc").assertion(), Some("c"), "if the session has ended");
        assert_eq!(Credentials::read("Bearer a\n\nc").assertion(), None);
    }

    #[test]
    fn cookies_that_cannot_be_meant_do_not_count() {
        for cookie in [
            "__Host-countersign=a; __Host-countersign=b",
            "__Host-countersign=a; __Host-countersign=a",
            "__Host-countersign=",
            "x__Host-countersign=a",
            "__Host-countersign2=a",
            "__host-countersign=a",
            "a=__Host-countersign=b",
            "CF_Authorization=a; CF_Authorization=b",
        ] {
            assert_eq!(of(&format!("\n{cookie}")), Credential::None, "{cookie}");
        }
    }

    #[test]
    fn only_the_console_sends_what_the_console_sends() {
        let sent = |site: &str, console: &str| Credentials::read(&format!("\n\n\n{site}\n{console}")).is_from_console();
        assert!(sent("same-origin", "1"));
        for (site, console) in [
            ("", "1"),
            ("same-origin", ""),
            ("same-site", "1"),
            ("cross-site", "1"),
            ("none", "1"),
            ("same-origin", "0"),
        ] {
            assert!(!sent(site, console), "{site} {console}");
        }
    }
}
