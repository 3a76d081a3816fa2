// What alerts cost: what a transition adds to the event that causes it, compared with operations.json; and that an event without one costs
// nothing more.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { delivered } from "./fixtures/expect.mjs";
import { Operator } from "./fixtures/inbox.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { answer } from "./fixtures/loopback.mjs";
import { billed, compare, cost, logged, minus } from "./fixtures/operations.mjs";
import { delivery, newEd25519, newSecret, signedByKey } from "./fixtures/sign.mjs";
import { Stored } from "./fixtures/stored.mjs";
import { until } from "./fixtures/wait.mjs";

const HOUR = 3600;

/** At most so many rows for one alert, alarms among them: for its notice, for storing it, and for its delivery. */
const MOST_ROWS = 9;

const key = newEd25519();
const found = {};
let inbox, worker, alerts;
/** What the same steps cost without `ALERTS`, and with it. */
let plain, alerting;

before(async () => {
  const names = ["plain", "first", "alerting"];
  // Each with a key set of its own, which is fetched when the first event needs it.
  const keyed = (loopback, name) => {
    const keys = loopback.at(`${name}-keys`);
    keys.always(serving([key.jwk]));
    return { scheme: "standard-webhooks", jwks: keys.url, dedupe: "off", forward: { origin: loopback.at("keyed").url } };
  };
  inbox = await Stored.start({
    plain: 0,
    named: Object.fromEntries(names.map((name) => [name, []])),
    secrets: { ALERTS_SECRET: newSecret() },
    others: (loopback) => Object.fromEntries(names.map((name) => [`${name}-keyed`, keyed(loopback, name)])),
  });
  ({ worker } = inbox);
  alerts = new Operator(worker, "alerts");
  plain = await steps("plain");
  await worker.restart({ variables: { ALERTS: { url: inbox.loopback.at("alerts-url").url, sign_with: "ALERTS_SECRET" } } });
  // The first alert of all creates the tables of the object that stores them.
  await steps("first", isKnown);
  await minuteLater(alerts);
  await minuteLater(alerts);
  alerting = await steps("alerting", isKnown);
});

after(() => inbox?.close());

/** A minute later, the object does what its alarm would: alarms come too late, so that what they do is counted by itself. */
async function minuteLater({ source }) {
  await worker.setClock(worker.offset + 60);
  await new Operator(worker, source).object("ring");
}

/** Whether a source's object noted that what it said of its destination was taken. */
async function isKnown(operator, isBroken) {
  const [row] = await operator.object("query", ["SELECT value FROM meta WHERE name = 'told'"]);
  return (row?.value ?? "").startsWith("destination.broken\t") === isBroken;
}

/** What each step costs: an event that is delivered, its alarm, an event that fails, one that breaks the destination, the probe that ends that. */
async function steps(path, isTold) {
  await worker.delayAlarms(HOUR);
  await worker.stopClock();
  const { origin, operator } = inbox.take(path);
  const accept = () => inbox.accept(path);
  const measured = {};
  const measure = async (step, work, enough) => (measured[step] = billed(await cost(worker, work, enough)));
  await measure("keys", () => post(`${path}-keyed`));
  await cost(worker, accept, logged(2));
  await minuteLater(operator);
  await measure("delivered", accept, logged(2));
  await measure("looked_after", () => minuteLater(operator));
  origin.always(answer(500));
  await measure("failed", accept, logged(2));
  await cost(worker, accept, logged(2));
  const told = (isBroken) => isTold && until(() => isTold(operator, isBroken), `${path} to be known as ${isBroken ? "broken" : "open"}`);
  // An alert has a log record of its own.
  await measure("broke", async () => {
    await accept();
    await told(true);
  }, logged(isTold ? 3 : 2));
  origin.always(answer(200));
  // Within the minute, so that no alert is due.
  await measure("recovered", async () => {
    await worker.setClock(worker.offset + 6);
    await operator.object("ring");
    await told(false);
  }, logged(3));
  return measured;
}

async function post(path) {
  const made = delivery(signedByKey(key.privateKey), { timestamp: worker.now() });
  delivered(await worker.post(path, made), made.id);
}

const rowsOf = ({ rowsWritten = 0, alarmsSet = 0 }) => rowsWritten + alarmsSet;

test("an event that causes no alert costs nothing more, delivered or failed", () => {
  for (const step of ["delivered", "looked_after", "failed"]) assert.deepEqual(minus(alerting[step], plain[step]), {}, step);
});

test("an alert is a few rows, and its delivery", async () => {
  found.alerted = minus(alerting.broke, plain.broke);
  found.alert_delivered = billed(await cost(worker, () => alerts.object("ring"), logged(1)));
  const rows = rowsOf(found.alerted) + rowsOf(found.alert_delivered);
  assert.ok(rows <= MOST_ROWS, `${rows} rows for an alert`);
});

test("a change within the minute is noted, and alerted to when the minute is over", async () => {
  found.suppressed = minus(alerting.recovered, plain.recovered);
  found.alerted_late = billed(await cost(worker, () => minuteLater(alerts), logged(2)));
  assert.equal(found.suppressed.logLines, undefined, "no alert yet");
});

test("a key set that is fetched is a call and no row", () => {
  found.keys_told = minus(alerting.keys, plain.keys);
  assert.equal(rowsOf(found.keys_told), 0);
});

test("all of this costs what operations.json says", () => compare({ alerts: found }));
