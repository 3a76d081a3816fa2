//! Refuses requests that web pages make a browser send, because the servers here trust every client.
//!
//! A foreign name in `Host` means DNS rebinding: a page whose own name resolves to this machine. So only addresses, loopback names
//! and the names of `--host` are accepted. `Sec-Fetch-Site` and `Origin` reveal requests that another site started. Programs send
//! neither header, so nothing changes for them.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

/// The host names that a server accepts besides addresses and loopback names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    names: Vec<String>,
}

impl Guard {
    pub(crate) fn new(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| bare(name)).collect() }
    }

    /// # Errors
    /// The message for a refused request.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        let lines = headers.get_all(HOST).iter().map(|line| line.to_str().ok().and_then(|text| text.parse().ok()));
        let hosts: Option<Vec<Authority>> = lines.chain(uri.authority().cloned().map(Some)).collect();
        let hosts = hosts.ok_or("the Host header cannot be read")?;
        if let Some(host) = hosts.iter().find(|host| !self.is_ours(host.host())) {
            let host = host.host();
            return Err(format!("Host `{host}` is not a name of this server; if it is to be one: --host {host}"));
        }
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        if site.is_some_and(|site| site != b"none" && site != b"same-origin") {
            return Err("another site started this request (Sec-Fetch-Site); open the address itself".to_owned());
        }
        let is_own = |origin: &[u8]| hosts.iter().any(|host| origin == format!("http://{host}").as_bytes());
        match headers.get_all(ORIGIN).iter().all(|origin| is_own(origin.as_bytes())) {
            true => Ok(()),
            false => Err("another site started this request (Origin); this server answers programs, and its own pages"
                .to_owned()),
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        let host = bare(host);
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
        let loopback = host == "localhost" || host.ends_with(".localhost");
        loopback || address.parse::<IpAddr>().is_ok() || self.names.contains(&host)
    }
}

/// Reads a name of `--host`.
pub(crate) fn host_name(text: &str) -> Result<String, String> {
    match text.parse::<Authority>() {
        Ok(authority) if authority.host() == text => Ok(text.to_owned()),
        _ => Err("write the name alone, like emulator.internal, without scheme, port and path".to_owned()),
    }
}

/// A name in lower case without its final dot: neither has a meaning.
fn bare(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&'static str, &str)]) -> bool {
        let lines = lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Guard::new(&["Emulator".to_owned()]).check(&Uri::from_static("/"), &HeaderMap::from_iter(lines)).is_ok()
    }

    #[test]
    fn only_addresses_and_names_of_ours_are_answered() {
        let ours = [
            "localhost",
            "LOCALHOST:8099",
            "localhost.:1",
            "api.localhost:1",
            "127.0.0.1:8099",
            "[::1]:8099",
            "192.168.1.7",
            "emulator:80",
        ];
        for host in ours {
            assert!(check(&[("host", host)]), "{host}");
        }
        let others = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8099",
            "evillocalhost",
            "emulator.evil.example",
            "",
            "a b",
        ];
        for host in others {
            assert!(!check(&[("host", host)]), "{host}");
        }
        assert!(!Guard::default().is_ours("emulator"));
    }

    #[test]
    fn what_another_site_started_is_refused() {
        let host = ("host", "localhost:8099");
        assert!(check(&[host]));
        for site in ["none", "same-origin"] {
            assert!(check(&[host, ("sec-fetch-site", site)]));
        }
        for site in ["cross-site", "same-site", "", "x"] {
            assert!(!check(&[host, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(check(&[host, ("origin", "http://localhost:8099"), ("sec-fetch-site", "same-origin")]));
        for origin in ["null", "http://localhost:3000", "https://localhost:8099", "http://evil.example"] {
            assert!(!check(&[host, ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn a_host_is_a_name_alone() {
        assert_eq!(host_name("emulator.internal").as_deref(), Ok("emulator.internal"));
        for other in ["http://emulator", "emulator:80", "emulator/", "user@emulator", ""] {
            assert!(host_name(other).is_err(), "{other}");
        }
    }
}
