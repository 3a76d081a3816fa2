// From the body to a matching signature: every refusal of contract section 3, steps 3 to 7. (Paths and methods, the JWT form and the key sets
// have files of their own.)

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback } from "./fixtures/loopback.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { BODY_MARK, delivery, newEd25519, newId, newSecret, now, signedBy, signedByKey, withHeader } from "./fixtures/sign.mjs";
import { until, withinOneSecond } from "./fixtures/wait.mjs";

const secret = newSecret();
const ed25519 = newEd25519();
const token = crypto.randomBytes(24).toString("base64url");
const sign = signedBy(secret);
let loopback;
let origin;
let worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  const keys = loopback.at("keys");
  keys.always(serving([newEd25519().jwk, ed25519.jwk]));
  worker = await Worker.start({
    sources: {
      std: source(origin),
      svix: source(origin, { scheme: "svix" }),
      small: source(origin, { max_body: "1KiB" }),
      strict: source(origin, { tolerance: "10s" }),
      asymmetric: source(origin, { secrets: ["PUBLIC_KEY"] }),
      gemini: source(origin, { scheme: "gemini" }),
      mixed: source(origin, { jwks: keys.url }),
      jobs: { scheme: "gemini-dynamic", url_token: "TOKEN", jwks: keys.url, forward: { origin: origin.url } },
      guarded: source(origin, { url_token: "TOKEN" }),
    },
    secrets: { SECRET: secret, PUBLIC_KEY: ed25519.whpk, TOKEN: token },
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("a genuine delivery is delivered", async () => {
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
});

test("a body announced as too large is refused before it is read", async () => {
  refused(await worker.announce("small", 1025), 413, "body_too_large");
  refused(await worker.announce("std", (1 << 20) + 1), 413, "body_too_large");
  refused(await worker.announce("std", 2 ** 40), 413, "body_too_large");
});

test("a chunked body is counted as it comes", async () => {
  const chunk = `${BODY_MARK}`.padEnd(512, "x");
  const fits = delivery(sign, { body: chunk + chunk });
  delivered(await worker.post("small", { ...fits, chunks: [chunk, chunk] }), fits.id);
  const over = delivery(sign, { body: `${chunk + chunk}x` });
  refused(await worker.post("small", { ...over, chunks: [chunk, chunk, "x"] }), 413, "body_too_large");
});

test("a body of exactly the limit passes, and one byte more does not", async () => {
  for (const [path, limit] of [["small", 1 << 10], ["std", 1 << 20]]) {
    const fits = delivery(sign, { body: BODY_MARK.padEnd(limit, "x") });
    delivered(await worker.post(path, fits), fits.id);
    const over = delivery(sign, { body: BODY_MARK.padEnd(limit + 1, "x") });
    refused(await worker.post(path, over), 413, "body_too_large");
  }
});

test("the size is looked at before the headers", async () => {
  refused(await worker.announce("small", 5000, []), 413, "body_too_large");
});

test("each of the three headers must be there and not empty", async () => {
  for (const [path, family] of [["std", "webhook"], ["svix", "svix"]]) {
    const made = delivery(sign, { family });
    for (const name of ["id", "timestamp", "signature"]) {
      refused(await worker.post(path, withHeader(made, `${family}-${name}`)), 400, "missing_header");
      refused(await worker.post(path, withHeader(made, `${family}-${name}`, "")), 400, "missing_header");
    }
  }
  refused(await worker.post("std", { body: "" }), 400, "missing_header");
});

test("svix takes one complete set of headers and never mixes two", async () => {
  const branded = delivery(sign, { family: "svix" });
  delivered(await worker.post("svix", branded), branded.id);
  const plain = delivery(sign);
  delivered(await worker.post("svix", plain), plain.id);
  const mixed = { ...branded, headers: branded.headers.map(([n, v]) => [n === "svix-id" ? "webhook-id" : n, v]) };
  refused(await worker.post("svix", mixed), 400, "missing_header");
  refused(await worker.post("std", branded), 400, "missing_header");
});

test("a repeated id line is refused", async () => {
  const made = delivery(sign);
  const twice = { ...made, headers: [...made.headers, ["webhook-id", made.id]] };
  refused(await worker.post("std", twice), 400, "invalid_header");
});

test("an id that may have swallowed a timestamp is refused", async () => {
  for (const tail of [".123456789", ".1614165330", ".99999999999999999999"]) {
    refused(await worker.post("std", delivery(sign, { id: newId() + tail })), 400, "invalid_header");
  }
  const harmless = delivery(sign, { id: `${newId()}.12345678` });
  delivered(await worker.post("std", harmless), harmless.id);
});

test("a timestamp is canonical ASCII decimal, once", async () => {
  const made = delivery(sign);
  const wrong = ["+1", "-1", "01", "1.0", "1e9", "1_000", "0x1", "now", "１６", "9".repeat(40), `${made.timestamp},`, `${made.timestamp} 0`];
  for (const value of wrong) {
    const forged = withHeader({ ...made, headers: made.headers }, "webhook-timestamp", value);
    refused(await worker.post("std", forged), 400, "invalid_timestamp");
  }
  const twice = { ...made, headers: [...made.headers, ["webhook-timestamp", String(made.timestamp)]] };
  refused(await worker.post("std", twice), 400, "invalid_timestamp");
});

test("the tolerance holds in both directions, its boundary included", async () => {
  for (const [path, tolerance] of [["std", 300], ["strict", 10]]) {
    const at = (offset) => withinOneSecond(now, async (second) => {
      const made = delivery(sign, { timestamp: second + offset });
      return { made, reply: await worker.post(path, made) };
    });
    for (const offset of [-tolerance, tolerance]) {
      const { made, reply } = await at(offset);
      delivered(reply, made.id);
    }
    refused((await at(-tolerance - 1)).reply, 401, "timestamp_too_old");
    refused((await at(tolerance + 1)).reply, 401, "timestamp_too_new");
  }
});

test("a far timestamp is refused without rounding or overflow", async () => {
  const far = ["9007199254740993", "9223372036854775807", "99999999999"];
  for (const timestamp of far) refused(await worker.post("std", delivery(() => "v1,x", { timestamp })), 401, "timestamp_too_new");
  refused(await worker.post("std", delivery(() => "v1,x", { timestamp: 0 })), 401, "timestamp_too_old");
});

test("what was not signed with the secret matches nothing", async () => {
  const made = delivery(sign);
  const forged = [
    delivery(signedBy(newSecret())),
    { ...made, body: `${made.body} ` },
    { ...made, body: "" },
    withHeader(made, "webhook-id", newId()),
    withHeader(made, "webhook-timestamp", String(made.timestamp - 1)),
    withHeader(made, "webhook-signature", "v1,"),
    withHeader(made, "webhook-signature", "\u00e9\u00e9"),
    delivery((id, timestamp, body) => sign(id, timestamp, body).replace("v1,", "v1a,")),
    delivery(signedByKey(ed25519.privateKey)),
  ];
  for (const each of forged) refused(await worker.post("std", each), 401, "no_matching_signature");
});

test("a v1a signature matches its public key, and nothing else does", async () => {
  const made = delivery(signedByKey(ed25519.privateKey));
  delivered(await worker.post("asymmetric", made), made.id);
  refused(await worker.post("asymmetric", delivery(signedByKey(newEd25519().privateKey))), 401, "no_matching_signature");
  refused(await worker.post("asymmetric", delivery(sign)), 401, "no_matching_signature");
  const publicAsSecret = signedBy(ed25519.whpk.replace("whpk_", "whsec_"));
  refused(await worker.post("asymmetric", delivery(publicAsSecret)), 401, "no_matching_signature");
});

test("a source may have secrets and a key set", async () => {
  for (const signer of [sign, signedByKey(ed25519.privateKey)]) {
    const made = delivery(signer);
    delivered(await worker.post("mixed", made), made.id);
  }
  refused(await worker.post("mixed", delivery(signedBy(newSecret()))), 401, "no_matching_signature");
});

test("gemini takes its project's secret and nothing else", async () => {
  const made = delivery(sign);
  delivered(await worker.post("gemini", made), made.id);
  refused(await worker.post("gemini", delivery(signedByKey(ed25519.privateKey))), 401, "no_matching_signature");
});

test("gemini-dynamic takes Google's keys and nothing else", async () => {
  const made = delivery(signedByKey(ed25519.privateKey));
  delivered(await worker.post(`jobs/${token}`, made), made.id);
  refused(await worker.post(`jobs/${token}`, delivery(sign)), 401, "no_matching_signature");
  const publicAsSecret = signedBy(ed25519.whpk.replace("whpk_", "whsec_"));
  refused(await worker.post(`jobs/${token}`, delivery(publicAsSecret)), 401, "no_matching_signature");
});

test("an event of a type nobody knows is delivered", async () => {
  for (const body of ["{}", '{"type":"ping"}', '{"type":"something.new","data":null}']) {
    const made = delivery(sign, { body });
    delivered(await worker.post("gemini", made), made.id);
  }
});

test("one good signature among many is enough, in one header line or several", async () => {
  const other = signedBy(newSecret());
  const listed = delivery((...content) => `v2,x ${other(...content)}  ${sign(...content)} junk`);
  delivered(await worker.post("std", listed), listed.id);
  const made = delivery(sign);
  const lines = { ...made, headers: [["webhook-signature", other(made.id, made.timestamp, made.body)], ...made.headers] };
  delivered(await worker.post("std", lines), made.id);
});

test("too many signatures are refused as such", async () => {
  const bad = signedBy(newSecret());
  const many = delivery((...content) => `${`${bad(...content)} `.repeat(2000)}${sign(...content)}`);
  refused(await worker.post("std", many), 400, "too_many_signatures");
  const other = signedByKey(newEd25519().privateKey);
  const good = signedByKey(ed25519.privateKey);
  const repeated = (times) => delivery((...content) => `${`${other(...content)} `.repeat(times)}${good(...content)}`);
  refused(await worker.post("asymmetric", repeated(32)), 400, "too_many_signatures");
  const most = repeated(31);
  delivered(await worker.post("asymmetric", most), most.id);
});

test("over a large body fewer signatures are checked, and as many as a change of keys needs", async () => {
  const body = `"${"x".repeat((1 << 20) - 2)}"`;
  const strangers = Array.from({ length: 31 }, () => signedByKey(newEd25519().privateKey));
  const good = signedByKey(ed25519.privateKey);
  const behind = (count, body) => {
    const others = strangers.slice(0, count).map((other) => other("msg_1", 1, "{}")).join(" ");
    return delivery((...content) => `${others} ${good(...content)}`, { body });
  };
  for (const [path, count] of [["asymmetric", 31], ["asymmetric", 12], ["mixed", 15], [`jobs/${token}`, 6]]) {
    refused(await worker.post(path, behind(count, body)), 400, "too_many_signatures");
    const small = behind(Math.min(count, 15), "{}");
    delivered(await worker.post(path, small), small.id);
  }
  for (const [path, count] of [["asymmetric", 11], ["mixed", 1], [`jobs/${token}`, 1], [`jobs/${token}`, 5]]) {
    const large = behind(count, body);
    delivered(await worker.post(path, large), large.id);
  }
});

test("nothing that was refused reached the origin", async () => {
  const arrived = origin.requests.map((request) => request.header("webhook-id") ?? request.header("svix-id"));
  assert.equal(new Set(arrived).size, arrived.length);
  const lines = () => worker.deliveries((line) => line.code === "delivered").length;
  await until(() => lines() === arrived.length, `${arrived.length} lines, one for each arrival`);
});
