//! Events as lines of objects in an R2 bucket.

/// The milliseconds that events are gathered for an object.
pub const GATHER: u64 = 30_000;

/// The most events of an object, given the largest body: an invocation holds all of them in memory, and gets them in one response.
pub fn most_events(max_body: u64) -> usize {
    usize::try_from((16 * 1024 * 1024_u64).checked_div(max_body).unwrap_or(MOST))
        .unwrap_or_default()
        .clamp(1, MOST as usize)
}

/// The most events of an object, however small they are.
const MOST: u64 = 1_000;

/// The name of an object, behind the source, the destination and the day: the shard, the number of its first event there, and of the attempt
/// at that. No two objects have the same.
pub fn object_name(shard: u32, number: u64, attempt: u32) -> String {
    format!("{shard}-{number:012}-{attempt}.ndjson")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_holds_what_fits_into_memory() {
        let mib = 1024 * 1024;
        assert_eq!([most_events(mib), most_events(64 * 1024), most_events(1792 * 1024)], [16, 256, 9]);
        assert_eq!([most_events(0), most_events(1), most_events(u64::MAX)], [1_000, 1_000, 1]);
    }
}
