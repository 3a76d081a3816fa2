//! The deliveries that are sent, signed: by HMAC here, by the keys of a key set in Node.
//!
//! Signatures are valid for five minutes, so they are renewed during a run.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cases::{Case, Sent};
use xtask::demo::Secret;
use xtask::{paths, tools};

/// The `aud` of tokens.
pub(crate) const AUDIENCE: &str = "bench";
/// Deliveries with ids of their own: more than any contender takes in a round.
pub(crate) const FRESH: u64 = 20_000;
/// After this, signatures are made anew: all have 300 s, and a second to be sent in.
const MAX_AGE: Duration = Duration::from_secs(200);
/// Keys of the set for `v1a`, each of which signs one delivery.
const KEYS: usize = 3;
/// Well-formed, and over nothing.
pub(crate) const FORGED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/// The same in hexadecimal digits, after what a sender puts in front.
const FORGED_HEX: &str = "{}757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

/// Names and values.
pub(crate) type Headers = Vec<(String, String)>;

/// Signs, and writes what wrk is to send.
pub(crate) struct Signer {
    dir: PathBuf,
    secret: Secret,
    /// Scripts that were written, and when.
    scripts: Vec<((Sent, usize), PathBuf, Instant)>,
}

impl Signer {
    /// With new keys; their public halves are in `dir/jwks` from here on.
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let keys = dir.join("keys.json");
        if keys.exists() {
            fs::remove_file(keys)?;
        }
        let signer = Self { dir: dir.to_owned(), secret: Secret::random()?, scripts: Vec::new() };
        signer.deliveries(Sent::V1a, "{}").map(|_| signer)
    }

    /// The secret, as it is configured.
    pub(crate) fn secret(&self) -> String {
        self.secret.text()
    }

    /// A body of so many bytes, which is JSON.
    pub(crate) fn body(bytes: usize) -> String {
        match bytes.checked_sub(8) {
            Some(filler) => format!("{{\"x\":\"{}\"}}", "a".repeat(filler)),
            None => String::new(),
        }
    }

    /// The headers of deliveries, signed now.
    pub(crate) fn deliveries(&self, sent: Sent, body: &str) -> Result<Vec<Headers>> {
        let at = now()?;
        let signed = |id: &str, signature: String| -> Headers {
            let headers =
                [("webhook-id", id), ("webhook-timestamp", &at.to_string()), ("webhook-signature", &signature)];
            headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        let valid = |id: &str| Ok(signed(id, self.secret.sign(id, at, body)?));
        match sent {
            Sent::Get => Ok(vec![Headers::new()]),
            Sent::Forged | Sent::Astray => Ok(vec![signed("msg_forged", FORGED.to_owned())]),
            Sent::ForgedGithub => {
                let headers = [("x-github-event", "push"), ("x-hub-signature-256", FORGED_HEX)];
                Ok(vec![headers.map(|(name, value)| (name.to_owned(), value.replace("{}", "sha256="))).into()])
            }
            Sent::ForgedStripe => {
                let value = FORGED_HEX.replace("{}", &format!("t={at},v1="));
                Ok(vec![vec![("stripe-signature".to_owned(), value)]])
            }
            Sent::HundredForged => Ok(vec![signed("msg_forged", [FORGED; 100].join(" "))]),
            Sent::Valid => Ok(vec![valid("msg_valid")?]),
            Sent::Fresh => (0..FRESH).map(|n| valid(&format!("msg_{at}_{n}"))).collect(),
            Sent::V1a => self.by_node("v1a", body),
            Sent::Jwt => self.by_node("jwt", body),
        }
    }

    fn by_node(&self, form: &str, body: &str) -> Result<Vec<Headers>> {
        let mut node = tools::npm_bin("node")?;
        node.arg(paths::root().join("benches/sign.mjs")).arg(&self.dir).arg(body);
        let output = node.output().context("node cannot be started")?;
        let printed: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("benches/sign.mjs: {}", String::from_utf8_lossy(&output.stderr)))?;
        let deliveries = printed[form].as_array().context("benches/sign.mjs printed no deliveries")?;
        let text = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
        Ok(deliveries.iter().filter_map(Value::as_object).map(|headers| headers.iter().map(text).collect()).collect())
    }

    /// The requests of a case in a round, as they go over the wire. A sender signs with one key of its set at a time, so some rounds have
    /// the delivery of one key, and some that of another.
    pub(crate) fn requests(&self, case: &Case, round: usize) -> Result<Vec<Vec<u8>>> {
        let (method, body, path) = (method(case.sent), Self::body(case.body), case.path(round));
        let mut deliveries = self.deliveries(case.sent, &body)?;
        if case.sent == Sent::V1a {
            deliveries = deliveries.into_iter().skip(round % KEYS).take(1).collect();
        }
        let request = |headers: &Headers| {
            let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n");
            for (name, value) in headers {
                text.extend([name, ": ", value, "\r\n"]);
            }
            if !body.is_empty() {
                let length = body.len().to_string();
                text.extend(["content-type: application/json\r\ncontent-length: ", &length, "\r\n"]);
            }
            text.extend(["\r\n", &body]);
            text.into_bytes()
        };
        Ok(deliveries.iter().map(request).collect())
    }

    /// A script for wrk that sends deliveries with a body of so many bytes.
    pub(crate) fn script(&mut self, sent: Sent, bytes: usize) -> Result<PathBuf> {
        let known = self.scripts.iter().find(|(what, _, made)| *what == (sent, bytes) && made.elapsed() < MAX_AGE);
        if let Some((_, path, _)) = known {
            return Ok(path.clone());
        }
        let path = self.dir.join(format!("{sent:?}-{bytes}.lua").to_ascii_lowercase());
        let deliveries = self.deliveries(sent, &Self::body(bytes))?;
        fs::write(&path, lua(sent, bytes, &deliveries)?)?;
        self.scripts.retain(|(what, _, _)| *what != (sent, bytes));
        self.scripts.push(((sent, bytes), path.clone(), Instant::now()));
        Ok(path)
    }
}

fn method(sent: Sent) -> &'static str {
    if sent == Sent::Get { "GET" } else { "POST" }
}

/// One delivery is made once; of several, each when its turn comes.
fn lua(sent: Sent, bytes: usize, deliveries: &[Headers]) -> Result<String> {
    let method = method(sent);
    let mut lua = format!("wrk.method = \"{method}\"\n");
    if let Some(filler) = bytes.checked_sub(8) {
        writeln!(lua, "wrk.body = '{{\"x\":\"' .. string.rep('a', {filler}) .. '\"}}'")?;
        lua.push_str("wrk.headers['content-type'] = 'application/json'\n");
    }
    if let [delivery] = deliveries {
        for (name, value) in delivery {
            writeln!(lua, "wrk.headers['{name}'] = '{value}'")?;
        }
        return Ok(lua);
    }
    lua.push_str("local deliveries = {\n");
    for delivery in deliveries {
        lua.push_str("  { ['content-type'] = 'application/json'");
        for (name, value) in delivery {
            write!(lua, ", ['{name}'] = '{value}'")?;
        }
        lua.push_str(" },\n");
    }
    lua.push_str("}\nlocal n, made = 0, {}\nrequest = function()\n  n = n % #deliveries + 1\n");
    lua.push_str("  made[n] = made[n] or wrk.format(nil, nil, deliveries[n])\n  return made[n]\nend\n");
    Ok(lua)
}

/// Unix seconds.
pub(crate) fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs())
}
