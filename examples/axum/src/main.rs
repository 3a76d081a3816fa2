//! `WEBHOOK_STRIPE=whsec_… cargo run` serves `POST /hooks/stripe` on port 8000, or on `PORT`.

use std::env;
use std::net::Ipv4Addr;

use countersign_example_axum::{Hooks, app};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hooks = Hooks::from_variables(|name| env::var(name).ok())?;
    let port = env::var("PORT").ok().map_or(Ok(8000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    for sender in hooks.senders() {
        println!("http://{}/hooks/{sender}", listener.local_addr()?);
    }
    Ok(axum::serve(listener, app(hooks)).await?)
}
