// The console's files as the Worker serves them: where there is a token, with the policy that a browser holds them to, sent again only if
// they changed.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "../e2e/fixtures/loopback.mjs";
import { Worker, source } from "../e2e/fixtures/worker.mjs";
import { closeConnections, send } from "../e2e/fixtures/http.mjs";
import { refused } from "../e2e/fixtures/expect.mjs";
import { newSecret } from "../e2e/fixtures/sign.mjs";

const secrets = { SECRET: newSecret(), ADMIN_TOKEN: "admin-token-of-the-console" };
const FILES = { "": "text/html", "console.css": "text/css", "console.js": "text/javascript" };
let loopback, worker;

before(async () => {
  loopback = await Loopback.start();
  worker = await Worker.start({ sources: { text: source(loopback.at("origin")) }, secrets });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("each file has its type, the policy, and an entity tag that saves sending it again", async () => {
  for (const [name, type] of Object.entries(FILES)) {
    const reply = await worker.get(`console/${name}`);
    assert.equal(reply.status, 200, name);
    assert.equal(reply.headers["content-type"], `${type}; charset=utf-8`);
    assert.equal(reply.headers["x-content-type-options"], "nosniff");
    assert.equal(reply.headers["referrer-policy"], "no-referrer");
    assert.equal(reply.headers["cross-origin-opener-policy"], "same-origin");
    assert.equal(reply.headers["cache-control"], "no-cache");
    const policy = reply.headers["content-security-policy"].split("; ");
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"]) assert.ok(policy.includes(rule), rule);
    assert.ok(reply.text.length > 1000);
    const again = await send(`${worker.url}console/${name}`, { method: "GET", headers: [["if-none-match", reply.headers.etag]] });
    assert.deepEqual([again.status, again.text], [304, ""]);
    const changed = await worker.get(`console/${name}`, [["if-none-match", '"another"']]);
    assert.deepEqual([changed.status, changed.text], [200, reply.text]);
  }
  assert.equal((await worker.get("console")).text, (await worker.get("console/")).text);
});

test("a HEAD has no body, another method is refused, and another file is not there", async () => {
  const head = await worker.post("console/", { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  refused(await worker.post("console/", { body: "{}" }), 405, "method_not_allowed");
  for (const path of ["console/main.js", "console/console.js/x", "console//x", "Console/"]) {
    const reply = await worker.get(path);
    assert.equal(reply.status, 404, path);
  }
});

test("the console is off where nobody can sign in", async () => {
  await worker.restart({ secrets: { SECRET: secrets.SECRET } });
  for (const name of Object.keys(FILES)) refused(await worker.get(`console/${name}`), 404, "not_found");
});
