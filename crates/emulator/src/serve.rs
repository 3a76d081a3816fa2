//! `serve`: the emulated service on a socket.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use crate::api;
use crate::emulator::Emulator;
use crate::options::ServeOptions;
use crate::term::{bold, dim};

/// A service with a bound socket. It responds once [`Server::run`] runs.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    emulator: Arc<Emulator>,
    address: SocketAddr,
}

impl Server {
    /// Binds the socket.
    ///
    /// # Errors
    /// If the address is in use or not on this machine, and those of [`Emulator::new`].
    pub async fn bind(options: ServeOptions) -> Result<Self> {
        let listener = bind(options.listen).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, emulator: Emulator::new(options)?, address })
    }

    /// The address it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves requests until it is dropped.
    ///
    /// # Errors
    /// If the socket fails.
    pub async fn run(self) -> Result<()> {
        let rotation = Arc::clone(&self.emulator).rotate_keys();
        let server = axum::serve(self.listener, api::router(self.emulator)).into_future();
        let (served, ()) = tokio::join!(server, rotation);
        served.context("the socket failed")
    }

    /// The first lines to print: addresses and how to use them.
    pub fn greeting(&self) -> String {
        let url = format!("http://{}", self.address);
        format!(
            "{} {url}\n{} {url}/.well-known/jwks.json\n{} {url}/_emulator\n\n\
             Any SDK takes it for Gemini: {}\nCtrl-C ends it.",
            bold("Gemini "),
            bold("Keys   "),
            bold("Control"),
            dim(format!("GOOGLE_GEMINI_BASE_URL={url} GEMINI_API_KEY=any python app.py"))
        )
    }
}

/// Binds a socket. The error tells how to choose another address.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "{address} cannot be bound; stop the process that uses it, or choose another: --listen 127.0.0.1:0 finds a free port"
        )
    })
}
