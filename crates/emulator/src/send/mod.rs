//! `send`: sends deliveries to any receiver and checks the responses.

mod described;
mod draft;
mod judge;
mod load;
mod options;
mod outcome;
mod report;
mod run;
mod sample;
mod scenario;
mod signer;

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use countersign::scheme::{Form, HeaderNames, Scheme};

use self::run::Run;
use self::sample::Sample;
use self::signer::Signer;
use crate::outgoing::Outgoing;

pub use self::judge::Expectation;
pub use self::options::{Chosen, SendOptions};
pub use self::outcome::Outcome;
pub use self::scenario::{SCENARIOS, Scenario};

/// Sends deliveries as the options say, and prints the results.
///
/// # Errors
/// If there is no key for the scheme, or a body cannot be read.
pub async fn run(options: &SendOptions) -> Result<Outcome> {
    if options.list_scenarios {
        report::list();
        return Ok(Outcome::AsExpected);
    }
    let to = options.to.clone().context("--to says where to send")?;
    let sample = || match &options.body {
        Some(file) => read_body(file).map(Sample::given),
        None => Sample::of(options.scheme, options.kind.as_deref()),
    };
    ensure_signs(options.scheme)?;
    if let Some(template) = options.scheme.template() {
        return described::run(options, template, to, sample()?).await;
    }
    let signer = Signer::choose(options.scheme, options.secret.as_deref(), options.seed.as_deref())?;
    let (names, sample, outgoing) = (names(options)?, sample()?, Outgoing::new(options.concurrency.into()));
    let run = Run { to, names, outgoing, options, signer, sample };
    match options.count {
        Some(count) => load::run(&run, count).await,
        None => run.scenarios().await,
    }
}

/// Nothing here signs with the private key of a sender that has a template, inside a body, or an identity token.
fn ensure_signs(scheme: &Scheme) -> Result<()> {
    let is_signed = |form: &Form| matches!(form, Form::HmacSha256 | Form::HmacSha1 | Form::HmacSha512 | Form::Token);
    ensure!(
        !scheme.sets().is_empty() || scheme.default_forms.iter().all(is_signed),
        "`send` cannot sign as {}: it signs as the Standard Webhooks family, and as senders with a shared secret and a header for the signature",
        scheme.name
    );
    Ok(())
}

/// The scheme's own header names, the first of the accepted ones.
fn names(options: &SendOptions) -> Result<&'static HeaderNames> {
    options.scheme.sets().first().context("the scheme has no headers")
}

fn read_body(file: &Path) -> Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
        return Ok(body);
    }
    fs::read(file).with_context(|| format!("--body: {} cannot be read", file.display()))
}
