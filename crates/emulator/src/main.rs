//! `countersign-emulator serve`: see `--help`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use countersign_emulator::cli::{Cli, Command};
use countersign_emulator::serve::Server;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    tokio::select! {
        ended = run(cli) => ended.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }),
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
    }
}

async fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(options) => {
            let server = Server::bind(*options).await?;
            println!("{}", server.greeting());
            server.run().await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
