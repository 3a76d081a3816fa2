//! The command line.

use clap::{Parser, Subcommand};

use crate::options::ServeOptions;
use crate::origin::OriginOptions;
use crate::send::SendOptions;

/// The other side of a webhook, on one machine: a Gemini API that signs and delivers, a sender of valid and invalid deliveries, an origin.
#[derive(Debug, Parser)]
#[command(name = "countersign-emulator", version, arg_required_else_help = true, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(after_help = SERVE_EXAMPLES)]
    /// Emulates the Gemini API: webhooks, batches, interactions, videos, and the deliveries of their events
    Serve(Box<ServeOptions>),
    #[command(after_help = SEND_EXAMPLES)]
    /// Sends valid and invalid deliveries to any receiver and checks the responses; exits with 0 if as expected, 1 if not, 2 without a response
    Send(Box<SendOptions>),
    #[command(after_help = ORIGIN_EXAMPLES)]
    /// Receives forwarded events: shows and verifies them; fails, stalls and resets connections on demand
    Origin(Box<OriginOptions>),
}

const EXAMPLES: &str = "\
Examples:
  countersign-emulator serve                 # then point an SDK at it: GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8099
  countersign-emulator origin --fail 30%     # what the events are forwarded to, failing three times in ten
  countersign-emulator send --to http://127.0.0.1:8787/gemini --scheme gemini --secret whsec_... --scenario all";

const SERVE_EXAMPLES: &str = "\
Examples:
  serve --secret whsec_...      the first webhook gets this secret, so the receiver can be set up before
  serve --time-scale 3600       retries over 24 hours pass in 24 seconds
  serve --job-time 1h           jobs end on request: curl -X POST 127.0.0.1:8099/_emulator/jobs/ID/end -d '{\"outcome\":\"failed\"}'
  serve --jwks slow=3s --jwks rotate=30s

While it runs, GET /_emulator says what can be asked and changed.";

const SEND_EXAMPLES: &str = "\
Examples:
  send --to http://127.0.0.1:3000/hooks --secret whsec_... --scenario all
  send --to http://127.0.0.1:8787/stripe --scheme stripe --secret whsec_... --scenario all
  send --to http://127.0.0.1:8787/gemini-jobs/TOKEN --scheme gemini-dynamic --seed test --scenario stale -v
  send --to http://127.0.0.1:3000/hooks --secret whsec_... --count 10000 --concurrency 64

Exit status: 0 if every response was as expected, 1 if one was not, 2 if none came or the command has a mistake.";

const ORIGIN_EXAMPLES: &str = "\
Examples:
  origin --secret whsec_...               verifies what forward.sign_with signed
  origin --status 503 --retry-after 2     is down
  origin --fail 3 --reset                 breaks the next three connections
  origin --json | jq .body

While it runs, GET /_origin says what can be asked and changed.";
