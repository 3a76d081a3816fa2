//! What is sent, signed: by HMAC here, by the keys of a key set in Node.
//!
//! Signatures last five minutes, so they are made anew during a run, before they are too old for anybody.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::cases::Sent;
use crate::demo::Secret;
use crate::tools;

/// The `aud` of tokens.
pub(super) const AUDIENCE: &str = "bench";
/// Deliveries with ids of their own: more than any contender takes in a second.
pub(super) const FRESH: u64 = 20_000;
/// After this, signatures are made anew: all have 300 s, and a second to be sent in.
const MAX_AGE: Duration = Duration::from_secs(200);
/// Keys of the set for `v1a`, each of which signs one delivery.
const KEYS: usize = 3;
/// Well-formed, and over nothing.
pub(super) const FORGED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/// Names and values.
pub(super) type Headers = Vec<(String, String)>;

/// Signs, and writes what wrk is to send.
pub(super) struct Signer {
    dir: PathBuf,
    secret: Secret,
    /// Scripts that were written: what they send, how large, and signed by which key; and when.
    scripts: Vec<((Sent, usize, usize), PathBuf, Instant)>,
}

impl Signer {
    /// With new keys; their public halves are in `dir/jwks` from here on.
    pub(super) fn new(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let keys = dir.join("keys.json");
        if keys.exists() {
            fs::remove_file(keys)?;
        }
        let signer = Self { dir: dir.to_owned(), secret: Secret::random()?, scripts: Vec::new() };
        signer.deliveries(Sent::V1a, "{}").map(|_| signer)
    }

    /// The secret, as it is configured.
    pub(super) fn secret(&self) -> String {
        self.secret.text()
    }

    /// A body of so many bytes, which is JSON.
    pub(super) fn body(bytes: usize) -> String {
        match bytes.checked_sub(8) {
            Some(filler) => format!("{{\"x\":\"{}\"}}", "a".repeat(filler)),
            None => String::new(),
        }
    }

    /// The headers of deliveries, signed now.
    pub(super) fn deliveries(&self, sent: Sent, body: &str) -> Result<Vec<Headers>> {
        let at = super::now()?;
        let signed = |id: &str, signature: String| -> Headers {
            let headers =
                [("webhook-id", id), ("webhook-timestamp", &at.to_string()), ("webhook-signature", &signature)];
            headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        let valid = |id: &str| Ok(signed(id, self.secret.sign(id, at, body)?));
        match sent {
            Sent::Get => Ok(vec![Headers::new()]),
            Sent::Forged | Sent::Astray => Ok(vec![signed("msg_forged", FORGED.to_owned())]),
            Sent::HundredForged => Ok(vec![signed("msg_forged", [FORGED; 100].join(" "))]),
            Sent::Valid => Ok(vec![valid("msg_valid")?]),
            Sent::Fresh => (0..FRESH).map(|n| valid(&format!("msg_{at}_{n}"))).collect(),
            Sent::V1a => self.by_node("v1a", body),
            Sent::Jwt => self.by_node("jwt", body),
        }
    }

    fn by_node(&self, form: &str, body: &str) -> Result<Vec<Headers>> {
        let mut node = tools::npm_bin("node")?;
        node.arg(tools::root().join("benches/sign.mjs")).arg(&self.dir).arg(body);
        let output = node.output().context("node cannot be started")?;
        let printed: Value = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("benches/sign.mjs: {}", String::from_utf8_lossy(&output.stderr)))?;
        let deliveries = printed[form].as_array().context("benches/sign.mjs printed no deliveries")?;
        let text = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
        Ok(deliveries.iter().filter_map(Value::as_object).map(|headers| headers.iter().map(text).collect()).collect())
    }

    /// A script for wrk that sends them in a round, with a body of so many bytes. A sender signs with one key of its set at a time, so
    /// some rounds have those of one key, and the next those of another.
    pub(super) fn script(&mut self, sent: Sent, bytes: usize, round: usize) -> Result<PathBuf> {
        let key = if sent == Sent::V1a { round / KEYS % KEYS } else { 0 };
        let wanted = (sent, bytes, key);
        let known = self.scripts.iter().find(|(what, _, made)| *what == wanted && made.elapsed() < MAX_AGE);
        if let Some((_, path, _)) = known {
            return Ok(path.clone());
        }
        let path = self.dir.join(format!("{sent:?}-{bytes}-{key}.lua").to_ascii_lowercase());
        let mut deliveries = self.deliveries(sent, &Self::body(bytes))?;
        if sent == Sent::V1a {
            deliveries = deliveries.into_iter().skip(key).take(1).collect();
        }
        fs::write(&path, lua(sent, bytes, &deliveries)?)?;
        self.scripts.retain(|(what, _, _)| *what != wanted);
        self.scripts.push((wanted, path.clone(), Instant::now()));
        Ok(path)
    }
}

/// One delivery is made once; of several, each when its turn comes.
fn lua(sent: Sent, bytes: usize, deliveries: &[Headers]) -> Result<String> {
    let method = if sent == Sent::Get { "GET" } else { "POST" };
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
