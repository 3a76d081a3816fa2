// Alerts where the configuration changes: a source that is repaired and at fault again, and a destination that is removed while it is broken;
// and where what is stored does: an event that cannot be read.

import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { refused } from "./fixtures/expect.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { newSecret } from "./fixtures/sign.mjs";
import { Stored } from "./fixtures/stored.mjs";
import { until } from "./fixtures/wait.mjs";

const MINUTE = 60;
let inbox, worker, url, alerts;

before(async () => {
  const ALERTS = { sign_with: "ALERTS_SECRET" };
  inbox = await Stored.start({
    plain: 2,
    secrets: { ALERTS_SECRET: newSecret() },
    variables: { ALERTS },
    others: (loopback) => {
      url = loopback.at("alerts-url");
      ALERTS.url = url.url;
      return { faulty: { scheme: "nope" } };
    },
  });
  ({ worker } = inbox);
  alerts = new Operator(worker, "alerts");
});

after(() => inbox?.close());
beforeEach(() => worker.setClock(0));

const typesOf = (source) => url.requests.map((request) => JSON.parse(request.body)).filter(({ data }) => data.source === source).map(({ type }) => type);

/** Waits until so many alerts about a source arrived, and returns their types. */
async function told(source, count) {
  await until(() => typesOf(source).length >= count, `${count} alerts about ${source}`);
  return typesOf(source);
}

test("a source that was repaired and is at fault again is told again", async () => {
  const { faulty, ...others } = inbox.sources;
  const posted = async () => refused(await worker.post("faulty", {}), 500, "config_invalid");
  await posted();
  assert.deepEqual(await told("faulty", 1), ["source.invalid"]);
  await worker.restart({ sources: { ...others, faulty: inbox.durable("faulty") } });
  await worker.setClock(10 * MINUTE);
  await alerts.object("ring");
  await worker.restart({ sources: { ...others, faulty } });
  await worker.setClock(20 * MINUTE);
  await posted();
  assert.deepEqual(await told("faulty", 2), ["source.invalid", "source.invalid"]);
});

test("an event that cannot be read is one that died", async () => {
  const { path, operator } = inbox.take();
  await operator.post("pause");
  await inbox.accept(path);
  await operator.object("query", ["UPDATE log_1 SET body = x'7b'"]);
  await operator.post("resume");
  assert.deepEqual(await told(path, 1), ["event.dead"]);
});

test("a destination that is removed while it is broken has not recovered", async () => {
  const [other, path] = [inbox.take(), "removed"];
  const [fine, broken] = ["fine", "broken"].map((name) => inbox.loopback.at(`${path}-${name}`));
  const { forward: _, ...rest } = inbox.durable(path);
  const configure = (destinations) => worker.restart({ sources: { ...inbox.sources, [path]: { ...rest, destinations } } });
  const both = { fine: { origin: fine.url }, broken: { origin: broken.url } };
  await configure(both);
  const operator = new Operator(worker, path);
  broken.always(answer(500));
  await inbox.acceptAll(path, 3);
  assert.deepEqual(await told(path, 1), ["destination.broken"]);
  await configure({ fine: both.fine });
  await worker.setClock(2 * MINUTE);
  await operator.object("ring");
  const row = () => alerts.object("query", [`SELECT value FROM meta WHERE name = 'destination.broken\t${path}\tbroken'`]);
  await until(async () => (await row())[0].value.split("\t")[4] === "", "it to be known as well");
  await worker.setClock(4 * MINUTE);
  await alerts.object("ring");
  // Another one's alert leaves after it would have.
  other.origin.always(answer(500));
  await inbox.acceptAll(other.path, 3);
  await told(other.path, 1);
  assert.deepEqual(typesOf(path), ["destination.broken"]);
  // Back and still broken, it is told once more.
  await configure(both);
  await operator.object("ring");
  await worker.setClock(6 * MINUTE);
  await alerts.object("ring");
  assert.deepEqual(await told(path, 2), ["destination.broken", "destination.broken"]);
});
