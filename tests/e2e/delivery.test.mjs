// Pass-through delivery and deduplication (contract section 5, steps 8 to 10 of section 3): what is marked as seen, what
// is not, and where events can go.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer, closedPort, never, reset, resetMidAnswer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections, sendAndHangUpLater } from "./fixtures/http.mjs";
import { delivered, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { delivery, newEd25519, newSecret, now, signedBy, signedByKey } from "./fixtures/sign.mjs";
import { until, within } from "./fixtures/wait.mjs";

const secrets = [newSecret(), newSecret(), newSecret(), newSecret()];
const sign = signedBy(secrets[0]);
let loopback;
let origin;
let worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  worker = await Worker.start({
    sources: {
      std: source(origin),
      other: source(origin),
      brief: source(origin, { dedupe: "60s", tolerance: "30s" }, { timeout: "3s" }),
      off: source(origin, { dedupe: "off" }),
      keyed: source(origin, { secrets: undefined, jwks: loopback.at("keys").url }),
      rotating: source(origin, { secrets: ["SEVERAL", "ONE_MORE"] }),
      refused: source({ url: await closedPort() }),
    },
    secrets: { SECRET: secrets[0], SEVERAL: ` ${secrets[0]}\t${secrets[1]}\r\n${secrets[2]}\n`, ONE_MORE: secrets[3] },
  });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** The same event sent again: a new timestamp and a new signature under the same id. */
const again = (made) => delivery(sign, { id: made.id, body: made.body, timestamp: now() - 1 });

const marks = async () => (await worker.kvKeys()).length;

test("an event is marked as seen only once the origin has said 2xx", async () => {
  const marked = await marks();
  const made = delivery(sign);
  const held = origin.hold();
  const reply = worker.post("std", made);
  await held.arrived();
  assert.equal(await marks(), marked);
  held.answer(answer(200));
  delivered(await reply, made.id);
  await until(async () => (await marks()) === marked + 1, "the mark");
  assert.ok(!(await worker.kvKeys()).some((key) => key.includes(made.id)), "marks are hashes");
});

test("every 2xx is a success", async () => {
  for (const status of [200, 201, 202, 204, 299]) {
    const made = delivery(sign);
    origin.next(answer(status));
    delivered(await worker.post("std", made), made.id);
  }
});

test("an answer whose body never ends is a success by its status", async () => {
  const made = delivery(sign);
  origin.next((response) => response.writeHead(200).write("and so on"));
  delivered(await worker.post("std", made), made.id);
});

test("a delivered event is a duplicate afterwards, and does not reach the origin again", async () => {
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
  const arrived = origin.requests.length;
  for (const copy of [made, again(made), again(made)]) duplicate(await worker.post("std", copy), made.id);
  assert.equal(origin.requests.length, arrived);
});

test("the same id from another source is another event", async () => {
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
  delivered(await worker.post("other", made), made.id);
});

test("a forged copy of a delivered event is refused, not called a duplicate", async () => {
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
  refused(await worker.post("std", delivery(signedBy(newSecret()), { id: made.id })), 401, "no_matching_signature");
});

const FAILURES = {
  "answers 500": answer(500, {}, "stack trace of the origin"),
  "answers 404": answer(404),
  "answers 410": answer(410),
  "answers 429": answer(429, { "retry-after": "7" }),
  "answers 301": (response) => answer(301, { location: loopback.at("trap").url })(response),
  "answers 303": (response) => answer(303, { location: loopback.at("trap").url })(response),
  "answers 307": (response) => answer(307, { location: loopback.at("trap").url })(response),
  "answers 304": answer(304),
  "resets the connection": reset,
  "breaks off while it answers 500": resetMidAnswer(500),
  "closes the connection": (response) => response.socket.end(),
  "answers with what is not HTTP": (response) => response.socket.end("SSH-2.0-x\r\n"),
};

for (const [what, behaviour] of Object.entries(FAILURES)) {
  test(`an origin that ${what} fails the delivery, leaves no mark, and lets the retry through`, async () => {
    const marked = await marks();
    const made = delivery(sign);
    origin.next(behaviour);
    const reply = await worker.post("std", made);
    refused(reply, 502, "destination_failed");
    assert.ok(!reply.text.includes("stack trace"));
    assert.equal(await marks(), marked);
    delivered(await worker.post("std", again(made)), made.id);
    await until(async () => (await marks()) === marked + 1, "the mark of the retry");
    assert.equal(loopback.at("trap").requests.length, 0, "redirects are not followed");
  });
}

test("an origin that is not there fails the delivery, again and again", async () => {
  const made = delivery(sign);
  refused(await worker.post("refused", made), 502, "destination_failed");
  refused(await worker.post("refused", again(made)), 502, "destination_failed");
});

test("an origin that takes too long is given up on, and the retry gets through", async () => {
  const made = delivery(sign);
  const ended = Promise.withResolvers();
  origin.next((response) => response.on("close", ended.resolve));
  refused(await worker.post("brief", made), 504, "destination_timeout");
  await within(ended.promise, "the end of the request that took too long");
  delivered(await worker.post("brief", again(made)), made.id);
});

test("marks last as long as configured", async () => {
  for (const [path, seconds] of [["std", 72 * 3600], ["brief", 60]]) {
    const before = new Set(await worker.kvKeys());
    const earliest = now() + seconds;
    const made = delivery(sign);
    delivered(await worker.post(path, made), made.id);
    const kv = await worker.kv();
    const mark = await until(async () => (await kv.list()).keys.find(({ name }) => !before.has(name)), "the mark");
    assert.ok(earliest <= mark.expiration && mark.expiration <= now() + seconds + 1, `${mark.expiration} is ${seconds} s from now`);
  }
});

test("of twenty concurrent copies one arrives, and the others are told to come back", async () => {
  const made = delivery(sign);
  const arrived = origin.requests.length;
  const held = origin.hold();
  const replies = Array.from({ length: 20 }, () => worker.post("std", made));
  await held.arrived();
  const early = [];
  for (const reply of replies) reply.then((value) => early.push(value));
  await until(() => early.length === 19, "nineteen refusals");
  for (const reply of early) refusedForNow(reply, 409, "in_flight");
  held.answer();
  const statuses = (await Promise.all(replies)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 1);
  assert.equal(origin.requests.length, arrived + 1);
  duplicate(await worker.post("std", again(made)), made.id);
});

test("other events are not held up by one in flight", async () => {
  const held = origin.hold();
  const slow = worker.post("std", delivery(sign));
  await held.arrived();
  const made = delivery(sign);
  delivered(await worker.post("std", made), made.id);
  held.answer();
  assert.equal((await slow).status, 200);
});

test("an event that waited for its keys leaves those in flight that came meanwhile", async () => {
  const [key, keys] = [newEd25519(), loopback.at("keys")];
  const load = keys.hold();
  const waiting = worker.post("keyed", delivery(signedByKey(key.privateKey)));
  await load.arrived();
  const made = delivery(sign);
  const held = origin.hold();
  const first = worker.post("std", made);
  await held.arrived();
  load.answer(serving([key.jwk]));
  assert.equal((await waiting).status, 200);
  refusedForNow(await worker.post("std", made), 409, "in_flight");
  held.answer();
  delivered(await first, made.id);
});

test("with dedupe off every copy is forwarded and nothing is marked", async () => {
  const marked = await marks();
  const made = delivery(sign);
  const arrived = origin.requests.length;
  for (const copy of [made, again(made), made]) delivered(await worker.post("off", copy), made.id);
  assert.equal(origin.requests.length, arrived + 3);
  assert.equal(await marks(), marked);
});

test("a sender that hangs up does not take its event away", async () => {
  const marked = await marks();
  const made = delivery(sign);
  const held = origin.hold();
  const sender = sendAndHangUpLater(`${worker.url}std`, made);
  await held.arrived();
  sender.hangUp();
  held.answer();
  await until(async () => (await marks()) === marked + 1, "the mark");
  duplicate(await worker.post("std", again(made)), made.id);
});

test("during a rotation every key of every secret is good", async () => {
  for (const [index, secret] of secrets.entries()) {
    const made = delivery(signedBy(secret));
    delivered(await worker.post("rotating", made), made.id);
    const line = await worker.line((l) => l.source === "rotating" && l.key === index, `key ${index}`);
    assert.equal(line.code, "delivered");
  }
  refused(await worker.post("rotating", delivery(signedBy(newSecret()))), 401, "no_matching_signature");
});

test("the answer waits for the destination", async () => {
  const made = delivery(sign);
  const held = origin.hold();
  let answered = false;
  const reply = worker.post("std", made).finally(() => (answered = true));
  await held.arrived();
  // A whole delivery of another source fits between; the first is still not answered.
  delivered(await worker.post("other", made), made.id);
  assert.equal(answered, false);
  held.answer();
  delivered(await within(reply, "the first answer"), made.id);
});

test("where KV does not answer, events are delivered within the time that their origin has as well", async () => {
  await worker.restart({ kv: "silent" });
  const made = delivery(sign);
  delivered(await worker.post("brief", made), made.id);
  const line = await worker.line((l) => l.marks !== undefined, "an event whose mark failed");
  assert.equal(line.marks, "write_failed");
  await worker.restart({ kv: true });
});

// The last test: it leaves the Worker without KV.
test("where KV fails, events go on being delivered, and the log says so", async () => {
  await worker.restart({ kv: "failing" });
  const made = delivery(sign);
  for (let copy = 0; copy < 2; copy += 1) delivered(await worker.post("std", made), made.id);
  const line = await worker.line((l) => l.marks !== undefined, "an event whose mark failed");
  assert.match(line.marks, /failed/);
});
