// Who reaches /admin: its token, and what a token must be.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const ADMIN_TOKEN = "admin-token-of-the-tests";
const secret = newSecret();
const sign = signedBy(secret);
let loopback, sources, worker;

before(async () => {
  loopback = await Loopback.start();
  sources = { text: source(loopback.at("origin")) };
  worker = await Worker.start({ sources, secrets: { SECRET: secret, ADMIN_TOKEN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("an admin token that can be guessed, or that no header carries, is a fault, and /admin does not exist", async () => {
  for (const token of ["x", "123456789012345678901", "undefined", "a token of several words", "admin-token-of-the-te\u200bsts", "ADMIN_TOKEN=admin-token-of-the-tests", '"admin-token-of-the-tests"', "admin-token-of-the-tests\\n"]) {
    await worker.restart({ sources, secrets: { SECRET: secret, ADMIN_TOKEN: token } });
    const health = await worker.get("healthz");
    assert.equal(health.status, 503, token);
    assert.match(health.text, /ADMIN_TOKEN/);
    assert.ok(token.length < 5 || !health.text.includes(token));
    await until(() => worker.lines("config", (line) => line.source === "ADMIN_TOKEN")[0], "a line that names ADMIN_TOKEN");
    if (/^[\x21-\x7e]+$/.test(token)) refused(await worker.get("admin/text/stats", [["authorization", `Bearer ${token}`]]), 404, "not_found");
    const made = delivery(sign);
    delivered(await worker.post("text", made), made.id);
  }
  await worker.restart({ sources, secrets: { SECRET: secret, ADMIN_TOKEN } });
});

test("/admin asks for its token", async () => {
  for (const headers of [[], [["authorization", "Bearer wrong"]], [["authorization", "admin-token-of-the-tests"]], [["authorization", "Bearer "]]]) {
    const reply = await worker.get("admin/text/stats", headers);
    assert.equal(reply.status, 401, reply.text);
    assert.match(reply.headers["content-type"], /^application\/problem\+json\b/);
  }
});

test("/admin does not exist where there is no token", async () => {
  await worker.restart({ secrets: { SECRET: secret } });
  refused(await worker.get("admin/text/stats", [["authorization", `Bearer ${ADMIN_TOKEN}`]]), 404, "not_found");
  refused(await worker.get("admin/text/stats"), 404, "not_found");
});
