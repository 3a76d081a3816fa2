//! An origin on loopback: says 200 to everything and hands on what arrived.

use std::net::Ipv4Addr;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::{Context, Result, anyhow};

/// A request that reached the origin.
pub(crate) struct Arrival {
    /// In the order they came, without those that every HTTP request has.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Starts on a free port; returns it, and the arrivals.
pub(crate) fn start() -> Result<(u16, Receiver<Arrival>)> {
    let server = tiny_http::Server::http((Ipv4Addr::LOCALHOST, 0))
        .map_err(|error| anyhow!("the origin cannot listen: {error}"))?;
    let port = server.server_addr().to_ip().context("the origin has no port")?.port();
    let (sender, arrivals) = mpsc::channel();
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            // Taken in before the answer: whoever has the answer finds the arrival in the channel.
            let read = Arrival::read(&mut request).map(|arrival| sender.send(arrival));
            let _ = request.respond(tiny_http::Response::empty(if read.is_ok() { 200 } else { 400 }));
        }
    });
    Ok((port, arrivals))
}

impl Arrival {
    fn read(request: &mut tiny_http::Request) -> Result<Self> {
        const OF_HTTP: [&str; 6] =
            ["host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent"];
        let headers =
            request.headers().iter().map(|header| (header.field.to_string().to_lowercase(), header.value.to_string()));
        let headers = headers.filter(|(name, _)| !OF_HTTP.contains(&name.as_str())).collect();
        let mut body = Vec::new();
        request.as_reader().read_to_end(&mut body)?;
        Ok(Self { headers, body })
    }
}
