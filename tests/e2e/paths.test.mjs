// Paths, URL tokens and methods: contract section 3, steps 1 and 2.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const token = crypto.randomBytes(24).toString("base64url");
const sign = signedBy(secret);
const METHODS = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"];
let loopback;
let worker;

before(async () => {
  loopback = await Loopback.start();
  const origin = loopback.at("origin");
  const sources = { std: source(origin), guarded: source(origin, { url_token: "TOKEN" }) };
  worker = await Worker.start({ sources, secrets: { SECRET: secret, TOKEN: token } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("what is no source is not found, whatever the method", async () => {
  const made = delivery(sign);
  const paths = ["", "unknown", "std/extra", "std/std", "unknown/token", "guarded", "guarded/", `guarded/${token}/extra`, "STD", "admin", "admin/std/stats", "__test/trap"];
  for (const path of paths) {
    refused(await worker.post(path, made), 404, "not_found");
    refused(await worker.get(path), 404, "not_found");
  }
});

test("the log says how far the path of a 404 got, and holds nothing of it", async () => {
  const cases = {
    "": "no_source", unknown: "no_source", "unknown/x/y": "no_source", "%73td": "no_source", STD: "other_case", [`Guarded/${token}`]: "other_case",
    "/std": "empty_segment", "/": "no_source", "/guarded": "empty_segment",
    "std/extra": "token_unexpected", "std//": "empty_segment", "std/extra/more": "extra_segments", "std//extra": "empty_segment",
    guarded: "token_missing", "guarded/": "token_missing", "guarded//": "empty_segment", "guarded/wrong-in-the-path": "token_wrong",
    [`guarded/${token}/extra`]: "extra_segments", [`guarded/${token}//`]: "empty_segment", [`guarded//${token}`]: "empty_segment",
  };
  for (const [path, detail] of Object.entries(cases)) {
    const before = worker.deliveries().length;
    refused(await worker.post(path, delivery(sign)), 404, "not_found");
    await until(() => worker.deliveries().length > before, "its log record");
    const source = ["std", "guarded"].find((name) => path === name || path.startsWith(`${name}/`));
    assert.deepEqual(worker.deliveries().at(-1), {
      ev: "delivery", code: "not_found", status: 404, ...(source && { source, dup: false }), detail,
    }, `/${path}`);
  }
  assert.ok(worker.logs().every(({ message }) => !message.includes("wrong-in-the-path") && !message.includes("extra/")));
});

test("one slash at the end of the path is passed over", async () => {
  for (const path of ["std/", `guarded/${token}/`, "std/?a=b", `guarded/${token}/#x`]) {
    const made = delivery(sign);
    delivered(await worker.post(path, made), made.id);
  }
  assert.equal((await worker.get("healthz/")).status, 200);
  refused(await worker.get("std/"), 405, "method_not_allowed");
});

test("a wrong URL token is not found, just like an unknown path", async () => {
  const made = delivery(sign);
  const unknown = await worker.post("unknown", made);
  for (const wrong of ["x", token.slice(1), `${token}x`, token.toUpperCase(), token.toLowerCase()]) {
    const reply = await worker.post(`guarded/${wrong}`, made);
    refused(reply, 404, "not_found");
    assert.equal(reply.text, unknown.text);
  }
  delivered(await worker.post(`guarded/${token}`, made), made.id);
});

test("a method other than POST is refused, and told what is allowed", async () => {
  for (const path of ["std", `guarded/${token}`]) {
    for (const method of METHODS) {
      const reply = await worker.post(path, { method });
      refused(reply, 405, "method_not_allowed");
      assert.equal(reply.headers.allow, "POST");
    }
  }
});

test("a HEAD request is refused without a body", async () => {
  const reply = await worker.post("std", { method: "HEAD" });
  assert.equal(reply.status, 405);
  assert.equal(reply.text, "");
});

test("nothing that was refused reached the origin", async () => {
  const arrived = loopback.at("origin").requests.map((request) => request.header("webhook-id"));
  assert.equal(new Set(arrived).size, arrived.length);
  const lines = () => worker.deliveries((line) => line.code === "delivered").length;
  await until(() => lines() === arrived.length, `${arrived.length} records, one for each arrival`);
});
