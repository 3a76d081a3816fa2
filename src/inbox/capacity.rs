//! How much an object of the inbox may hold.

/// How much an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pending events.
    pub pending: u64,
    /// Bytes of its database.
    pub bytes: u64,
}

impl Limits {
    /// Far below 10 GB, where the platform refuses all writes, including those that free space.
    pub const DEFAULT: Self = Self { pending: 100_000, bytes: 8 << 30 };

    /// Whether one more event fits.
    pub const fn admit(self, pending: u64, bytes: u64) -> bool {
        pending < self.pending && bytes < self.bytes
    }
}

/// How many events are stored between two looks at the size of the database. With the largest bodies they take 128 MB, which is small
/// beside the distance between [`Limits::DEFAULT`] and where the platform refuses writes.
pub const MEASURE_EVERY: u32 = 64;

/// The largest body of a durable source. SQLite rows hold 2 MB on this platform, and 256 KiB are left to the headers, of which
/// HTTP lets no more than 128 KB arrive, escaped.
pub const MAX_BODY: u64 = 1_792 * 1024;
