//! Outgoing requests: a connection pool, a timeout for each request, no redirects.

use std::error::Error;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

/// A sender of webhooks.
#[derive(Clone, Debug)]
pub struct Outgoing {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// One delivery, ready to send.
#[derive(Clone, Debug)]
pub struct Post {
    /// The receiver.
    pub uri: Uri,
    /// All headers except HTTP's own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body's bytes.
    pub body: Bytes,
}

/// A response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type, if the response has one.
    pub content_type: Option<String>,
    /// The first 64 KiB.
    pub body: Vec<u8>,
    /// The time until the last byte.
    pub took: Duration,
}

/// Why there was no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The timeout passed.
    Timeout,
    /// The connection failed or broke.
    Connection(String),
}

impl Outgoing {
    /// A sender that trusts the system's certificate authorities (or Mozilla's, if a container has none) and keeps up to `connections`
    /// idle connections per host.
    pub fn new(connections: usize) -> Self {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.enforce_http(false);
        let builder = HttpsConnectorBuilder::new();
        let trusting = builder.with_native_roots().unwrap_or_else(|_| HttpsConnectorBuilder::new().with_webpki_roots());
        let https = trusting.https_or_http().enable_http1().wrap_connector(http);
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).pool_max_idle_per_host(connections);
        Self { client: builder.build(https) }
    }

    /// Sends a delivery and waits up to `limit` for the whole response.
    ///
    /// # Errors
    /// [`Fault`] without a response.
    pub async fn post(&self, post: Post, limit: Duration) -> Result<Answer, Fault> {
        let started = Instant::now();
        let deadline = started.checked_add(limit).unwrap_or(started);
        let exchange = async {
            let response = self.client.request(request(post)?).await.map_err(|error| broken(&error))?;
            let content_type = response.headers().get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
            let status = response.status().as_u16();
            let body = read(response.into_body()).await?;
            Ok(Answer { status, content_type, body, took: started.elapsed() })
        };
        timeout_at(deadline, exchange).await.unwrap_or(Err(Fault::Timeout))
    }
}

impl Post {
    /// A JSON delivery with the three headers of a scheme.
    ///
    /// # Errors
    /// If a value is not valid in a header.
    pub fn signed(uri: &Uri, names: [&str; 3], values: [&str; 3], body: Bytes) -> Result<Self> {
        let mut headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        for (name, value) in names.into_iter().zip(values) {
            headers.push((name.parse()?, value.parse().with_context(|| format!("`{name}` cannot hold this value"))?));
        }
        Ok(Self { uri: uri.clone(), headers, body })
    }
}

fn request(post: Post) -> Result<Request<Full<Bytes>>, Fault> {
    let mut request = Request::new(Full::new(post.body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = post.uri;
    request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    for (name, value) in post.headers {
        request.headers_mut().append(name, value);
    }
    Ok(request)
}

/// Reads the rest, so that the connection can be reused, up to a limit.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Fault> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::Connection(error.to_string()))?;
        read.extend_from_slice(frame.data_ref().map_or(&[], |data| data.as_ref()));
        if read.len() >= MOST_READ {
            read.truncate(MOST_READ);
            break;
        }
    }
    Ok(read)
}

/// The innermost cause is the useful one: "connection refused" rather than "client error (Connect)".
fn broken(error: &hyper_util::client::legacy::Error) -> Fault {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Fault::Connection(cause.to_string())
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Connection(cause) => f.write_str(cause),
        }
    }
}

/// Parses the URL of a receiver.
///
/// # Errors
/// If it is not an `http` or `https` URL.
pub fn parse_url(text: &str) -> Result<Uri, String> {
    let shape = "has to be a URL such as http://127.0.0.1:8787/gemini";
    let uri: Uri = text.parse().map_err(|error| format!("{shape} ({error})"))?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    if web && uri.host().is_some_and(|host| !host.is_empty()) { Ok(uri) } else { Err(shape.to_owned()) }
}

const USER_AGENT: &str = concat!("countersign-emulator/", env!("CARGO_PKG_VERSION"));
const MOST_READ: usize = 64 * 1024;
/// Less than the five seconds after which Node closes an idle connection.
const IDLE: Duration = Duration::from_secs(4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_sent_to() {
        for good in ["http://127.0.0.1:1/x?y=z", "https://example.com"] {
            assert!(parse_url(good).is_ok(), "{good}");
        }
        for bad in ["", "127.0.0.1:80/x", "/gemini", "ftp://example.com", "http://", "http:///x"] {
            assert!(parse_url(bad).is_err(), "{bad}");
        }
    }
}
