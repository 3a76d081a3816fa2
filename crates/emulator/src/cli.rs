//! The command line.

use clap::{Parser, Subcommand};

use crate::options::ServeOptions;

/// The other side of a webhook, on one machine: a Gemini API that signs and delivers, a sender of right and wrong deliveries, an origin.
#[derive(Debug, Parser)]
#[command(name = "countersign-emulator", version, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Emulates the Gemini API: webhooks, batches, interactions, videos, and the deliveries that tell of their end
    Serve(Box<ServeOptions>),
}
