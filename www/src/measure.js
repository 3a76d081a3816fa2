// Measures one check in this browser: the package's verifiers on deliveries of 400 bytes, drawn as bars.
import { geminiDynamic } from "../engine/jwt-senders.js";
import { withSecrets } from "../engine/full-verifiers.js";
import { el, fill, svg } from "./dom.js";
import { toBase64, utf8 } from "./encoding.js";
import { content, hmac, newEd25519, newRsa, randomBytes, token } from "./sign.js";

const standard = withSecrets("standard-webhooks");

const [ROUND_MS, ROUNDS] = [60, 5];
const [WIDTH, ROW, LABEL] = [420, 32, 128];
const BODY = utf8(JSON.stringify({ type: "batch.succeeded", filling: "x".repeat(360) }));
const AUDIENCE = "measure";

/** Measures and draws; reports progress to `status`. */
export async function measure(parent, status) {
  status("Making keys …");
  const checks = await Promise.all([hmacCheck(), ed25519Check(), rsaCheck()].map((check) => check.catch((error) => ({ error }))));
  const results = [];
  for (const { name, check, error } of checks) {
    if (error !== undefined) continue;
    status(`Measuring ${name} …`);
    results.push({ name, microseconds: await best(check) });
  }
  fill(parent, strip(results), table(results));
  status(`The best of ${ROUNDS} rounds each, in this browser, for a body of ${BODY.length} bytes.`);
}

/** The fastest round: a disturbance can only make a round slower. */
async function best(check) {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const started = performance.now();
    let [calls, elapsed] = [0, 0];
    while (elapsed < ROUND_MS) {
      await check();
      calls += 1;
      elapsed = performance.now() - started;
    }
    least = Math.min(least, (elapsed * 1000) / calls);
  }
  return least;
}

async function hmacCheck() {
  const key = randomBytes(32);
  const now = Math.floor(Date.now() / 1000);
  const signature = await hmac(key, content(`msg_1.${now}.`, BODY));
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(now), "webhook-signature": `v1,${toBase64(signature)}` };
  const verifier = standard(`whsec_${toBase64(key)}`);
  return { name: "v1, HMAC-SHA256", check: () => verifier.unwrap(BODY, headers, { now, jsonParse: false }) };
}

async function ed25519Check() {
  const key = await newEd25519();
  const now = Math.floor(Date.now() / 1000);
  const signature = await key.sign(content(`msg_1.${now}.`, BODY));
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(now), "webhook-signature": `v1a,${toBase64(signature)}` };
  const verifier = standard(key.whpk);
  return { name: "v1a, Ed25519", check: () => verifier.unwrap(BODY, headers, { now, jsonParse: false }) };
}

async function rsaCheck() {
  const key = await newRsa("measure");
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: AUDIENCE, iat: now, exp: now + 600, jti: "1" };
  const headers = { "webhook-signature": await token({ alg: "RS256", kid: "measure" }, claims, key.sign) };
  const verifier = geminiDynamic({ jwks: { keys: [key.jwk] }, accept: ["jwt"], audience: AUDIENCE });
  return { name: "JWT, RS256", check: () => verifier.unwrap(BODY, headers, { now, jsonParse: false }) };
}

function strip(results) {
  const longest = Math.max(...results.map(({ microseconds }) => microseconds));
  const bars = results.map(({ name, microseconds }, at) => {
    const width = Math.max(3, ((WIDTH - LABEL - 72) * microseconds) / longest);
    const y = at * ROW;
    return svg("g",
      svg("text.bar-name", { x: 0, y: y + 20 }, name),
      svg("rect.strip-bar", { x: LABEL, y: y + 7, width, height: 18, rx: 4 }),
      svg("text.bar-value", { x: LABEL + width + 10, y: y + 20 }, words(microseconds)));
  });
  return svg("svg.strip", { viewBox: `0 0 ${WIDTH} ${ROW * results.length}`, "aria-hidden": "true" }, bars);
}

/** The same as text, for screen readers. */
function table(results) {
  return el("ul.hidden", results.map(({ name, microseconds }) => el("li", `${name}: ${words(microseconds)} per check`)));
}

const words = (microseconds) => `${microseconds < 10 ? microseconds.toFixed(1) : Math.round(microseconds)} µs`;
