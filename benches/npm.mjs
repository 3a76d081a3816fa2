// Verifications per second in Node: this package beside npm `standardwebhooks`, npm `svix` and node:crypto used by hand.
// Then the processor time that an import takes, in new processes. Run by `cargo xtask bench npm`. Rounds are interleaved, so that what the machine does meanwhile meets all alike.
import { execFileSync } from "node:child_process";
import crypto from "node:crypto";
import { createRequire } from "node:module";

const [, , dist, tools, rounds = "40"] = process.argv;
const require = createRequire(`${tools}/`);
const countersign = await import(`${dist}/node/index.js`);
const standardwebhooks = require("standardwebhooks");
const svix = await import(require.resolve("svix"));

const SECRET = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const ROUND_MS = 25;

/** What a careful user writes; it reads one signature, and no `Headers`. */
function byHand(secret) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return {
    verify(body, headers) {
      const [id, timestamp, signature] = [headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]];
      if (!/^[0-9]+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error("age");
      const expected = crypto.createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
      const received = Buffer.from(signature.split(",")[1], "base64");
      if (received.length !== expected.length || !crypto.timingSafeEqual(received, expected)) throw new Error("signature");
      return JSON.parse(body.toString());
    },
  };
}

const CONTENDERS = {
  countersign: new countersign.Webhook(SECRET),
  standardwebhooks: new standardwebhooks.Webhook(SECRET),
  svix: new svix.Webhook(SECRET),
  "node:crypto by hand": byHand(SECRET),
};

function delivery(bytes) {
  const body = JSON.stringify({ type: "batch.succeeded", data: { id: "a".repeat(bytes - 46) } });
  const id = "msg_0b6a2f7e-6f2b-4f53-9f6e-0f6d3c1f9a11";
  const now = new Date();
  const signature = CONTENDERS.countersign.sign(id, now, body);
  return [body, { host: "a.example", "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": signature, "user-agent": "a" }];
}

/** Verifications per second over one round. */
function rate(contender, body, headers) {
  const end = performance.now() + ROUND_MS;
  const start = performance.now();
  let count = 0;
  do {
    for (let i = 0; i < 10; i++) contender.verify(body, headers);
    count += 10;
  } while (performance.now() < end);
  return (count * 1000) / (performance.now() - start);
}

function spread(values, digits) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (quarter) => sorted[Math.floor(((sorted.length - 1) * quarter) / 4)].toFixed(digits);
  return `${at(2)} (${at(1)} to ${at(3)})`;
}

for (const [name, bytes] of [["400 B", 400], ["64 KiB", 65_536]]) {
  for (const form of ["text", "bytes"]) {
    const [text, headers] = delivery(bytes);
    const body = form === "text" ? text : Buffer.from(text);
    const rates = Object.fromEntries(Object.keys(CONTENDERS).map((name) => [name, []]));
    for (let round = -10; round < Number(rounds); round++) {
      for (const [name, contender] of Object.entries(CONTENDERS)) {
        const measured = rate(contender, body, headers);
        // The first rounds warm up.
        if (round >= 0) rates[name].push(measured);
      }
    }
    console.log(`\n${name} as ${form}`);
    for (const [name, measured] of Object.entries(rates)) {
      const ratio = spread(rates.countersign.map((ours, round) => ours / measured[round]), 2);
      const times = name === "countersign" ? "" : `  countersign: ${ratio} times as fast`;
      console.log(`  ${name.padEnd(20)} ${(1e6 / Number(spread(measured, 0).split(" ")[0])).toFixed(1).padStart(7)} µs${times}`);
    }
  }
}

/** Milliseconds of processor time for an import in a new process. */
function imported(module) {
  const program = `const before = process.cpuUsage();
await import(${JSON.stringify(module)});
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000));`;
  return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }));
}

const MODULES = {
  countersign: `${dist}/node/index.js`,
  "countersign/hmac": `${dist}/node/hmac.js`,
  "countersign/express": `${dist}/node/adapters/express.js`,
  "countersign, not bundled": `${dist}/index.js`,
  standardwebhooks: require.resolve("standardwebhooks"),
  svix: require.resolve("svix"),
  "an empty module": "data:text/javascript,",
};
const times = Object.fromEntries(Object.keys(MODULES).map((name) => [name, []]));
for (let round = 0; round < Number(rounds) / 2; round++) for (const [name, module] of Object.entries(MODULES)) times[name].push(imported(module));
console.log("\nimport, in milliseconds of processor time");
for (const [name, measured] of Object.entries(times)) {
  const ratio = spread(measured.map((theirs, round) => times.countersign[round] / theirs), 2);
  console.log(`  ${name.padEnd(24)} ${spread(measured, 1)}${name === "countersign" ? "" : `  countersign: ${ratio} times as long`}`);
}
