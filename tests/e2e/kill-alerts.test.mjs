// Kills between a transition and its alert's delivery: whoever was alerted before or not, in the end they know the state.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { chance, moment, seed } from "./fixtures/chance.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Selfhost } from "./fixtures/selfhost.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 4);
const SEED = seed();

after(closeConnections);

test(`${ROUNDS} kills just after a destination broke or recovered lose no alert (COUNTERSIGN_SEED=${SEED})`, async (t) => {
  const random = chance(SEED);
  const loopback = await Loopback.start();
  t.after(() => loopback.close());
  const [origin, url] = [loopback.at("origin"), loopback.at("alerts")];
  const secret = newSecret();
  const host = await Selfhost.generate("kill-alerts", {
    build: "worker-test",
    sources: { events: source(origin, { durable: true }, { timeout: "2s" }) },
    variables: { ALERTS: { url: url.url, sign_with: "ALERTS_SECRET" } },
    secrets: { SECRET: secret, ALERTS_SECRET: newSecret(), ADMIN_TOKEN },
  });
  t.after(() => host.close());
  await host.start();
  const [operator, alerts] = ["events", "alerts"].map((name) => new Operator(host, name));
  const send = () => host.persist("events", delivery(signedBy(secret), { timestamp: host.now() }));
  const types = () => url.requests.map(({ body }) => JSON.parse(body)).filter(({ data }) => data.source === "events").map(({ type }) => type);
  const last = () => types().at(-1);
  // The destination is probed 5 s after it broke.
  const probed = async () => {
    await host.setClock(host.offset + 6);
    await operator.post("replay?state=pending");
    await operator.object("ring");
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [status, state, type] of [[500, "broken", "destination.broken"], [200, "open", "destination.recovered"]]) {
      origin.always(answer(status));
      const before = types().length;
      if (status === 500) for (let n = 0; n < 3; n += 1) await send();
      else await probed();
      await until(async () => (await operator.destination()).state === state, `the destination to be ${state}`);
      await moment(random, 30);
      // In the next process, a minute has passed since the last alert.
      host.offset += 70;
      await host.strike();
      // What was under way is due again. In every fourth round the objects are left to their alarms, which come when a lease ends.
      if (round % 4 < 3) for (const one of [operator, alerts]) await one.object("ring");
      await until(() => types().length > before && last() === type, `${type} in round ${round}`, 60_000);
    }
  }
  const firsts = new Map(url.requests.map(({ header, body }) => [header("webhook-id"), JSON.parse(body).type]));
  const expected = Array.from({ length: ROUNDS }, () => ["destination.broken", "destination.recovered"]).flat();
  assert.deepEqual([...firsts.values()], expected, "each transition is one alert, and they arrive in order");
});
