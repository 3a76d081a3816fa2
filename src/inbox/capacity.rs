//! How much an object of the inbox may hold.

/// The size of a database from which on nothing is accepted, unless `max_stored` says another: far below 10 GB, where the platform refuses
/// all writes, those that free space among them. What is stored is delivered, and written, beyond it.
pub const MAX_STORED: u64 = 8 << 30;

/// How many events are stored between two looks at the size of the database. With the largest bodies they take 128 MB, which is small
/// beside the distance between [`MAX_STORED`] and where the platform refuses writes.
pub const MEASURE_EVERY: u32 = 64;

/// The largest body of a durable source. SQLite rows hold 2 MB on this platform, and 256 KiB are left to the headers, of which
/// HTTP lets no more than 128 KB arrive, escaped.
pub const MAX_BODY: u64 = 1_792 * 1024;
