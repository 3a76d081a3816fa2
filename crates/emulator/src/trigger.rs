//! Triggers: their settings and executions. Schedules are stored but never run.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::job::{Job, Outcome};
use crate::json::set;

/// Every job, by id.
type Jobs = HashMap<String, Job>;

/// A trigger.
#[derive(Debug)]
pub(crate) struct Trigger {
    pub(crate) id: String,
    pub(crate) settings: Settings,
    /// The body of the interaction that each execution creates.
    pub(crate) interaction: Box<RawValue>,
    pub(crate) status: Status,
    pub(crate) created_ms: u64,
    pub(crate) updated_ms: u64,
    pub(crate) executions: Vec<Execution>,
}

/// The client's settings. Nothing here acts on them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Settings {
    pub(crate) display_name: Option<String>,
    pub(crate) schedule: String,
    time_zone: String,
    environment_id: Option<String>,
    execution_timeout_seconds: Option<u64>,
    max_consecutive_failures: Option<u64>,
}

/// One execution of a trigger.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) id: String,
    /// The id of the interaction that it started.
    pub(crate) interaction: String,
    pub(crate) at_ms: u64,
}

/// Whether a trigger is active.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Active,
    Paused,
    Error,
}

impl Trigger {
    /// The resource of the API.
    pub(crate) fn resource(&self, jobs: &Jobs) -> Value {
        let Settings { schedule, time_zone, .. } = &self.settings;
        let failed = |execution: &&Execution| execution.status(jobs) == "failed";
        let mut resource = json!({
            "id": self.id,
            "schedule": schedule,
            "time_zone": time_zone,
            "interaction": serde_json::from_str::<Value>(self.interaction.get()).unwrap_or_default(),
            "status": match self.status {
                Status::Active => "active",
                Status::Paused => "paused",
                Status::Error => "error",
            },
            "consecutive_failure_count": self.executions.iter().rev().take_while(failed).count(),
            "create_time": rfc3339(self.created_ms),
            "update_time": rfc3339(self.updated_ms),
        });
        if let Some(last) = self.executions.last() {
            set(&mut resource, "last_run_time", rfc3339(last.at_ms));
            set(&mut resource, "previous_interaction_id", last.interaction.as_str());
        }
        let Settings { display_name, environment_id, execution_timeout_seconds, max_consecutive_failures, .. } =
            self.settings.clone();
        for (name, value) in [
            ("display_name", display_name.map(Value::from)),
            ("environment_id", environment_id.map(Value::from)),
            ("execution_timeout_seconds", execution_timeout_seconds.map(Value::from)),
            ("max_consecutive_failures", max_consecutive_failures.map(Value::from)),
        ] {
            value.into_iter().for_each(|value| set(&mut resource, name, value));
        }
        resource
    }
}

impl Execution {
    /// The resource of the API.
    pub(crate) fn resource(&self, trigger: &str, jobs: &Jobs) -> Value {
        let mut resource = json!({
            "id": self.id,
            "trigger_id": trigger,
            "interaction_id": self.interaction,
            "status": self.status(jobs),
            "scheduled_time": rfc3339(self.at_ms),
            "start_time": rfc3339(self.at_ms),
        });
        if let Some((_, at)) = jobs.get(&self.interaction).and_then(|job| job.ended) {
            set(&mut resource, "end_time", rfc3339(at));
        }
        resource
    }

    fn status(&self, jobs: &Jobs) -> &'static str {
        match jobs.get(&self.interaction).map(|job| job.ended) {
            Some(None) => "in_progress",
            Some(Some((Outcome::Failed | Outcome::Expired | Outcome::Cancelled, _))) => "failed",
            // A deleted interaction had ended.
            Some(Some(_)) | None => "completed",
        }
    }
}
