// reply = "origin": the origin's response is the sender's, within its limits, and is never made up.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { gzipSync } from "node:zlib";
import { Loopback, answer, resetMidAnswer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { duplicate, refused } from "./fixtures/expect.mjs";
import { delivery, newBody, newSecret, now, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const KEY = "a secret that the sender handed out";
const standard = newSecret();
const discord = crypto.generateKeyPairSync("ed25519");
const discordKey = Buffer.from(discord.publicKey.export({ format: "jwk" }).x, "base64url").toString("hex");
const LARGEST = 64 * 1024;
let loopback, origin, worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  const asking = (scheme, secret, more = {}, forward = {}) => source(origin, { scheme, secrets: [secret], reply: "origin", ...more }, forward);
  const sources = {
    slack: asking("slack", "SECRET"),
    discord: asking("discord", "DISCORD"),
    okta: asking("okta", "SECRET"),
    "supabase-auth": asking("supabase-auth", "SUPABASE"),
    std: asking("standard-webhooks", "STANDARD"),
    brief: asking("standard-webhooks", "STANDARD", {}, { timeout: "3s" }),
    off: asking("standard-webhooks", "STANDARD", { dedupe: "off" }),
    own: asking("standard-webhooks", "STANDARD", { reply: "own" }),
  };
  const secrets = { SECRET: KEY, DISCORD: discordKey, STANDARD: standard, SUPABASE: `v1,${standard}` };
  worker = await Worker.start({ sources, secrets });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const standardly = (body = newBody()) => delivery(signedBy(standard), { body });

/** A request of each sender that waits for a response. */
const requests = {
  slack() {
    const [t, body] = [now(), `command=%2Fdeploy&trigger_id=${crypto.randomUUID()}`];
    const signature = crypto.createHmac("sha256", KEY).update(`v0:${t}:${body}`).digest("hex");
    return { body, headers: [["x-slack-request-timestamp", `${t}`], ["x-slack-signature", `v0=${signature}`]] };
  },
  discord(body = JSON.stringify({ id: crypto.randomUUID(), type: 2, data: { name: "deploy" } })) {
    const t = now();
    const signature = crypto.sign(null, Buffer.from(t + body), discord.privateKey).toString("hex");
    return { body, headers: [["x-signature-timestamp", `${t}`], ["x-signature-ed25519", signature]] };
  },
  okta: () => ({ body: JSON.stringify({ eventId: crypto.randomUUID(), eventType: "com.okta.oauth2.tokens.transform" }), headers: [["authorization", KEY]] }),
  "supabase-auth": () => standardly(JSON.stringify({ user_id: crypto.randomUUID(), claims: {} })),
};

const RESPONSES = {
  slack: [200, { "content-type": "text/plain; charset=utf-8" }, "Deploying — one moment…"],
  discord: [200, { "content-type": "application/json" }, '{"type":4,"data":{"content":"Deploying"}}'],
  okta: [200, { "content-type": "application/json" }, '{"commands":[{"type":"com.okta.identity.patch","value":[]}]}'],
  "supabase-auth": [202, { "content-type": "application/json; charset=utf-8" }, '{"claims":{"role":"admin"}}'],
};

for (const [name, [status, headers, body]] of Object.entries(RESPONSES)) {
  test(`${name} gets the origin's status, type and body, and none of its other headers`, async () => {
    const request = requests[name]();
    origin.next(answer(status, { ...headers, "set-cookie": "a=b", "x-internal": "10.0.0.7", location: "https://a.example/" }, body));
    const reply = await worker.post(name, request);
    assert.deepEqual([reply.status, reply.headers["content-type"], reply.text], [status, headers["content-type"], body]);
    for (const header of ["set-cookie", "x-internal", "location"]) assert.equal(reply.headers[header], undefined, header);
    assert.ok(origin.requests.at(-1).body.equals(Buffer.from(request.body)));
    const line = await worker.line((line) => line.source === name, name);
    assert.deepEqual([line.code, line.status, line.dest_status], ["delivered", status, status]);
  });
}

test("a handshake is still answered at the edge", async () => {
  const arrived = origin.requests.length;
  const reply = await worker.post("discord", requests.discord(JSON.stringify({ id: "1", type: 1, token: "t" })));
  assert.deepEqual([reply.status, reply.text], [200, '{"type":1}']);
  assert.equal(origin.requests.length, arrived);
});

test("an answer without a body, without a type, or compressed arrives as it was meant", async () => {
  origin.next(answer(204));
  const none = await worker.post("std", standardly());
  assert.deepEqual([none.status, none.text], [204, ""]);
  origin.next(answer(201, {}, "untyped"));
  const untyped = await worker.post("std", standardly());
  assert.deepEqual([untyped.status, untyped.text, untyped.headers["content-type"]], [201, "untyped", undefined]);
  origin.next(answer(200, { "content-type": "application/json", "content-encoding": "gzip" }, gzipSync('{"ok":true}')));
  const zipped = await worker.post("std", standardly());
  assert.deepEqual([zipped.status, zipped.json], [200, { ok: true }]);
});

test("an answer has at most 64 KiB", async () => {
  const made = standardly();
  origin.next(answer(200, { "content-type": "text/plain" }, "x".repeat(LARGEST + 1)));
  refused(await worker.post("std", made), 502, "destination_failed");
  assert.equal((await worker.line((line) => line.dest_error === "answer_too_long", "the failure")).status, 502);
  // Nothing was marked as seen.
  origin.next(answer(200, { "content-type": "text/plain" }, "x".repeat(LARGEST)));
  const reply = await worker.post("std", made);
  assert.deepEqual([reply.status, reply.text.length], [200, LARGEST]);
});

test("an answer that is a page, or is cut, fails the delivery", async () => {
  const failures = {
    answer_type: answer(200, { "content-type": "text/html" }, "<h1>It works</h1>"),
    answer_cut: resetMidAnswer(200),
  };
  for (const [cause, behaviour] of Object.entries(failures)) {
    origin.next(behaviour);
    refused(await worker.post("std", standardly()), 502, "destination_failed");
    assert.equal((await worker.line((line) => line.dest_error === cause, cause)).status, 502);
  }
});

test("an answer has to be there within the time limit", async () => {
  const made = standardly();
  origin.next((response) => response.writeHead(200, { "content-type": "text/plain" }).write("and so on"));
  refused(await worker.post("brief", made), 504, "destination_timeout");
  assert.equal((await worker.post("brief", made)).status, 200, "the retry gets through");
});

test("an answer other than 2xx is a failed delivery, as ever", async () => {
  const made = standardly();
  origin.next(answer(403, { "content-type": "application/json" }, '{"error":"why"}'));
  refused(await worker.post("std", made), 502, "destination_failed");
  origin.next(answer(200, { "content-type": "application/json" }, '{"ok":1}'));
  assert.deepEqual((await worker.post("std", made)).json, { ok: 1 });
});

test("a duplicate gets no answer that the origin did not give", async () => {
  for (const name of ["std", "okta"]) {
    const request = name === "std" ? standardly() : requests.okta();
    origin.next(answer(200, { "content-type": "application/json" }, '{"error":{"message":"denied"}}'));
    assert.equal((await worker.post(name, request)).json.error.message, "denied");
    const arrived = origin.requests.length;
    const copy = await until(async () => {
      const reply = await worker.post(name, request);
      return reply.json?.code !== "in_flight" && reply;
    }, "the first to be over");
    refused(copy, 409, "already_answered");
    assert.equal(origin.requests.length, arrived);
  }
});

test("without deduplication, every delivery is answered by the origin", async () => {
  const made = standardly();
  for (const n of [1, 2]) {
    origin.next(answer(200, { "content-type": "text/plain" }, `answer ${n}`));
    assert.equal((await worker.post("off", made)).text, `answer ${n}`);
  }
});

test("copies wait while the first is with the origin", async () => {
  const made = standardly();
  const held = origin.hold();
  const first = worker.post("std", made);
  await held.arrived();
  refused(await worker.post("std", made), 409, "in_flight");
  held.answer(answer(200, { "content-type": "text/plain" }, "done"));
  assert.equal((await first).text, "done");
});

test("by default the origin's answer goes nowhere", async () => {
  const made = standardly();
  origin.next(answer(200, { "content-type": "text/plain" }, "for nobody"));
  const reply = await worker.post("own", made);
  assert.deepEqual(reply.json, { status: "delivered", id: made.id });
  duplicate(await worker.post("own", made), made.id);
});
