//! The options of `origin`.

use std::net::SocketAddr;

use clap::Args;

use super::fault::FaultOptions;
use crate::guard::host_name;

/// The options of `origin`.
#[derive(Args, Clone, Debug)]
pub struct OriginOptions {
    /// Listening address; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8098")]
    pub listen: SocketAddr,

    /// A host name to accept besides addresses and `localhost`; others are refused because web pages could use them. May be repeated
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    pub host: Vec<String>,

    /// Verifies deliveries with the secret that `sign_with` names, or with that of a Standard Webhooks sender; refuses the rest with 401
    #[arg(long, value_name = "KEY", env = "COUNTERSIGN_ORIGIN_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// Prints JSON, one line for each delivery
    #[arg(long)]
    pub json: bool,

    /// Prints no deliveries
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,

    /// The faults; `/_origin` tells how to change them while the origin runs.
    #[command(flatten)]
    pub fault: FaultOptions,
}
