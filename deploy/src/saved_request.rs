//! Parses an HTTP request saved as text: a request line, header lines, an empty line, the body.

use anyhow::{Context, Result, bail, ensure};

/// A request with the bytes of its body as they were saved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SavedRequest {
    pub(crate) method: String,
    /// The path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl SavedRequest {
    /// Reads a request. Lines end with LF or CRLF; the body is everything after the empty line, byte for byte. If `Content-Length` says
    /// that it ends before a last line break, an editor added that, and it is dropped.
    ///
    /// # Errors
    /// If there is no request line, or a header line has no name.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        // What editors on Windows begin a file with.
        let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let line = next_line(&mut rest);
        let line = str::from_utf8(line).ok().and_then(|line| line.split_once(' '));
        let (method, target) = line.context("its first line is not a request line, like `POST /github HTTP/1.1`")?;
        let target = target.split(' ').next().unwrap_or_default();
        ensure!(target.starts_with('/'), "its first line has no path that begins with `/`");
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let line = next_line(&mut rest);
            if line.is_empty() {
                break;
            }
            let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0);
            let Some((name, value)) = colon.and_then(|at| line.split_at_checked(at)) else {
                bail!("line {} is neither a header nor empty", headers.len() + 2);
            };
            let name = str::from_utf8(name).context("the name of a header is not ASCII")?.trim();
            headers.push((name.to_owned(), value.strip_prefix(b":").unwrap_or(value).trim_ascii().to_vec()));
        }
        let body = body_of(rest, &headers);
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers, body })
    }
}

fn next_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let (line, after) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (*rest, &[][..]),
    };
    *rest = after;
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn body_of(rest: &[u8], headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let announced = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = announced.and_then(|(_, value)| str::from_utf8(value).ok()?.parse::<usize>().ok());
    match length.and_then(|length| rest.split_at_checked(length)) {
        Some((body, b"\n" | b"\r\n")) => body.to_vec(),
        _ => rest.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_kept_byte_for_byte() {
        let saved =
            b"POST /acme?x=1 HTTP/1.1\r\nHost: a.example\r\nX-Acme:  v1=a, b \r\nX-Empty:\r\n\r\n{\"a\":\r\n1}\n\n";
        let request = SavedRequest::parse(saved).expect("a request");
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/acme?x=1"));
        let header = |at: usize| (request.headers[at].0.as_str(), request.headers[at].1.as_slice());
        assert_eq!(
            [header(0), header(1), header(2)],
            [("Host", &b"a.example"[..]), ("X-Acme", b"v1=a, b"), ("X-Empty", b"")]
        );
        assert_eq!(request.body, b"{\"a\":\r\n1}\n\n");
        assert_eq!(SavedRequest::parse(b"POST /a\nX: 1\n\n\xff").expect("a request").body, b"\xff");
        assert_eq!(SavedRequest::parse(b"POST /a\nX: 1\n").expect("a request").body, b"");
        let by_windows = SavedRequest::parse(b"\xef\xbb\xbfPOST /a\n\n\xef\xbb\xbfx").expect("a request");
        assert_eq!((by_windows.method.as_str(), by_windows.body.as_slice()), ("POST", &b"\xef\xbb\xbfx"[..]));
    }

    #[test]
    fn a_line_break_behind_the_announced_end_is_dropped() {
        let body = |length: &str, body: &str| {
            let saved = format!("POST /a HTTP/1.1\nContent-Length: {length}\n\n{body}");
            String::from_utf8(SavedRequest::parse(saved.as_bytes()).expect("a request").body).expect("text")
        };
        assert_eq!(body("2", "{}\n"), "{}");
        assert_eq!(body("2", "{}\r\n"), "{}");
        for (length, kept) in [("3", "{}\n"), ("2", "{} \n"), ("9", "{}\n"), ("x", "{}\n")] {
            assert_eq!(body(length, kept), kept);
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for saved in [
            "",
            "{}",
            "x-acme: 1\n\n{}",
            "POST acme HTTP/1.1\n\n",
            "POST /a HTTP/1.1\nno header\n\n",
            "POST /a\n: x\n\n",
        ] {
            assert!(SavedRequest::parse(saved.as_bytes()).is_err(), "{saved:?}");
        }
    }
}
