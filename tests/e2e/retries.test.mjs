// Attempts in vain: when an event is attempted again, what it then carries, and when it is given up. An event that fails alone holds
// nobody up; `outages` has what happens if all fail.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { Stored } from "./fixtures/stored.mjs";
import { answer, closedPort, never, reset } from "./fixtures/loopback.mjs";
import { duplicate } from "./fixtures/expect.mjs";
import { newSecret, v1 } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const originSecret = newSecret();
const HOUR = 3600;
let inbox, worker;

before(async () => {
  const refusing = await closedPort();
  inbox = await Stored.start({
    named: {
      signed: [{}, { sign_with: "ORIGIN_SECRET" }],
      short: [{}, { give_up_after: "10m" }],
      long: [{}, { give_up_after: "200h" }],
      refusing: [{}, { origin: refusing }],
    },
    secrets: { ORIGIN_SECRET: originSecret },
  });
  ({ worker } = inbox);
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

const FAULTS = {
  "a 500": { behaviour: answer(500), code: "destination_failed", status: 500 },
  "a 410, which must not reach the sender": { behaviour: answer(410), code: "destination_failed", status: 410 },
  "a redirect, which is not followed": { behaviour: answer(301, { location: "/elsewhere" }), code: "destination_failed", status: 301 },
  "a reset before any answer": { behaviour: reset, code: "destination_failed", status: 0 },
  "a stall past the timeout": { behaviour: never, code: "destination_timeout", status: 0 },
};

for (const [what, { behaviour, code, status }] of Object.entries(FAULTS)) {
  test(`${what} is tried again after 5 s`, async () => {
    const { path, origin, operator } = inbox.take();
    origin.next(behaviour);
    const made = await inbox.accept(path);
    const failed = await operator.failed(made.id);
    assert.deepEqual([failed.state, failed.attempts, failed.last_error, failed.last_status], ["pending", 1, code, status]);
    const wait = failed.next_attempt_at - failed.history[0].at - Math.round(failed.history[0].ms / 1000);
    assert.ok(wait >= 3 && wait <= 7, `5 s and 20 %, not ${wait} s`);
    const { last_error } = await operator.stats();
    assert.deepEqual([last_error.code, last_error.status], [code, status]);
    await operator.untilNextAttempt(made.id);
    const [, second] = await origin.arrivals(2);
    assert.equal(second.header("countersign-attempt"), "2");
    assert.equal(second.body.toString(), made.body);
    await operator.becomes(made.id, "delivered");
    assert.equal((await operator.stats()).last_error, null, "it was made up for");
  });
}

test("a refused connection is tried again, and the error shown", async () => {
  const { path, operator } = inbox.take("refusing");
  const made = await inbox.accept(path);
  assert.equal((await operator.failed(made.id)).last_error, "destination_failed");
  await operator.untilNextAttempt(made.id);
  await until(async () => (await operator.event(made.id)).attempts === 2, "the second attempt");
});

test("an event that fails alone holds no other up", async () => {
  const { path, origin, operator } = inbox.take();
  const poison = inbox.fresh();
  origin.always((response, request) => answer(request.header("webhook-id") === poison.id ? 500 : 200)(response, request));
  await worker.post(path, poison);
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    await inbox.attempted(path, attempt);
    await inbox.delivered({ path, operator });
    assert.equal((await operator.destination()).state, "open");
    if (attempt < 6) await operator.untilNextAttempt(poison.id);
  }
  assert.equal((await operator.event(poison.id)).state, "pending");
});

test("a 200 after 30 failures", async () => {
  const { path, origin, operator } = inbox.take("long");
  origin.next(...Array.from({ length: 30 }, () => answer(500)));
  const made = await inbox.accept(path);
  for (let attempt = 1; attempt <= 30; attempt += 1) {
    await inbox.attempted(path, attempt);
    await operator.untilNextAttempt(made.id);
  }
  await operator.becomes(made.id, "delivered");
  assert.deepEqual(origin.requests.map((request) => request.header("countersign-attempt")), Array.from({ length: 31 }, (_, n) => String(n + 1)));
});

test("what is given up is dead, kept, listed, and delivered when replayed", async () => {
  const { path, origin, operator } = inbox.take("short");
  origin.always(answer(503));
  const made = await inbox.accept(path);
  for (let attempt = 1; (await operator.event(made.id)).state !== "dead"; attempt += 1) {
    await inbox.attempted(path, attempt);
    if ((await operator.event(made.id)).state === "pending") await operator.untilNextAttempt(made.id);
  }
  const dead = await operator.event(made.id);
  assert.equal(dead.replayable, true);
  assert.equal(dead.attempts, origin.requests.length);
  assert.deepEqual((await operator.list("state=dead")).map(({ id }) => id), [made.id]);
  duplicate(await worker.post(path, inbox.copy(made)), made.id);
  origin.always(answer(200));
  const replayed = await operator.post(`events/${made.id}/replay`);
  assert.deepEqual([replayed.status, replayed.json], [200, { status: "replayed", id: made.id }]);
  const last = (await origin.arrivals(dead.attempts + 1)).at(-1);
  assert.equal(last.header("webhook-id"), made.id);
  assert.equal(last.header("countersign-attempt"), String(dead.attempts + 1));
  assert.equal(last.body.toString(), made.body);
  await operator.becomes(made.id, "delivered");
});

test("with sign_with every attempt is signed anew, so a late retry is never stale", async () => {
  const { path, origin, operator } = inbox.take("signed");
  origin.next(answer(500));
  const made = await inbox.accept(path);
  await operator.failed(made.id);
  await worker.setClock(6 * HOUR);
  await operator.stats();
  const requests = await origin.arrivals(2);
  const stamps = requests.map((request) => Number(request.header("webhook-timestamp")));
  assert.ok(stamps[1] - stamps[0] >= 6 * HOUR - 60);
  for (const request of requests) {
    assert.equal(request.header("webhook-signature"), v1(originSecret, made.id, Number(request.header("webhook-timestamp")), made.body));
  }
});

test("each attempt has a line in the log", async () => {
  const { path, origin } = inbox.take();
  origin.next(answer(500));
  await inbox.accept(path);
  const line = await inbox.attempted(path, 1);
  assert.deepEqual([line.code, line.dest_status, line.attempt, line.scheme, line.form], ["destination_failed", 500, 1, "standard-webhooks", "v1"]);
  assert.match(line.id_hash, /^[0-9a-f]{64}$/);
});
