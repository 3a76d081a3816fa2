//! docs/limits.md says what the code does: for each number, the row of the page and the constant that holds it.

use std::collections::BTreeSet;
use std::fs;

use countersign::scheme;

use crate::page::{Page, root};

/// What a row of the page contains, the file, and the constant there.
const HELD: [(&str, &str, &str); 39] = [
    ("at most 1,792 KiB with `durable`", "src/inbox/capacity.rs", "MAX_BODY: u64 = 1_792 * 1024;"),
    ("| time for the body to arrive | 30 s |", "crates/worker/js/limits.js", "READ_MS = 30_000;"),
    ("| 16 MiB is read and dropped", "crates/worker/js/reading.js", "MOST_PIECES = 256;"),
    ("| signatures in a header | 1,024 |", "src/verify/list.rs", "MAX_SIGNATURES: usize = 1024;"),
    ("| checks by public keys | 32; 12 for", "src/crypto/mod.rs", "MAX_ATTEMPTS: usize = 32;"),
    ("12 for a body of 1 MiB or more", "src/verify/v1a.rs", "LEAST_ATTEMPTS: usize = 12;"),
    ("| token (JWT) | 16 KiB |", "src/jose/token.rs", "MAX_TOKEN: usize = 16 * 1024;"),
    ("`exp` and `nbf` | 60 s |", "src/config/policy.rs", "JWT_LEEWAY: u64 = 60;"),
    ("| id from a body or a token | 256 bytes |", "src/event_id.rs", "MAX_ID: usize = 256;"),
    ("| type in logs, filters and names | 128 bytes |", "src/gateway/event_type.rs", "LONGEST: usize = 128;"),
    ("for `forward.timeout` and 5 s at most", "src/gateway/dedupe.rs", "IN_FLIGHT_SLACK_MS: u64 = 5_000;"),
    ("| body of a handshake | 16 KiB |", "src/handshake.rs", "LARGEST: u32 = 16 * 1024;"),
    ("`SOURCES_2` to `SOURCES_20`", "src/config/tables.rs", "MOST: usize = 20;"),
    ("| shared key | at least 16 bytes |", "src/key/floor.rs", "LEAST: usize = 16;"),
    ("| at least 22 characters |", "src/config/secrets.rs", "LEAST_TOKEN: usize = 22;"),
    ("| destinations | 16 |", "src/config/destinations.rs", "MOST: usize = 16;"),
    ("| conditions in `when` | 16 |", "src/gateway/when.rs", "MOST: usize = 16;"),
    ("| tokens of a JSON pointer | 16 |", "src/json/find.rs", "MOST_TOKENS: usize = 16;"),
    ("| name of a Durable Object | 1,024 bytes |", "src/gateway/object_name.rs", "LONGEST_NAME: usize = 1024;"),
    ("| usable keys | 32 |", "src/jose/key_set.rs", "MAX_KEYS: usize = 32;"),
    ("while the URL fails | 24 h |", "src/gateway/jwks_cache.rs", "LAST_GOOD: u64 = 24 * 3600;"),
    ("| RSA keys | 2,048 to 8,192 bits |", "src/crypto/rsa.rs", "MAX_BITS: usize = 8192;"),
    ("| origin's response to the sender | 64 KiB |", "crates/worker/js/outbound.js", "LARGEST_ANSWER = 64 * 1024;"),
    ("`forward.concurrency`, 1 to 128", "src/inbox/ordering.rs", "MOST: usize = 128;"),
    ("| retries under way, for a minute", "src/inbox/stalls.rs", "REMEMBERED: u64 = 60_000;"),
    ("`Retry-After`, up to 4 h", "src/inbox/breaker.rs", "LONGEST_HOLD: u64 = 4 * 3_600_000;"),
    ("| broken after | 3 failed events", "src/inbox/breaker.rs", "ROW: usize = 3;"),
    ("| message of a queue | 127,000 bytes |", "src/gateway/queue.rs", "LARGEST_MESSAGE: u32 = 127_000;"),
    ("| 1,000 events or 30 s |", "src/gateway/archive.rs", "GATHER: u64 = 30_000;"),
    ("`shards`, up to 1,024", "src/inbox/shards.rs", "MOST_SHARDS: u32 = 1_024;"),
    ("| database of one object | 8 GiB |", "src/inbox/capacity.rs", "MAX_STORED: u64 = 8 << 30;"),
    ("| dead events are kept | 30 days |", "src/inbox/states.rs", "DEAD_KEPT: u64 = 30 * 24 * HOUR;"),
    ("of up to 4 KiB of headers each", "src/gateway/copies.rs", "LONGEST: usize = 4096;"),
    ("| 4,096 at a time |", "src/inbox/lanes.rs", "WINDOW: usize = 4_096;"),
    ("| 50,000; 10,000 for each shard |", "crates/worker/src/admin/list.rs", "MOST_EVENTS: u64 = 50_000;"),
    ("| session | 8 h |", "src/access/session.rs", "SESSION_SECONDS: u64 = 8 * 3600;"),
    ("| 10 for each address;", "src/access/guesses.rs", "FREE: u32 = 10;"),
    ("| capture | 20 deliveries, 2 MiB together", "crates/worker/js/ledger.js", "CAPTURED = 20;"),
    ("| audit | 1,000 actions of 90 days |", "crates/worker/js/ledger.js", "RECORDS_KEPT = 90 * DAY;"),
];

#[test]
fn each_limit_is_the_one_in_the_code() {
    let page = Page::read("docs/limits.md").text;
    let wrong: Vec<_> = HELD
        .iter()
        .filter_map(|(row, file, constant)| {
            let text = fs::read_to_string(root().join(file)).unwrap_or_default();
            match (page.contains(row), text.contains(constant)) {
                (true, true) => None,
                (false, _) => Some(format!("docs/limits.md does not say `{row}`")),
                (_, false) => Some(format!("{file} does not say `{constant}`, which docs/limits.md shows as `{row}`")),
            }
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An origin may compare the header with what the page lists, and a query the field.
#[test]
fn each_form_is_where_it_is_said_to_be_seen() {
    let forms: BTreeSet<_> = scheme::ALL.iter().flat_map(|scheme| scheme.forms).map(|form| form.as_str()).collect();
    // No preset signs with it; `scheme = "hmac"` does.
    for form in forms.into_iter().chain(["hmac-sha512"]) {
        for (page, row) in [("docs/destinations.md", "| `countersign-form` |"), ("docs/logs.md", "| `form` |")] {
            let text = Page::read(page).text;
            let line = text.lines().find(|line| line.starts_with(row)).unwrap_or_default();
            assert!(line.contains(&format!("`{form}`")), "{page} does not name `{form}`");
        }
    }
}
