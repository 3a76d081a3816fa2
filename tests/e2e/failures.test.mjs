// Why a destination gave no answer (contract section 8): told apart in the log and on the admin pages, and never told to the sender.

import net from "node:net";
import { once } from "node:events";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback, answer, closedPort, reset } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN, Operator } from "./fixtures/inbox.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, refused } from "./fixtures/expect.mjs";
import { delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const servers = [];
let loopback, worker, origins;

/** The address of a server that does this with each connection. */
async function serving(behaviour) {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    behaviour(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return `127.0.0.1:${server.address().port}`;
}

before(async () => {
  loopback = await Loopback.start();
  loopback.at("reset").always(reset);
  for (const [name, status] of [["busy", 503], ["down", 521], ["unknown", 530]]) loopback.at(name).always(answer(status));
  const [, , refusing] = (await closedPort()).split("/");
  const onData = (then) => (socket) => socket.once("data", () => then(socket));
  /** Each with an origin that behaves so, the status it answers, and the cause that is noted. */
  origins = {
    refused: [`http://${refusing}/`, 0, "connection_refused"],
    "refused-tls": [`https://${refusing}/`, 0, "connection_refused"],
    reset: [loopback.at("reset").url, 0, "connection_lost"],
    closed: [`http://${await serving(onData((socket) => socket.end()))}/`, 0, "connection_lost"],
    "cut-short": [`http://${await serving(onData((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Ty")))}/`, 0, "connection_lost"],
    "no-http": [`http://${await serving(onData((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")))}/`, 0, "connection_lost"],
    unresolvable: ["http://no-such-host.invalid/", 0, "dns"],
    "unresolvable-tls": ["https://no-such-host.invalid/", 0, "dns"],
    "no-tls": [`https://${loopback.host}/`, 0, "tls"],
    "tls-closed": [`https://${await serving(onData((socket) => socket.end()))}/`, 0, "tls"],
    busy: [loopback.at("busy").url, 503, undefined],
    down: [loopback.at("down").url, 521, "connection_refused"],
    unknown: [loopback.at("unknown").url, 530, "dns"],
  };
  const passing = Object.entries(origins).map(([name, [url]]) => [name, source({ url })]);
  const signing = Object.entries(origins).map(([name, [url]]) => [`signed-${name}`, source({ url }, {}, { sign_with: "SECRET" })]);
  const storing = Object.entries(origins).map(([name, [url]]) => [`stored-${name}`, source({ url }, { durable: true })]);
  const fine = [["fine", source(loopback.at("fine"), { durable: true, keep: "1h" })]];
  const sources = Object.fromEntries([...passing, ...signing, ...storing, ...fine]);
  worker = await Worker.start({ build: "worker-test", sources: JSON.stringify(sources), secrets: { SECRET: secret, ADMIN_TOKEN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  for (const server of servers) server.close();
  closeConnections();
});

test("what a sender sees is the same for each", async () => {
  for (const name of Object.keys(origins)) {
    for (const path of [name, `signed-${name}`]) refused(await worker.post(path, delivery(sign)), 502, "destination_failed");
  }
});

test("the log record of a delivery says why", async () => {
  for (const [name, [, status, cause]] of Object.entries(origins)) {
    for (const path of [name, `signed-${name}`]) {
      refused(await worker.post(path, delivery(sign)), 502, "destination_failed");
      const line = await worker.line((line) => line.source === path, path);
      assert.deepEqual([path, line.dest_status, line.dest_error], [path, status, cause]);
    }
  }
});

test("so do the log record of an attempt, and the admin pages", async () => {
  for (const [name, [, status, cause]] of Object.entries(origins)) {
    const path = `stored-${name}`;
    const made = delivery(sign);
    accepted(await worker.post(path, made), made.id);
    const operator = new Operator(worker, path);
    const event = await until(async () => {
      const event = await operator.event(made.id);
      return event.last_error && event;
    }, `a failure of ${path}`);
    assert.deepEqual([path, event.last_error, event.last_status, event.last_cause], [path, "destination_failed", status, cause ?? null]);
    const [line] = await until(() => {
      const lines = worker.lines("attempt", (line) => line.source === path);
      return lines.length > 0 && lines;
    }, `a record of ${path}`);
    assert.deepEqual([path, line.dest_status, line.dest_error], [path, status, cause]);
    const { last_error } = await operator.stats();
    assert.deepEqual([last_error.code, last_error.status, last_error.cause], ["destination_failed", status, cause ?? null]);
  }
});

const adminLines = (code) => worker.lines("admin", (line) => line.code === code);

test("each guess at /admin leaves a log record", async () => {
  const guesses = [[], [["authorization", "Bearer wrong"]], [["authorization", `Basic ${ADMIN_TOKEN}`]]];
  const before = adminLines("unauthorized").length;
  for (const headers of guesses) {
    refused(await worker.get("admin/fine/stats", headers), 401, "unauthorized");
    refused(await worker.post("admin/fine/replay?state=dead", { headers }), 401, "unauthorized");
    refused(await worker.get("admin", headers), 401, "unauthorized");
  }
  await until(() => adminLines("unauthorized").length === before + 9, "nine records");
  assert.deepEqual(adminLines("unauthorized")[0], { ev: "admin", code: "unauthorized", status: 401 });
});

test("each replay leaves a log record, with the id hashed, and a look at a page leaves none", async () => {
  const operator = new Operator(worker, "fine");
  const made = delivery(sign);
  accepted(await worker.post("fine", made), made.id);
  await operator.becomes(made.id, "delivered");
  assert.equal((await operator.post(`events/${made.id}/replay`)).status, 200);
  refused(await operator.post("events/unknown/replay"), 404, "not_found");
  assert.equal((await operator.post("replay?state=dead")).status, 202);
  await operator.stats();
  const lines = await until(() => {
    const lines = worker.lines("admin", (line) => line.source === "fine");
    return lines.length >= 3 && lines;
  }, "three records");
  const { id_hash } = await worker.line((line) => line.source === "fine", "the delivery");
  assert.deepEqual(lines.map(({ action, code }) => [action, code]), [["replay", "replayed"], ["replay", "not_found"], ["replay", "replayed"]]);
  assert.equal(lines[0].id_hash, id_hash);
});

test("Retry-After is waited for, however it is written", async () => {
  await worker.stopClock();
  const origin = loopback.at("fine");
  const operator = new Operator(worker, "fine");
  const hour = new Date(Date.now() + 3_600_000);
  const [, day, month, year, time] = hour.toUTCString().split(" ");
  const weekday = hour.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  const rfc850 = `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  for (const [value, least, most] of [["599.5", 590, 620], ["600, 600", 590, 620], [hour.toUTCString(), 3580, 3620], [rfc850, 3580, 3620], ["9".repeat(40), 14380, 14420], ["-5", 3, 8], ["junk", 3, 8]]) {
    origin.next(answer(429, { "retry-after": value }));
    const made = delivery(sign, { timestamp: worker.now() });
    accepted(await worker.post("fine", made), made.id);
    const event = await until(async () => {
      const event = await operator.event(made.id);
      return event.last_error && event;
    }, "the 429 to be noted");
    const wait = event.next_attempt_at - worker.now();
    assert.ok(wait >= least && wait <= most, `Retry-After: ${value} made it wait ${wait} s`);
    // It holds the destination, too, until then or until an operator has it go on.
    assert.equal((await operator.post("resume")).status, 200);
  }
});
