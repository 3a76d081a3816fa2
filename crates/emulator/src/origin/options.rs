//! The options of `origin`.

use std::net::SocketAddr;

use clap::Args;

use super::fault::FaultOptions;

/// The options of `origin`.
#[derive(Args, Clone, Debug)]
pub struct OriginOptions {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8098")]
    pub listen: SocketAddr,

    /// A name under which it is reached, besides addresses and `localhost`; others are refused, as web pages could use them. May be repeated
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Verifies what arrives: the value of the secret that `sign_with` names, or the sender's own; refuses the rest with 401
    #[arg(long, value_name = "KEY", env = "COUNTERSIGN_ORIGIN_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// Prints JSON, one line for each delivery
    #[arg(long)]
    pub json: bool,

    /// Prints nothing of what arrives
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,

    /// How it misbehaves; `/_origin` says how to change that while it runs.
    #[command(flatten)]
    pub fault: FaultOptions,
}
