// The audit: who did what at /admin, and to how much. A look leaves no record.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ConsoleApi, OPERATOR, VIEWER } from "./fixtures/console-api.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { jwt, newRsa } from "./fixtures/sign.mjs";
import { serving } from "./fixtures/keysets.mjs";

const CERTS = "cdn-cgi/access/certs";
const FROM_CONSOLE = [["sec-fetch-site", "same-origin"], ["x-countersign-console", "1"]];
const rsa = newRsa("one");
let api, worker;

before(async () => {
  api = await ConsoleApi.start();
  ({ worker } = api);
});

after(() => api?.close());

/** The records so far, the latest first, without their times. */
async function records(query = "") {
  const { audit, cursor } = await api.read(`audit${query}`);
  for (const { at } of audit) assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return { audit: audit.map(({ at: _, ...record }) => record), cursor };
}

const hashOf = (id) => createHash("sha256").update(`stored\0${id}`).digest("hex");

test("each action leaves one record, with the id hashed, and a look leaves none", async () => {
  const made = api.fresh();
  accepted(await worker.post("stored", made), made.id);
  const before = (await records()).audit.length;
  await api.act("stored/pause?destination=default");
  await api.act("stored/resume");
  await api.act(`stored/events/${made.id}`, { method: "DELETE" });
  refused(await api.act("stored/events/nobody", { method: "DELETE" }), 404, "not_found");
  refused(await api.act("stored/jobs/nobody", { method: "DELETE" }), 404, "not_found");
  await api.act("stored/capture");
  await api.act("stored/capture", { method: "DELETE" });
  for (const path of ["stored/stats", "sources", "audit", "stored/captures", "refused"]) await api.read(path, OPERATOR);
  refused(await api.act("stored/pause", { who: VIEWER }), 403, "forbidden");
  const { audit } = await records();
  const by = { who: "token", role: "operator", source: "stored", destination: null, id_hash: null, count: null, filter: null };
  assert.deepEqual(audit.slice(0, audit.length - before), [
    { ...by, action: "capture", code: "stopped" },
    { ...by, action: "capture", code: "capturing" },
    { ...by, action: "cancel", code: "not_found" },
    { ...by, action: "forget", code: "not_found", id_hash: hashOf("nobody") },
    { ...by, action: "forget", code: "forgotten", id_hash: hashOf(made.id) },
    { ...by, action: "resume", code: "resumed" },
    { ...by, action: "pause", code: "paused", destination: "default" },
  ]);
});

test("a replay of many is recorded with its filter, but for what it looks for in bodies", async () => {
  const many = { type: "video.*", from: "2026-11-28T18:03:11.204Z", data_id: "customer 7", destination: "default" };
  assert.equal((await api.act(`stored/replay?${new URLSearchParams(many)}`)).status, 202);
  refused(await api.act("stored/replay?destination=nobody"), 404, "not_found");
  const by = { who: "token", role: "operator", source: "stored", action: "replay", id_hash: null, count: null };
  assert.deepEqual((await records()).audit.slice(0, 2), [
    { ...by, code: "not_found", destination: null, filter: null },
    { ...by, code: "replayed", destination: "default", filter: { type: "video.*", from: many.from, data_id: "…" } },
  ]);
});

test("whoever Access lets in is recorded by address", async () => {
  api.loopback.at(CERTS).always(serving([rsa.jwk]));
  const team = new URL(api.loopback.at(CERTS).url).origin;
  await worker.restart({ variables: { ADMIN: { access: { team, audience: "tag", role: "operator" } } } });
  const token = jwt(rsa, { aud: ["tag"], email: "ana@example.com", exp: worker.now() + 600, iss: team });
  const headers = [["cf-access-jwt-assertion", token], ...FROM_CONSOLE];
  assert.equal((await api.act("stored/pause", { who: headers })).status, 200);
  assert.equal((await api.act("stored/resume", { who: headers })).status, 200);
  assert.deepEqual((await records()).audit.slice(0, 2).map(({ who, action }) => [who, action]), [["ana@example.com", "resume"], ["ana@example.com", "pause"]]);
  await worker.restart({ variables: {} });
});

test("pages lead to the first record, and only the last thousand are kept", async () => {
  for (let n = 0; n < 1_100; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, at) => api.ledger("ledger", ["record", JSON.stringify({ who: "token", action: `test-${n + at}` })])));
  }
  const seen = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await records(`?limit=200&cursor=${cursor}`);
    seen.push(...page.audit);
    ({ cursor } = page);
  }
  assert.equal(seen.length, 1_000);
  assert.equal(new Set(seen.map(({ action }) => action)).size, 1_000);
  refused(await worker.get("admin/audit?cursor=x", OPERATOR), 400, "invalid_query");
});

test("records are kept for 90 days", async () => {
  await worker.setClock(91 * 24 * 3600);
  assert.deepEqual((await records()).audit, []);
  await api.act("stored/pause");
  await api.act("stored/resume");
  assert.equal((await records()).audit.length, 2);
  await worker.setClock(0);
});
