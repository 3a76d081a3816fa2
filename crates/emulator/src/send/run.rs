//! One run of `send`: the state its deliveries share, and how scenarios are sent.

use anyhow::{Context, Result};
use axum::http::{HeaderName, Uri};
use countersign::scheme::HeaderNames;
use hyper::body::Bytes;
use tokio::task::JoinSet;

use super::draft::{Draft, Sender};
use super::options::{Chosen, SendOptions};
use super::outcome::Outcome;
use super::report::{self, Report};
use super::sample::Sample;
use super::scenario::{SCENARIOS, Scenario};
use super::signer::Signer;
use crate::clock::Clock;
use crate::outgoing::{Outgoing, Post};

/// The state that all deliveries of one run share.
pub(super) struct Run<'o> {
    pub(super) to: Uri,
    pub(super) names: &'static HeaderNames,
    pub(super) outgoing: Outgoing,
    pub(super) options: &'o SendOptions,
    pub(super) signer: Signer,
    pub(super) sample: Sample,
}

impl Run<'_> {
    /// Sends the chosen scenarios in order, and prints each result.
    pub(super) async fn scenarios(&self) -> Result<Outcome> {
        let mut chosen: Vec<&Scenario> = Vec::new();
        for choice in &self.options.scenarios {
            match choice {
                Chosen::All => chosen.extend(SCENARIOS),
                Chosen::One(scenario) => chosen.push(scenario),
            }
        }
        let detailed = self.options.verbose || chosen.len() == 1;
        let mut outcomes = Vec::new();
        for scenario in &chosen {
            let report = self.scenario(scenario).await?;
            report.print(detailed);
            outcomes.push(report.outcome());
        }
        if chosen.len() > 1 {
            report::summary(&outcomes);
        }
        Ok(outcomes.into_iter().max().unwrap_or(Outcome::AsExpected))
    }

    async fn scenario(&self, scenario: &'static Scenario) -> Result<Report> {
        let drafts = (scenario.build)(&self.sender()?)?;
        let mut exchanges = Vec::new();
        if scenario.parallel {
            let mut flying = JoinSet::new();
            for draft in drafts {
                let (outgoing, post, limit) = (self.outgoing.clone(), self.post(&draft)?, self.options.timeout);
                flying.spawn(async move { (draft, outgoing.post(post, limit).await) });
            }
            exchanges.extend(flying.join_all().await);
        } else {
            for draft in drafts {
                let result = self.outgoing.post(self.post(&draft)?, self.options.timeout).await;
                exchanges.push((draft, result));
            }
        }
        Ok(Report { scenario, names: self.names, form: self.signer.form(), exchanges })
    }

    pub(super) fn sender(&self) -> Result<Sender> {
        Ok(Sender {
            signer: self.signer.clone(),
            stranger: self.signer.stranger()?,
            now: Clock::compressed(1.0).now(),
            tolerance: self.options.tolerance.as_secs(),
            body: self.sample.body.clone(),
        })
    }

    pub(super) fn post(&self, draft: &Draft) -> Result<Post> {
        let mut headers = self.sample.headers.clone();
        for (field, value) in &draft.headers {
            let name = HeaderName::from_static(field.name(self.names));
            headers.push((name, value.parse().context("a header cannot hold this value")?));
        }
        Ok(Post { uri: self.to.clone(), headers, body: Bytes::copy_from_slice(&draft.body) })
    }
}
