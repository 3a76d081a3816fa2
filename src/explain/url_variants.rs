//! Other URLs and methods that a sender may have signed: a proxy changes the protocol or the port, and people leave out a slash.

use super::common_steps::clip;
use crate::url::{with_implied_port, without_port};

/// A URL, and in words what it has that the given one has not.
pub(super) struct UrlVariant {
    pub(super) url: String,
    pub(super) matches_if: String,
}

/// The URLs that one or two changes make, fewer changes first; `hosts` are names of the receiver that the headers have.
pub(super) fn of(given: &str, hosts: &[&str]) -> Vec<UrlVariant> {
    let first: Vec<_> = single(given).chain(hosts.iter().filter_map(|host| at_host(given, host))).collect();
    let second = first.iter().flat_map(|one| {
        single(&one.url)
            .map(|two| UrlVariant { matches_if: [&one.matches_if, " and ", &two.matches_if].concat(), ..two })
    });
    let second: Vec<_> = second.collect();
    first.into_iter().chain(second).filter(|variant| variant.url != given).collect()
}

/// The URL at another host, which a proxy noted.
fn at_host(given: &str, host: &str) -> Option<UrlVariant> {
    let (protocol, rest) = given.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let url = [protocol, "://", host, rest.get(end..)?].concat();
    Some(UrlVariant { url, matches_if: ["the URL's host is `", &clip(host), "`"].concat() })
}

/// The methods other than the given one.
pub(super) fn methods(given: &str) -> impl Iterator<Item = &'static str> {
    METHODS.into_iter().filter(move |method| *method != given)
}

fn single(given: &str) -> impl Iterator<Item = UrlVariant> {
    let variant = |url: String, matches_if: &str| UrlVariant { url, matches_if: matches_if.to_owned() };
    let protocol = match (given.strip_prefix("http://"), given.strip_prefix("https://")) {
        (Some(rest), _) => Some(variant(["https://", rest].concat(), "the URL begins with `https://`")),
        (_, Some(rest)) => Some(variant(["http://", rest].concat(), "the URL begins with `http://`")),
        _ => None,
    };
    let (start, query) = match given.split_once('?') {
        Some((start, query)) => (start, Some(query)),
        None => (given, None),
    };
    let whole = |start: &str| match query {
        Some(query) => [start, "?", query].concat(),
        None => start.to_owned(),
    };
    let slash = match start.strip_suffix('/') {
        Some(shorter) => variant(whole(shorter), "the URL's path has no slash at its end"),
        None => variant(whole(&[start, "/"].concat()), "the URL's path has a slash at its end"),
    };
    let apostrophe = match given.replace("%27", "'") {
        same if same == given => variant(given.replace('\'', "%27"), "the URL has `%27` in place of each apostrophe"),
        plain => variant(plain, "the URL has an apostrophe in place of each `%27`"),
    };
    let reversed = query.map(|query| {
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.reverse();
        variant([start, "?", &pairs.join("&")].concat(), "the URL's parameters are in the opposite order")
    });
    let query = query.map(|_| variant(start.to_owned(), "the URL has no query"));
    let port = without_port(given).map(|url| variant(url, "the URL has no port"));
    let implied = if given.starts_with("http:") { "the URL has the port 80" } else { "the URL has the port 443" };
    let implied = with_implied_port(given).map(|url| variant(url, implied));
    protocol.into_iter().chain([slash]).chain(query).chain(port).chain(implied).chain([apostrophe]).chain(reversed)
}

const METHODS: [&str; 5] = ["POST", "GET", "PUT", "PATCH", "DELETE"];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(given: &str) -> Vec<String> {
        of(given, &[]).into_iter().map(|variant| variant.url).collect()
    }

    #[test]
    fn one_or_two_changes_make_another_url() {
        let found = texts("http://a.example:8080/x?y=z");
        for url in [
            "https://a.example:8080/x?y=z",
            "http://a.example:8080/x/?y=z",
            "http://a.example:8080/x",
            "http://a.example/x?y=z",
            "https://a.example/x?y=z",
            "https://a.example:8080/x/?y=z",
        ] {
            assert!(found.iter().any(|known| known == url), "{url}: {found:?}");
        }
        assert!(!found.iter().any(|known| known == "http://a.example:8080/x?y=z"));
        let short = of("https://a.example/x/", &[]);
        let found: Vec<_> = short.iter().take(2).map(|one| (one.url.as_str(), one.matches_if.as_str())).collect();
        let expected = [
            ("http://a.example/x/", "the URL begins with `http://`"),
            ("https://a.example/x", "the URL's path has no slash at its end"),
        ];
        assert_eq!(found, expected);
        assert!(texts("https://a.example?x").contains(&"https://a.example:443?x".to_owned()));
        assert!(texts("http://[::1]/x").contains(&"http://[::1]:80/x".to_owned()));
        assert!(methods("POST").eq(["GET", "PUT", "PATCH", "DELETE"]));
        assert!(texts("").iter().all(|url| url.len() < 3));
    }
}
