// What is deployed, on a machine of one's own: couriers of bare workerd deliver a backlog, and what failed.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { OnDisk } from "./fixtures/on-disk.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const COUNT = 60;
let loopback;

before(async () => {
  loopback = await Loopback.start();
});

after(async () => {
  await loopback?.close();
  closeConnections();
});

test("a backlog leaves several at a time after a restart, and an event that failed is attempted again", async (t) => {
  const inbox = await OnDisk.start(t, loopback, "selfhost", secret, { build: "worker", forward: { timeout: "20s" } });
  const { host, origin } = inbox;
  assert.equal((await inbox.operate("pause")).status, 200);
  const all = Array.from({ length: COUNT }, () => delivery(sign));
  for (const made of all) accepted(await inbox.post(made), made.id);
  await host.strike();
  assert.equal(origin.requests.length, 0);
  // Seven are more than one courier may have under way.
  const early = [];
  const failing = all[20].id;
  let failures = 0;
  origin.always((response, request) => {
    const fails = request.header("webhook-id") === failing && (failures += 1) === 1;
    const go = () => answer(fails ? 400 : 200)(response);
    if (early.push(go) === 7) early.forEach((go) => go());
    if (early.length > 7) go();
  });
  assert.equal((await inbox.operate("resume")).status, 200);
  await until(async () => (await inbox.stats()).delivered === COUNT, "all to be delivered");
  const arrived = origin.requests.map((request) => request.header("webhook-id"));
  assert.deepEqual(arrived.toSorted(), [...all.map(({ id }) => id), failing].toSorted());
  const { history } = (await inbox.get(`admin/events/events/${failing}`)).json;
  assert.deepEqual(history.map(({ why }) => why), ["retry", "retry"]);
  assert.deepEqual(host.lines.filter((line) => /courier_unavailable|"ev":"trap"/.test(line)), []);
});
