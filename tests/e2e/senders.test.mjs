// Every sender's vector file over HTTP, to the letter, with the clock moved to each case's: what is refused and why, and what the origin
// receives, with the sender's signature and with ours.

import { after, before, describe, mock, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { readdirSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { newSecret } from "./fixtures/sign.mjs";
import { bodyOf, headersOf, httpCodesOf, vectors } from "./fixtures/vectors.mjs";

const ours = newSecret();
const squareKey = crypto.randomBytes(24).toString("base64url");
const PROXY = "https://hooks.example/square";
const senders = wired().map((name) => [name, casesOf(name)]).filter(([, cases]) => cases.length > 0);
const loopback = await Loopback.start();
const origin = loopback.at("origin");
const { sources, secrets, pathOf } = configured(senders.flatMap(([, cases]) => cases));
let worker;

before(async () => {
  const square = { scheme: "square", secrets: ["SQUARE"], dedupe: "off", forward: { origin: origin.url } };
  Object.assign(sources, { square, proxied: { ...square, public_url: PROXY } });
  worker = await Worker.start({ build: "worker-test", sources, secrets: { ...secrets, OURS: ours, SQUARE: squareKey } });
});

after(async () => {
  await worker?.close();
  await loopback.close();
  closeConnections();
});

/** The vector files that are named after a sender. */
function wired() {
  const general = ["standard-webhooks", "jwks-jwt", "providers"];
  const files = readdirSync(new URL("../vectors", import.meta.url)).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).filter((name) => !general.includes(name));
}

/** All cases, or what the senders published, one genuine delivery of each, and every tenth of the rest. */
function isTaken({ name, official }, at) {
  return process.env.CASES === "all" || official || name === "genuine" || at % 10 === 0;
}

/** The cases of a sender that has shared secrets, without those that HTTP cannot carry or a source cannot configure. */
function casesOf(name) {
  const cases = vectors(name).cases.filter((vector) => vector.secret !== undefined && obstacle(vector) === undefined);
  return cases.filter(isTaken);
}

function obstacle({ headers, secret, secret_format: format, method = "POST", error }) {
  if (format === "raw_base64") return "raw keys exist in the core alone";
  if ([secret].flat().some((text) => !text.trim())) return "a secret without text is no variable of a Worker";
  if (method !== "POST") return "the Worker takes POST alone";
  if (headers.some(([, value]) => /[\r\n\0]/.test(value))) return "a header value has no line breaks on the wire";
  if (error && headers.some(([, value]) => value !== value.trim())) return "HTTP strips white space around a header value";
  return undefined;
}

/** A source for each way in which cases are configured, and one more that signs with our secret; and which of them a case needs. */
function configured(cases) {
  const [sources, secrets, pathOf, known] = [{}, {}, new Map(), new Map()];
  for (const vector of cases) {
    const { preset: scheme, description, secret, tolerance, url } = vector;
    const identity = JSON.stringify([scheme, description, secret, tolerance, url]);
    if (!known.has(identity)) known.set(identity, `s${known.size}`);
    const path = known.get(identity);
    pathOf.set(vector, path);
    const named = [secret].flat().map((text, at) => [`S_${path}_${at}`, text]);
    Object.assign(secrets, Object.fromEntries(named));
    const source = { scheme, ...description, secrets: named.map(([name]) => name), dedupe: "off", forward: { origin: origin.url } };
    if (tolerance !== undefined) source.tolerance = `${tolerance}s`;
    if (url !== undefined) source.public_url = url;
    sources[path] = source;
    sources[`${path}-ours`] = { ...source, forward: { ...source.forward, sign_with: "OURS" } };
  }
  return { sources, secrets, pathOf };
}

/** Repeats what is sent at the case's time until it fits into one second of the Worker's clock. */
async function withinOneSecond(at, send) {
  for (let tries = 0; tries < 50; tries += 1) {
    await worker.setClock(at - Math.floor(Date.now() / 1000));
    const verdict = await send().then(() => undefined, (error) => error);
    if (worker.now() !== at) continue;
    if (verdict) throw verdict;
    return;
  }
  throw new Error("no attempt fitted into one second of the clock");
}

/** What senders read of a delivery that was taken, if they do not read Countersign's own JSON: status, type and body. */
const ACKNOWLEDGEMENTS = {
  twilio: [200, "text/xml", "<Response/>"],
  discord: [204, "application/json", ""],
  slack: [200, "text/plain", ""],
  okta: [204, "application/json", ""],
  adyen: [200, "text/plain", "[accepted]"],
  "adyen-standard": [200, "text/plain", "[accepted]"],
};

/** The sender is told of a success, in its own way. Returns the event's id, if the response has it. */
function assertTaken(reply, preset) {
  if (preset in ACKNOWLEDGEMENTS) {
    assert.deepEqual([reply.status, reply.headers["content-type"].split(";")[0], reply.text], ACKNOWLEDGEMENTS[preset]);
    return undefined;
  }
  assert.equal(`${reply.status} ${reply.json?.status}`, "200 delivered", reply.text);
  return reply.json.id;
}

/** Delivers, and returns what arrived. */
async function forwarded(path, vector) {
  const arrived = origin.requests.length;
  const reply = await worker.post(path, { headers: headersOf(vector), body: bodyOf(vector) });
  const told = assertTaken(reply, vector.preset);
  assert.equal(origin.requests.length, arrived + 1, "one request arrives per delivery");
  const request = origin.requests.at(-1);
  assert.ok(request.body.equals(bodyOf(vector)), "the bytes are the sender's");
  assert.equal(request.header("countersign-scheme"), vector.preset);
  assert.equal(request.header("countersign-source"), path);
  const id = told ?? request.header("webhook-id");
  if (vector.id !== undefined && id !== undefined) assert.equal(id, vector.id);
  return { request, id };
}

/** The sender's signature headers arrive as they were sent. */
function assertKept(request, vector) {
  const sent = vector.headers.filter(([name]) => /signature(-[a-z0-9]+)*$/i.test(name));
  const kept = sent.filter(([name]) => request.header(name.toLowerCase()) !== undefined);
  assert.ok(kept.length > 0 || sent.length === 0, `none of ${sent.map(([name]) => name)} arrived`);
  for (const [name] of kept) {
    const lines = vector.headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value.trim());
    assert.equal(request.header(name.toLowerCase()), lines.join(", "), name);
  }
}

/** Whatever the sender's scheme is, what arrives with our signature is Standard Webhooks. */
function assertStandard({ request, id }, vector) {
  const { header, body } = request;
  const headers = Object.fromEntries(["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, header(name)]));
  assert.equal(headers["webhook-id"], id);
  mock.timers.enable({ apis: ["Date"], now: vector.now * 1000 });
  try {
    // It decodes a body as text, so bytes that are not UTF-8 are for the comparison below alone.
    if (body.equals(Buffer.from(body.toString()))) new Webhook(ours).verify(body.toString(), headers, { jsonParse: false });
  } finally {
    mock.timers.reset();
  }
  const key = Buffer.from(ours.slice("whsec_".length), "base64");
  const content = Buffer.concat([Buffer.from(`${id}.${headers["webhook-timestamp"]}.`), body]);
  assert.equal(headers["webhook-signature"], `v1,${crypto.createHmac("sha256", key).update(content).digest("base64")}`);
}

for (const [name, cases] of senders) {
  describe(name, () => {
    for (const vector of cases) {
      test(vector.name, () =>
        withinOneSecond(vector.now, async () => {
          const path = pathOf.get(vector);
          if (vector.expect === "accept") {
            assertKept((await forwarded(path, vector)).request, vector);
            assertStandard(await forwarded(`${path}-ours`, vector), vector);
            return;
          }
          const arrived = origin.requests.length;
          const reply = await worker.post(path, { headers: headersOf(vector), body: bodyOf(vector) });
          assert.ok(httpCodesOf(vector).includes(reply.json?.code), `${reply.status} ${reply.text} instead of ${httpCodesOf(vector)}`);
          assert.equal(origin.requests.length, arrived, "nothing of it is forwarded");
        }));
    }
  });
}

test("what is signed is the URL that was called, with its query, or the public one", async () => {
  const body = '{"type":"payment.created","event_id":"evt_1"}';
  const arrives = async (path, url) => {
    const signature = crypto.createHmac("sha256", squareKey).update(url + body).digest("base64");
    const reply = await worker.post(path, { headers: [["x-square-hmacsha256-signature", signature]], body });
    return reply.json.status === "delivered" ? reply.json.id : reply.json.code;
  };
  assert.equal(await arrives("square?a=1&b=%2F", `${worker.url}square?a=1&b=%2F`), "evt_1");
  assert.equal(await arrives("square", `${worker.url}square`), "evt_1");
  assert.equal(await arrives("square?a=1", `${worker.url}square`), "no_matching_signature");
  assert.equal(await arrives("proxied", PROXY), "evt_1");
  assert.equal(await arrives("proxied?a=1", `${PROXY}?a=1`), "evt_1");
  assert.equal(await arrives("proxied?a=1", PROXY), "no_matching_signature");
  assert.equal(await arrives("proxied", `${worker.url}proxied`), "no_matching_signature");
});

test("no case is left out but for a known reason", (t) => {
  for (const name of wired()) {
    for (const vector of vectors(name).cases) {
      const reason = vector.secret === undefined ? "no shared secret" : obstacle(vector);
      if (reason) t.diagnostic(`${name}/${vector.name}: ${reason}`);
    }
  }
  assert.ok(senders.length >= 30, `${senders.length} senders`);
});
