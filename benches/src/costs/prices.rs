//! Public prices, and what is included.

/// What is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meter {
    Requests,
    CpuMs,
    KvReads,
    KvWrites,
    ObjectRequests,
    GigabyteSeconds,
    RowsRead,
    RowsWritten,
    /// A KB in an object's database for a month.
    ObjectStored,
    /// A KB that the log takes.
    LogIngested,
    /// A KB that the log keeps for a month.
    LogStored,
}

impl Meter {
    /// In the order in which they are shown; the discriminant is the place.
    pub(super) const ALL: [Self; 11] = [
        Self::Requests,
        Self::CpuMs,
        Self::KvReads,
        Self::KvWrites,
        Self::ObjectRequests,
        Self::GigabyteSeconds,
        Self::RowsRead,
        Self::RowsWritten,
        Self::ObjectStored,
        Self::LogIngested,
        Self::LogStored,
    ];

    /// Whether it belongs to the log, which can be turned down.
    pub(super) const fn is_log(self) -> bool {
        matches!(self, Self::LogIngested | Self::LogStored)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::CpuMs => "CPU ms",
            Self::KvReads => "KV reads",
            Self::KvWrites => "KV writes",
            Self::ObjectRequests => "Durable Object requests, alarms among them",
            Self::GigabyteSeconds => "Durable Object GB-s",
            Self::RowsRead => "rows read",
            Self::RowsWritten => "rows written, alarms set among them",
            Self::ObjectStored => "KB stored for a month, in Durable Objects",
            Self::LogIngested => "KB of log",
            Self::LogStored => "KB of log stored for a month",
        }
    }

    /// From [`READ`], on the date there.
    pub(super) const fn price(self) -> Price {
        match self {
            Self::Requests => Price::new(0.30, 10e6, Some(100_000.0)),
            // The free plan counts 10 ms for each request, not a sum.
            Self::CpuMs => Price::new(0.02, 30e6, None),
            Self::KvReads => Price::new(0.50, 10e6, Some(100_000.0)),
            Self::KvWrites => Price::new(5.00, 1e6, Some(1_000.0)),
            Self::ObjectRequests => Price::new(0.15, 1e6, Some(100_000.0)),
            Self::GigabyteSeconds => Price::new(12.50, 400_000.0, Some(13_000.0)),
            Self::RowsRead => Price::new(0.001, 25e9, Some(5e6)),
            Self::RowsWritten => Price::new(1.00, 50e6, Some(100_000.0)),
            // A million KB are a GB. The free plan includes 5 GB in all.
            Self::ObjectStored => Price::new(0.20, 5e6, None),
            Self::LogIngested => Price::new(0.25, 50e6, Some(500_000.0)),
            // The free plan includes the seven days.
            Self::LogStored => Price::new(0.10, 12e6, None),
        }
    }
}

/// In dollars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub(super) per_million: f64,
    /// In a month of Workers Paid.
    pub(super) included: f64,
    /// In a day of Workers Free.
    pub(super) per_day: Option<f64>,
}

impl Price {
    const fn new(per_million: f64, included: f64, per_day: Option<f64>) -> Self {
        Self { per_million, included, per_day }
    }
}

/// The least that a month of Workers Paid costs.
pub(super) const SUBSCRIPTION: f64 = 5.0;

/// A point of Analytics Engine, by the million: its price, and how many a month of Workers Paid includes. Nothing is billed yet.
pub(super) const POINTS: (f64, f64) = (0.25, 10e6);

/// The days for which Workers Logs keeps a record.
pub(super) const LOG_DAYS: f64 = 7.0;

/// What a Durable Object is billed for while it is awake, in GB, whatever it uses.
pub(super) const MEMORY: f64 = 0.128;

/// Where the prices are from, and when they were read there.
pub(super) const READ: &str = "Cloudflare's pages on \
[Workers](https://developers.cloudflare.com/workers/platform/pricing/), \
[KV](https://developers.cloudflare.com/kv/platform/pricing/), \
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/), \
[observability](https://developers.cloudflare.com/observability/pricing/) and \
[Analytics Engine](https://developers.cloudflare.com/analytics/analytics-engine/pricing/), from copies read in November 2026. They hold from 1 December 2026 on";
