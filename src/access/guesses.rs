//! Slows down whoever guesses at `/admin`: each wrong token makes the next wrong one of the same address wait longer for its response.
//!
//! A right token never waits, so nobody can lock an operator out. The table is one isolate's and bounded.

/// The addresses that guessed lately, the latest last.
#[derive(Debug, Default)]
pub struct Guesses(Vec<Address>);

#[derive(Debug)]
struct Address {
    network: String,
    guesses: u32,
    /// Guesses since the last log record.
    unlogged: u32,
    guessed_at: u64,
    logged_at: u64,
}

/// What follows from a wrong guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// The milliseconds before the response.
    pub wait_ms: u64,
    /// How many guesses the log record is about; `None` if none is due.
    pub logged: Option<u32>,
}

impl Guesses {
    /// Notes a wrong guess. `address` is empty if the platform names none; all those count as one.
    pub fn wrong(&mut self, address: &str, now_ms: u64) -> Guessed {
        let network = network(address);
        // The clock may have been put back.
        self.0.retain(|known| now_ms.abs_diff(known.guessed_at) < FORGOTTEN_MS);
        let place = self.0.iter().position(|known| known.network == network);
        let known = place.map(|place| self.0.remove(place));
        let mut known = known.unwrap_or_else(|| Address {
            network: network.to_owned(),
            guesses: 0,
            unlogged: 0,
            guessed_at: now_ms,
            logged_at: 0,
        });
        known.guesses = known.guesses.saturating_add(1);
        known.unlogged = known.unlogged.saturating_add(1);
        known.guessed_at = now_ms;
        let beyond = known.guesses.saturating_sub(FREE);
        let is_logged = beyond == 0 || now_ms.abs_diff(known.logged_at) >= RECORD_MS;
        let logged = is_logged.then_some(known.unlogged);
        if is_logged {
            (known.unlogged, known.logged_at) = (0, now_ms);
        }
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(known);
        let wait_ms = if beyond == 0 { 0 } else { FIRST_MS.saturating_mul(1 << beyond.min(5)) };
        Guessed { wait_ms, logged }
    }
}

/// What counts as one: an IPv4 address, or the 64 bits of IPv6 that one customer has.
fn network(address: &str) -> &str {
    let address = address.get(..LONGEST).unwrap_or(address);
    let fourth = address.match_indices(':').nth(3).map_or(address.len(), |(at, _)| at);
    let zeros = address.find("::").unwrap_or(address.len());
    address.get(..fourth.min(zeros)).unwrap_or(address)
}

/// Wrong guesses that are answered at once and logged one by one: an operator mistypes.
const FREE: u32 = 10;
/// Half of the first wait; it doubles up to 8 s.
const FIRST_MS: u64 = 250;
/// Beyond the free ones, an address makes one log record in that time.
const RECORD_MS: u64 = 10_000;
const FORGOTTEN_MS: u64 = 10 * 60_000;
/// Addresses that are remembered.
const MOST: usize = 256;
/// The longest text of an address (RFC 4291, with an embedded IPv4 address).
const LONGEST: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    #[test]
    fn waits_grow_for_one_address_and_end() {
        let mut guesses = Guesses::default();
        let waits: Vec<_> = (0..20).map(|n| guesses.wrong("192.0.2.1", NOW + n).wait_ms).collect();
        assert_eq!(waits[..10], [0; 10]);
        assert_eq!(waits[10..16], [500, 1_000, 2_000, 4_000, 8_000, 8_000]);
        assert_eq!(guesses.wrong("192.0.2.2", NOW).wait_ms, 0, "another address");
        assert_eq!(guesses.wrong("192.0.2.1", NOW + 20 + FORGOTTEN_MS).wait_ms, 0, "long after");
    }

    #[test]
    fn records_are_few_and_count_all() {
        let mut guesses = Guesses::default();
        let logged: Vec<_> = (0..1_000).filter_map(|n| guesses.wrong("", NOW + n * 100).logged).collect();
        assert!(logged.len() <= 10 + 10, "{}", logged.len());
        assert!(logged.iter().sum::<u32>() >= 900);
    }

    #[test]
    fn the_table_is_bounded_and_keeps_who_guesses_on() {
        let mut guesses = Guesses::default();
        for n in 0..10_000_u32 {
            guesses.wrong(&n.to_string(), NOW);
            guesses.wrong("192.0.2.1", NOW);
        }
        assert_eq!(guesses.0.len(), MOST);
        assert_eq!(guesses.wrong("192.0.2.1", NOW).wait_ms, 8_000);
        guesses.wrong(&"a".repeat(100_000), NOW);
        assert!(guesses.0.iter().all(|known| known.network.len() <= LONGEST));
    }

    #[test]
    fn a_customer_of_ipv6_is_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
        assert_eq!(network("2001:db8::1"), network("2001:db8::2"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
