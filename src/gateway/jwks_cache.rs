//! The cache of key sets: how long a set is fresh, how long it may serve when stale, and when a fetch is allowed.

use super::retry_after;

/// When a set was fetched, and for how long it is fresh. Unix seconds, and seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// When the set was fetched.
    pub fetched_at: u64,
    /// For how long it is fresh, as [`ttl`] says.
    pub ttl: u64,
}

/// Whether a cached set may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Use it.
    Fresh,
    /// Use it, and refresh it in the background.
    Stale,
    /// Do not use it.
    Expired,
}

impl Freshness {
    /// Whether the set may be used at a time.
    ///
    /// A set from the future is as old as it is far ahead: the clock was set back, and the set would stay fresh for as long.
    pub const fn at(self, now: u64) -> Standing {
        let age = now.abs_diff(self.fetched_at);
        if age < self.ttl {
            Standing::Fresh
        } else if age < self.ttl.saturating_add(LAST_GOOD) {
            Standing::Stale
        } else {
            Standing::Expired
        }
    }

    /// How long a store should keep the set, in seconds.
    pub const fn keep(self) -> u64 {
        self.ttl.saturating_add(LAST_GOOD)
    }
}

/// How many seconds a fetched set is fresh: `s-maxage` or `max-age` of `Cache-Control`, limited to 5 minutes to 24 hours; ten minutes
/// without either.
///
/// ```
/// use countersign::gateway::jwks_cache::ttl;
///
/// assert_eq!(ttl(Some("public, max-age=3600")), 3600);
/// assert_eq!((ttl(None), ttl(Some("no-store"))), (600, 300));
/// ```
pub fn ttl(cache_control: Option<&str>) -> u64 {
    let directives = || cache_control.into_iter().flat_map(|value| value.split(',')).map(str::trim_ascii);
    let seconds = |name: &str| {
        directives().find_map(|directive| {
            let (known, value) = directive.split_once('=')?;
            if !known.trim_ascii_end().eq_ignore_ascii_case(name) {
                return None;
            }
            // Beyond 64 bits is the longest time, not none (RFC 9111, section 1.2.2).
            retry_after::seconds(value.trim_ascii().trim_matches('"'))
        })
    };
    let uncached = directives().any(|one| one.eq_ignore_ascii_case("no-store") || one.eq_ignore_ascii_case("no-cache"));
    let wanted = if uncached { Some(0) } else { seconds("s-maxage").or_else(|| seconds("max-age")) };
    wanted.map_or(600, |seconds| seconds.clamp(300, 86_400))
}

/// Whether a signature that matched no key may trigger a fetch: once a minute, whatever the rate of requests. A clock that went back ends
/// the minute.
pub const fn may_refetch(last: Option<u64>, now: u64) -> bool {
    match last {
        Some(last) => now.abs_diff(last) >= 60,
        None => true,
    }
}

/// How many seconds a failed fetch is not repeated: 5 to 30. `chance` is a random byte, so that isolates that failed together do not
/// retry together.
pub const fn pause_after_failure(chance: u8) -> u64 {
    // 26 values of equal width; the product has 13 bits.
    5_u64.saturating_add((chance as u64).saturating_mul(26) >> 8)
}

/// Whether a set may be fetched, given when the last fetch failed and the pause that was drawn then. A clock that went back ends the
/// pause.
pub const fn may_fetch_after_failure(failed_at: u64, pause: u64, now: u64) -> bool {
    now < failed_at || now.saturating_sub(failed_at) >= pause
}

/// How long a stale set serves while its URL fails.
const LAST_GOOD: u64 = 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_control_is_held_between_five_minutes_and_a_day() {
        for (header, seconds) in [
            (None, 600),
            (Some(""), 600),
            (Some("public"), 600),
            (Some("max-age=x"), 600),
            (Some("public, max-age=3600"), 3600),
            (Some("MAX-AGE=\"3600\""), 3600),
            (Some("max-age=60, s-maxage=1200"), 1200),
            (Some("max-age=1"), 300),
            (Some("no-store"), 300),
            (Some("max-age=999999999"), 86_400),
            (Some("max-age=99999999999999999999"), 86_400),
            (Some("max-age=\"18446744073709551616\""), 86_400),
            (Some("max-age = 1200"), 1200),
            (Some("max-age=1200.5"), 1201),
            (Some("max-age=-1"), 300),
            (Some("s-maxage=soon, max-age=1200"), 1200),
            (Some("x-max-age=1200"), 600),
        ] {
            assert_eq!(ttl(header), seconds, "{header:?}");
        }
    }

    #[test]
    fn a_stale_set_serves_for_a_day() {
        let set = Freshness { fetched_at: 1000, ttl: 600 };
        assert_eq!(set.at(900), Standing::Fresh);
        assert_eq!(set.at(1599), Standing::Fresh);
        assert_eq!(set.at(1600), Standing::Stale);
        assert_eq!(set.at(1599 + 86_400), Standing::Stale);
        assert_eq!(set.at(1600 + 86_400), Standing::Expired);
        let ahead = Freshness { fetched_at: 1_000_000, ttl: 600 };
        assert_eq!(
            [999_401, 999_400, 913_000].map(|now| ahead.at(now)),
            [Standing::Fresh, Standing::Stale, Standing::Expired]
        );
    }

    #[test]
    fn a_mismatch_fetches_once_a_minute() {
        assert!(may_refetch(None, 0));
        assert!(!may_refetch(Some(100), 159));
        assert!(may_refetch(Some(100), 160));
        assert!(!may_refetch(Some(100), 41) && may_refetch(Some(100), 40), "a clock that went back");
    }

    #[test]
    fn a_failure_is_remembered_for_five_to_thirty_seconds() {
        let pauses: std::collections::BTreeSet<_> = (0..=u8::MAX).map(pause_after_failure).collect();
        assert_eq!(pauses, (5..=30).collect());
        assert!(!may_fetch_after_failure(100, 5, 100));
        assert!(!may_fetch_after_failure(100, 5, 104));
        assert!(may_fetch_after_failure(100, 5, 105));
        assert!(may_fetch_after_failure(100, 5, 99), "a clock that went back");
    }
}
