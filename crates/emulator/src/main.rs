//! `countersign-emulator serve | send | origin`: see `--help`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use countersign_emulator::cli::{Cli, Command};
use countersign_emulator::origin::Origin;
use countersign_emulator::send::{self, Outcome};
use countersign_emulator::serve::Server;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    tokio::select! {
        // First, so that Ctrl-C works as soon as anything is printed.
        biased;
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
        ended = run(cli) => ended.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }),
    }
}

async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(options) => {
            let server = Server::bind(*options).await?;
            println!("{}", server.greeting());
            server.run().await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Send(options) => Ok(match send::run(&options).await? {
            Outcome::AsExpected => ExitCode::SUCCESS,
            Outcome::Unexpected => ExitCode::from(1),
            Outcome::Unanswered => ExitCode::from(2),
        }),
        Command::Origin(options) => {
            let shows_text = !options.json;
            let origin = Origin::bind(*options).await?;
            if shows_text {
                println!("{}\n", origin.greeting());
            }
            origin.run().await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
