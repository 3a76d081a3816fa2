//! `origin`: the destination of forwarded events. It shows and verifies deliveries, and fails on demand.

mod arrival;
mod control;
mod fault;
mod options;
mod shared;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use self::fault::Failure;
use self::shared::Shared;
use crate::clock::Clock;
use crate::term::{bold, dim};
use crate::{random, serve};

pub use self::arrival::Arrival;
pub use self::fault::{Failing, FaultOptions};
pub use self::options::OriginOptions;

/// An origin with a bound socket. It responds once [`Origin::run`] runs.
#[derive(Debug)]
pub struct Origin {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Marks a response, in its extensions, that must not be sent: the connection is reset instead.
#[derive(Clone, Copy)]
struct Break;

impl Origin {
    /// Binds the socket.
    ///
    /// # Errors
    /// If the address is in use, or the secret cannot be read.
    pub async fn bind(options: OriginOptions) -> Result<Self> {
        let shared = Arc::new(Shared::new(&options)?);
        let listener = serve::bind(options.listen).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, shared })
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first lines to print: addresses and how to use them.
    pub fn greeting(&self) -> String {
        format!(
            "{} http://{}   {}",
            bold("Origin"),
            self.address,
            dim("any path; /_origin to control it; Ctrl-C ends it")
        )
    }

    /// Serves requests until it is dropped.
    ///
    /// # Errors
    /// None: a connection that fails ends alone.
    pub async fn run(self) -> Result<()> {
        let router = router(self.shared);
        loop {
            // Some errors pass, such as a lack of file descriptors.
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            tokio::spawn(serve_connection(stream, router.clone()));
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_origin", get(control::help))
        .route("/_origin/arrivals", get(control::arrivals).delete(control::forget))
        .route("/_origin/fault", put(control::set_fault).get(control::get_fault))
        .fallback(post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(&shared), keep_out_pages))
        .with_state(shared)
}

/// Applies [`crate::guard::Guard`] to every path.
async fn keep_out_pages(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.guard.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(message) => (StatusCode::FORBIDDEN, message).into_response(),
    }
}

/// Serves one connection. A response marked [`Break`] resets it, as a machine that disappears would.
async fn serve_connection(stream: TcpStream, router: Router) {
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let response = router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Break>().is_some() { Err("broken on demand") } else { Ok(response) }
        }
    });
    let _ = stream.set_nodelay(true);
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if (&mut connection).await.is_err_and(|error| error.is_user()) {
        let stream = connection.into_parts().io.into_inner();
        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}

/// Receives a delivery at any path.
async fn receive(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let clock = Clock::compressed(1.0);
    let verified = shared.secret.as_ref().map(|secret| arrival::verify(secret, &headers, &body, clock.now()));
    let refusal = verified.as_ref().and_then(|verified| verified.err());
    let mut arrival = Arrival::new(clock.now_ms(), &uri, &headers, &body, verified);
    let (stall, failure) = shared.with(|seen| {
        arrival.duplicate = arrival.id.as_ref().is_some_and(|id| seen.accepted.contains(id));
        let failure = if refusal.is_none() { seen.fault.next(random::fraction()) } else { None };
        (seen.fault.stall(), failure)
    });
    tokio::time::sleep(stall).await;
    let response = match (refusal, failure) {
        (Some(error), _) => refuse(error),
        (None, Some(failure)) => fail(failure),
        (None, None) => {
            let status = if arrival.duplicate { "duplicate" } else { "received" };
            Json(json!({ "status": status, "id": arrival.id })).into_response()
        }
    };
    arrival.answered = (failure != Some(Failure::Reset)).then(|| response.status().as_u16());
    shared.note(arrival);
    response
}

/// Refuses as Countersign does, with the core's code.
fn refuse(error: countersign::Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let problem = json!({ "status": error.status(), "code": error.code(), "detail": error.to_string() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}

fn fail(failure: Failure) -> Response {
    let mut response = Response::default();
    match failure {
        Failure::Reset => drop(response.extensions_mut().insert(Break)),
        Failure::Status(status, retry_after) => {
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
        }
    }
    response
}

/// Larger than any Worker forwards.
const LARGEST_BODY: usize = 128 * 1024 * 1024;
