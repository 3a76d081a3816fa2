//! How much of what is billed an event uses.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::prices::{LOG_DAYS, MEMORY, Meter};

/// What operations cost, as the test counts it and compares it.
pub(super) const COUNTED: &str = "tests/e2e/operations.json";
/// What `cargo xtask bench cpu` measured.
const MEASURED: &str = "benches/costs.json";

/// A log record, with what Cloudflare adds to each: our own part has 0.4 KB.
pub(super) const RECORD_KB: f64 = 1.0;
/// An event with its headers in an object's database.
pub(super) const EVENT_KB: f64 = 1.0;
/// The days of `keep` and of `dedupe`, by default.
const KEPT_DAYS: f64 = 1.0;
const ID_DAYS: f64 = 3.0;
/// The days of a month, as Cloudflare counts them.
const MONTH: f64 = 30.0;

/// So much of each meter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage([f64; Meter::ALL.len()]);

impl Usage {
    pub(super) const fn of(self, meter: Meter) -> f64 {
        self.0[meter as usize]
    }

    #[must_use]
    pub(super) const fn with(mut self, meter: Meter, amount: f64) -> Self {
        self.0[meter as usize] += amount;
        self
    }

    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|meter| self.0[meter] + other.0[meter]))
    }

    #[must_use]
    pub(super) fn times(self, factor: f64) -> Self {
        Self(self.0.map(|amount| amount * factor))
    }

    /// Dollars of one meter for a million times this, beyond what is included.
    pub(super) const fn price_of(self, meter: Meter) -> f64 {
        self.of(meter) * meter.price().per_million
    }

    /// The same of what the log takes.
    pub(super) fn price_of_log(self) -> f64 {
        Meter::ALL.iter().filter(|meter| meter.is_log()).map(|meter| self.price_of(*meter)).sum()
    }

    /// The same of all meters but the log's.
    pub(super) fn price(self) -> f64 {
        Meter::ALL.iter().filter(|meter| !meter.is_log()).map(|meter| self.price_of(*meter)).sum()
    }

    /// A month's bill, with what is included taken off.
    pub(super) fn bill(self, events: f64, log: bool) -> f64 {
        let beyond = |meter: &Meter| {
            let price = meter.price();
            (self.of(*meter) * events - price.included).max(0.0) * price.per_million / 1e6
        };
        Meter::ALL.iter().filter(|meter| log || !meter.is_log()).map(beyond).sum()
    }

    /// So many events fit into an allowance, and what runs out first; the log alone would stop nothing.
    pub(super) fn fits(self, allowance: impl Fn(Meter) -> Option<f64>) -> (f64, Meter) {
        let limits = Meter::ALL.into_iter().filter(|meter| !meter.is_log() && self.of(*meter) > 0.0);
        let limits = limits.filter_map(|meter| Some((allowance(meter)? / self.of(meter), meter)));
        limits.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, Meter::Requests))
    }
}

/// What was counted, and what was measured.
pub(super) struct Figures {
    counted: Value,
    measured: Value,
}

impl Figures {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let read = |file: &str| -> Result<Value> {
            let text = fs::read(root.join(file)).with_context(|| format!("{file} cannot be read"))?;
            serde_json::from_slice(&text).with_context(|| format!("{file} is not JSON"))
        };
        Ok(Self { counted: read(COUNTED)?, measured: read(MEASURED)? })
    }

    /// The count of one thing in an operation, 0 where it is not there.
    pub(super) fn count(&self, part: &str, operation: &str, name: &str) -> Result<f64> {
        let counts = self.counted[part][operation].as_object();
        let counts = counts.with_context(|| format!("{} has no `{operation}` in `{part}`", COUNTED))?;
        Ok(counts.get(name).and_then(Value::as_f64).unwrap_or_default())
    }

    /// What an operation is billed as.
    pub(super) fn operation(&self, name: &str) -> Result<Usage> {
        let count = |of: &str| self.count("operations", name, of);
        let (requests, objects, alarms) = (count("requests")?, count("objectRequests")?, count("alarms")?);
        let usage = Usage::default().with(Meter::Requests, requests).with(Meter::ObjectRequests, objects + alarms);
        let usage = usage.with(Meter::KvReads, count("kvReads")?).with(Meter::KvWrites, count("kvWrites")?);
        let usage = usage.with(Meter::RowsRead, count("rowsRead")?);
        let usage = usage.with(Meter::RowsWritten, count("rowsWritten")? + count("alarmsSet")?);
        // `invocation_logs = false`: a call is no event of the log besides what it writes there.
        let log = count("logLines")? * RECORD_KB;
        Ok(usage.with(Meter::LogIngested, log).with(Meter::LogStored, log * LOG_DAYS / MONTH))
    }

    /// An event in an object's database: itself for `keep`, and its id for `dedupe`.
    pub(super) fn stored(&self) -> Result<Usage> {
        let id = self.measured["bytes_stored"].as_f64().context("the bytes of an id are not measured")? / 1_000.0;
        Ok(Usage::default().with(Meter::ObjectStored, (EVENT_KB * KEPT_DAYS + id * ID_DAYS) / MONTH))
    }

    /// Processor time of one event, in milliseconds.
    pub(super) fn cpu(&self, way: &str) -> Result<Usage> {
        let ms = self.measured["cpu_ms"][way].as_f64();
        Ok(Usage::default().with(Meter::CpuMs, ms.with_context(|| format!("{} has no `{way}`", MEASURED))?))
    }

    /// An object awake for so many seconds.
    pub(super) fn awake(seconds: f64) -> Usage {
        Usage::default().with(Meter::GigabyteSeconds, seconds * MEMORY)
    }

    pub(super) fn measured(&self, name: &str) -> &Value {
        &self.measured[name]
    }
}
