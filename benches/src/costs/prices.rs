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
    LogEvents,
}

impl Meter {
    /// In the order in which they are shown; the discriminant is the place.
    pub(super) const ALL: [Self; 9] = [
        Self::Requests,
        Self::CpuMs,
        Self::KvReads,
        Self::KvWrites,
        Self::ObjectRequests,
        Self::GigabyteSeconds,
        Self::RowsRead,
        Self::RowsWritten,
        Self::LogEvents,
    ];

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
            Self::LogEvents => "log events",
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
            Self::LogEvents => Price::new(0.60, 20e6, Some(200_000.0)),
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

/// What a gigabyte costs that is stored for a month.
pub(super) const STORED: f64 = 0.20;

/// What a Durable Object is billed for while it is awake, in GB, whatever it uses.
pub(super) const MEMORY: f64 = 0.128;

/// Where the prices are from, and when they were read there.
pub(super) const READ: &str = "Cloudflare's pages on \
[Workers](https://developers.cloudflare.com/workers/platform/pricing/), \
[KV](https://developers.cloudflare.com/kv/platform/pricing/) and \
[Durable Objects](https://developers.cloudflare.com/durable-objects/platform/pricing/), from copies read on 25 November 2026";
