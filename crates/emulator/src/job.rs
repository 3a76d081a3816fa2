//! Jobs: their states, outcomes and event types. Nothing here runs them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dialect::Dialect;

/// The kind of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `:batchGenerateContent`.
    Batch,
    /// `interactions`, with `background`.
    Interaction,
    /// `:predictLongRunning`.
    Video,
}

/// How a job ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Outcome {
    /// With a result.
    #[default]
    Succeeded,
    /// With an error.
    Failed,
    /// Too late (batches; others fail).
    Expired,
    /// Cancelled by the client.
    Cancelled,
    /// Waiting for the client (interactions; others succeed).
    RequiresAction,
    /// Cut short, as by `max_output_tokens` (interactions; others succeed).
    Incomplete,
    /// Out of budget (interactions; others fail).
    BudgetExceeded,
    /// To be resumed by the client (interactions; others succeed).
    RequiresContinuation,
}

/// The webhooks of one request. They replace the registered ones.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Where the job's events go.
    pub uris: Vec<String>,
    /// Returned on each event, compact.
    pub user_metadata: Option<Box<RawValue>>,
}

/// A job, running or ended.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its kind.
    pub kind: Kind,
    /// Its id, without the collection.
    pub id: String,
    /// Its model, without `models/`.
    pub model: String,
    /// Chosen by the client.
    pub display_name: Option<String>,
    /// The number of inlined requests; `None` for a batch that reads a file.
    pub inlined: Option<usize>,
    /// Whether an interaction makes a video.
    pub makes_video: bool,
    /// The webhooks of its request.
    pub webhook: Option<WebhookConfig>,
    /// In Unix milliseconds.
    pub created_ms: u64,
    /// How it ended, and when.
    pub ended: Option<(Outcome, u64)>,
}

impl Job {
    /// The resource's name: `batches/…`, `models/…/operations/…`, or for an interaction its id.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Batch => format!("batches/{}", self.id),
            Kind::Interaction => self.id.clone(),
            Kind::Video => format!("models/{}/operations/{}", self.model, self.id),
        }
    }

    /// Ends the job. Returns `false` and changes nothing if it had ended.
    pub fn end(&mut self, outcome: Outcome, now: u64) -> bool {
        let running = self.ended.is_none();
        if running {
            self.ended = Some((possible(self.kind, outcome), now));
        }
        running
    }

    /// The event type of the outcome. A failed video has none, because no type is documented.
    ///
    /// The dialect decides whether an interaction that made a video sends `video.generated`, and whether outcomes without a documented
    /// type send an event.
    pub fn event_type(&self, dialect: Dialect) -> Option<&'static str> {
        let (outcome, _) = self.ended?;
        if self.makes_video && dialect.video && outcome == Outcome::Succeeded {
            return Some("video.generated");
        }
        match (self.kind, outcome) {
            (Kind::Batch, Outcome::Succeeded) => Some("batch.succeeded"),
            (Kind::Batch, Outcome::Failed) => Some("batch.failed"),
            (Kind::Batch, Outcome::Expired) => Some("batch.expired"),
            (Kind::Batch, Outcome::Cancelled) => Some("batch.cancelled"),
            (Kind::Interaction, Outcome::Succeeded) => Some("interaction.completed"),
            (Kind::Interaction, Outcome::Failed) => Some("interaction.failed"),
            (Kind::Interaction, Outcome::Cancelled) => Some("interaction.cancelled"),
            (Kind::Interaction, Outcome::RequiresAction) => Some("interaction.requires_action"),
            (Kind::Interaction, Outcome::Incomplete) if dialect.unlisted => Some("interaction.incomplete"),
            (Kind::Interaction, Outcome::BudgetExceeded) if dialect.unlisted => Some("interaction.budget_exceeded"),
            (Kind::Interaction, Outcome::RequiresContinuation) if dialect.unlisted => {
                Some("interaction.requires_continuation")
            }
            (Kind::Video, Outcome::Succeeded) => Some("video.generated"),
            _ => None,
        }
    }
}

/// The nearest outcome that this kind of job can have.
const fn possible(kind: Kind, outcome: Outcome) -> Outcome {
    match (kind, outcome) {
        (Kind::Interaction | Kind::Video, Outcome::Expired) => Outcome::Failed,
        (Kind::Batch | Kind::Video, Outcome::BudgetExceeded) => Outcome::Failed,
        (Kind::Batch | Kind::Video, Outcome::RequiresAction | Outcome::Incomplete | Outcome::RequiresContinuation) => {
            Outcome::Succeeded
        }
        _ => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::SUBSCRIBABLE;

    fn job(kind: Kind) -> Job {
        let (id, model) = ("x".to_owned(), "m".to_owned());
        let (display_name, webhook, inlined, ended) = (None, None, None, None);
        Job { kind, id, model, display_name, inlined, makes_video: false, webhook, created_ms: 0, ended }
    }

    #[test]
    fn every_subscribable_event_can_be_had() {
        let mut types = Vec::new();
        for kind in [Kind::Batch, Kind::Interaction, Kind::Video] {
            for outcome in [Outcome::Succeeded, Outcome::Failed, Outcome::Expired, Outcome::RequiresAction] {
                let mut job = job(kind);
                assert!(job.end(outcome, 1));
                types.extend(job.event_type(Dialect::default()));
            }
        }
        types.sort_unstable();
        types.dedup();
        let mut all = SUBSCRIBABLE;
        all.sort_unstable();
        assert_eq!(types, all);
    }

    /// Outcomes without a documented event send one only on request.
    #[test]
    fn ends_without_a_documented_event_are_told_of_if_asked_for() {
        for (outcome, event) in [
            (Outcome::Incomplete, "interaction.incomplete"),
            (Outcome::BudgetExceeded, "interaction.budget_exceeded"),
            (Outcome::RequiresContinuation, "interaction.requires_continuation"),
        ] {
            let mut job = job(Kind::Interaction);
            assert!(job.end(outcome, 1));
            assert_eq!(job.event_type(Dialect::default()), None);
            assert_eq!(job.event_type(Dialect { unlisted: true, ..Dialect::default() }), Some(event));
            assert!(!SUBSCRIBABLE.contains(&event));
        }
    }

    #[test]
    fn a_job_ends_once() {
        let mut job = job(Kind::Batch);
        assert_eq!(job.event_type(Dialect::default()), None);
        assert!(job.end(Outcome::Expired, 1) && !job.end(Outcome::Succeeded, 2));
        assert_eq!(
            (job.ended, job.event_type(Dialect::default())),
            (Some((Outcome::Expired, 1)), Some("batch.expired"))
        );
    }

    #[test]
    fn an_interaction_tells_of_a_video_in_the_way_asked_for() {
        let mut job = job(Kind::Interaction);
        job.makes_video = true;
        job.end(Outcome::Succeeded, 1);
        assert_eq!(
            (job.event_type(Dialect { video: true, ..Dialect::default() }), job.event_type(Dialect::default())),
            (Some("video.generated"), Some("interaction.completed"))
        );
    }
}
