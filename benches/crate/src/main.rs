//! Verifications per second of one core: this crate beside `standardwebhooks`, `svix` and `hmac` used by hand, in one run.
//!
//! Run by `cargo xtask bench crate`. Each gets the same `http::HeaderMap` and bytes, and parses nothing. Rounds alternate, so that whatever else
//! the machine does meets all alike. A ratio is of two neighbours of one round; the table has the median.

mod contenders;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use contenders::{ByHand, Contender, Ours, StandardWebhooks, Svix};
use http::{HeaderMap, HeaderValue};

const SECRET: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const SIZES: [usize; 3] = [400, 8 << 10, 64 << 10];
const ROUND: Duration = Duration::from_millis(20);

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(100), |rounds| rounds.parse())?;
    let all: [&dyn Contender; 4] =
        [&Ours::new(SECRET)?, &StandardWebhooks::new(SECRET)?, &Svix::new(SECRET)?, &ByHand::new(SECRET)?];
    println!(
        "| delivery | countersign | beside `standardwebhooks` | beside `svix` | beside `hmac` by hand |\n|---|---|---|---|---|"
    );
    for size in SIZES {
        for is_forged in [false, true] {
            let (headers, body) = delivery(size, is_forged)?;
            for contender in all {
                if contender.accepts(&headers, &body) == is_forged {
                    return Err(format!("{} does not do the same", contender.name()).into());
                }
            }
            println!("{}", row(all, (size, is_forged), &headers, &body, rounds));
        }
    }
    Ok(())
}

fn row(
    all: [&dyn Contender; 4],
    (size, is_forged): (usize, bool),
    headers: &HeaderMap,
    body: &[u8],
    rounds: usize,
) -> String {
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds.max(1) {
        for (contender, rates) in all.iter().zip(&mut rates) {
            rates.push(rate(*contender, headers, body));
        }
    }
    let [ours, others @ ..] = &rates;
    let beside = others.iter().map(|theirs| {
        let ratios = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
        format!(" | {:.2}", median(ratios))
    });
    let kind = if is_forged { "forged" } else { "genuine" };
    format!("| {kind}, {size} bytes | {:.2} µs{} |", 1e6 / median(ours.clone()), beside.collect::<String>())
}

/// Verifications per second over one round.
fn rate(contender: &dyn Contender, headers: &HeaderMap, body: &[u8]) -> f64 {
    let started = Instant::now();
    let mut count = 0.0;
    loop {
        for _ in 0..20 {
            std::hint::black_box(contender.accepts(std::hint::black_box(headers), std::hint::black_box(body)));
        }
        count += 20.0;
        let elapsed = started.elapsed();
        if elapsed >= ROUND {
            return count / elapsed.as_secs_f64();
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A delivery as a server gets it, with headers besides those of the sender.
fn delivery(size: usize, is_forged: bool) -> Result<(HeaderMap, Vec<u8>), Failure> {
    let (id, now) = ("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let body = format!("{{\"type\":\"batch.succeeded\",\"data\":\"{}\"}}", "a".repeat(size.saturating_sub(35)));
    let secret = if is_forged { "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX" } else { SECRET };
    let signature = standardwebhooks::Webhook::new(secret)?.sign(id, i64::try_from(now)?, body.as_bytes())?;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "hooks.example.com"),
        ("user-agent", "Svix-Webhooks/1.24"),
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &now.to_string()),
        ("webhook-signature", &signature),
    ] {
        headers.insert(http::HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    Ok((headers, body.into_bytes()))
}
