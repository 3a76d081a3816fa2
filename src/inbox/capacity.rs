//! How much an object of the inbox may hold.

/// What an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pending events.
    pub pending: u64,
    /// Bytes of its database.
    pub bytes: u64,
}

impl Limits {
    /// Far below the 10 GB at which the platform refuses writes, which would also be those that make room.
    pub const DEFAULT: Self = Self { pending: 100_000, bytes: 8 << 30 };

    /// Whether one more event fits.
    pub const fn admit(self, pending: u64, bytes: u64) -> bool {
        pending < self.pending && bytes < self.bytes
    }

    /// How many bytes of [`row_bytes`] may be stored in a database of so many bytes before it has to be measured again.
    pub fn room(self, bytes: u64) -> u64 {
        self.bytes.saturating_sub(bytes).min(LARGEST_ROOM)
    }
}

/// More than what a row takes in the database, with its entries in two indexes: ids and headers fit into what HTTP lets through.
pub fn row_bytes(body: u32, headers: u32) -> u64 {
    // A character of header text is at most four bytes; a page is 4 KiB, and a row and its index entries begin one at most each.
    u64::from(body).saturating_add(u64::from(headers).saturating_mul(4)).saturating_add(4 * 4096)
}

/// The largest body of a durable source. SQLite rows hold 2 MB on this platform, and 256 KiB are left to the headers, of which
/// HTTP lets no more than 128 KB arrive, escaped.
pub const MAX_BODY: u64 = 1_792 * 1024;

/// Small beside the distance between [`Limits::DEFAULT`] and where the platform refuses writes.
const LARGEST_ROOM: u64 = 16 << 20;
