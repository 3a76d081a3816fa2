//! The options of `serve`, with one for each behaviour that Google does not document or documents differently.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::dialect::{DataId, Dialect, MetadataPlace};
use crate::guard::host_name;
use crate::job::Outcome;
use crate::jwks::JwksSwitch;
use crate::webhook::Rotation;

/// The options of `serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Listening address; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8099")]
    pub listen: SocketAddr,

    /// A host name to accept besides addresses and `localhost`; others are refused because web pages could use them. May be repeated
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    pub host: Vec<String>,

    /// The `new_signing_secret` of the first webhook created, `whsec_…`; later ones are random
    #[arg(long, value_name = "WHSEC", env = "COUNTERSIGN_EMULATOR_SECRET", hide_env_values = true)]
    pub secret: Option<String>,

    /// Derives the Ed25519 keys from this text, the same at every start; without it they are random
    #[arg(long, value_name = "TEXT")]
    pub seed: Option<String>,

    /// Prints a line for each attempt to deliver
    #[arg(long, short)]
    pub verbose: bool,

    /// How long a job runs
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = humantime::parse_duration, help_heading = "Jobs")]
    pub job_time: Duration,

    /// How jobs end
    #[arg(long, value_enum, default_value_t, help_heading = "Jobs")]
    pub outcome: Outcome,

    /// Speeds up retries and the expiry of secrets by this factor; `webhook-timestamp` stays real
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = scale, help_heading = "Delivery")]
    pub time_scale: f64,

    /// Timeout of a delivery (Google: "a few seconds"); not compressed
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration, help_heading = "Delivery")]
    pub timeout: Duration,

    /// Concurrent deliveries
    #[arg(long, value_name = "NUMBER", default_value_t = 64, value_parser = concurrency, help_heading = "Delivery")]
    pub concurrency: usize,

    /// Consecutive failed attempts that disable a webhook; 0: never (Google: not documented)
    #[arg(long, value_name = "NUMBER", default_value_t = 100, help_heading = "Delivery")]
    pub disable_after: u32,

    /// Signatures of dynamic deliveries: as observed, or as documented
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub dynamic: Dynamic,

    /// `aud` of the documented token; default: the URI of the receiver
    #[arg(long, value_name = "TEXT", help_heading = "What Google leaves open")]
    pub audience: Option<String>,

    /// Retries keep the timestamp and signature of the first attempt
    #[arg(long, help_heading = "What Google leaves open")]
    pub keep_timestamp: bool,

    /// The place of `user_metadata` in an event
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub metadata: MetadataPlace,

    /// How an event names a batch
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub data_id: DataId,

    /// Which secrets sign after a rotation, until the earlier ones expire
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub rotation: Rotation,

    /// The event of an interaction that made a video
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub video_event: VideoEvent,

    /// Whether an interaction that ends as incomplete, budget_exceeded or requires_continuation sends an event of that name
    #[arg(long, value_enum, default_value_t, help_heading = "What Google leaves open")]
    pub unlisted_events: UnlistedEvents,

    /// Refuses `userMetadata` in camel case, as the live service did for batches (go-genai issue 779)
    #[arg(long, help_heading = "What Google leaves open")]
    pub strict_metadata: bool,

    /// The key set: `kid` (keys have one), `slow=2s`, `fail` or `fail=503`, `rotate=30s` (interval), `max-age=600`; may be repeated
    #[arg(long, value_name = "SWITCH", help_heading = "What Google leaves open")]
    pub jwks: Vec<JwksSwitch>,
}

/// How dynamic deliveries are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Dynamic {
    /// Ed25519 over id, timestamp and body
    #[default]
    V1a,
    /// An RS256 token, which does not cover the body
    Jwt,
}

/// The event of an interaction that made a video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum VideoEvent {
    /// `interaction.completed`
    #[default]
    Interaction,
    /// `video.generated`
    Video,
}

/// Whether outcomes without a documented event send one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum UnlistedEvents {
    /// Nothing is sent
    #[default]
    None,
    /// `interaction.incomplete`, `interaction.budget_exceeded`, `interaction.requires_continuation`, to webhooks of the request's own
    Own,
}

impl ServeOptions {
    /// The choices for undocumented details of events.
    pub fn dialect(&self) -> Dialect {
        let (video, unlisted) = (self.video_event == VideoEvent::Video, self.unlisted_events == UnlistedEvents::Own);
        Dialect { metadata: self.metadata, id: self.data_id, video, unlisted }
    }
}

fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse::<f64>().ok().filter(|scale| (1.0..=1e9).contains(scale));
    scale.ok_or_else(|| "has to be a number from 1 (real time) to 1000000000".to_owned())
}

fn concurrency(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| "has to be a number from 1 to 10000".to_owned())
}
