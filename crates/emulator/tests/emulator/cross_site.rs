//! What a web page makes a browser send is refused on every path of every server; what programs send is not.

use crate::common::{Remote, origin, serve};
use axum::body::Bytes;
use axum::http::Request;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// The status of a request with those headers. `host` in place of the address's own, if it is given.
async fn status(remote: &Remote, method: &str, path: &str, lines: &[(&str, &str)]) -> u16 {
    let mut request =
        Request::builder().method(method).uri(format!("{}{path}", remote.url)).header("x-goog-api-key", "any");
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    client.request(request.body(Empty::new()).unwrap()).await.unwrap().status().as_u16()
}

const PATHS: [(&str, &str); 9] = [
    ("GET", "/v1/webhooks"),
    ("GET", "/v1beta/batches"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/_emulator"),
    ("POST", "/_emulator/jwks/rotate"),
    ("GET", "/_origin"),
    ("PUT", "/_origin/fault"),
    ("POST", "/any/hook"),
    ("OPTIONS", "/v1/webhooks"),
];

#[tokio::test]
async fn what_a_page_sends_is_refused_on_every_path() {
    for (server, remote) in [("serve", serve("").await), ("origin", origin("").await)] {
        let port = remote.url.rsplit(':').next().unwrap().to_owned();
        let (rebound, other) = (format!("evil.example:{port}"), format!("http://localhost:{}", 1));
        for (method, path) in PATHS {
            for line in [
                ("host", rebound.as_str()),
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example"),
                ("origin", "null"),
                ("origin", other.as_str()),
            ] {
                assert_eq!(status(&remote, method, path, &[line]).await, 403, "{server} {method} {path} {line:?}");
            }
            let plain = status(&remote, method, path, &[]).await;
            assert_ne!(plain, 403, "{server} {method} {path}");
            let own = [("origin", remote.url.as_str()), ("sec-fetch-site", "same-origin")];
            assert_eq!(status(&remote, method, path, &own).await, plain, "{server} {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_name_that_was_given_is_answered() {
    let switch = "--host emulator.internal";
    for (remote, path) in [(serve(switch).await, "/_emulator"), (origin(switch).await, "/_origin")] {
        for (host, expected) in [("emulator.internal:80", 200), ("localhost", 200), ("other.internal", 403)] {
            assert_eq!(status(&remote, "GET", path, &[("host", host)]).await, expected, "{host}");
        }
    }
}
