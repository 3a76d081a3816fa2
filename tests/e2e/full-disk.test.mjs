// A disk that is full: nothing is acknowledged that is not stored, and what was stored is delivered. Bare workerd with its storage on a small
// file system of its own, which takes the right to mount one.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { Loopback } from "./fixtures/loopback.mjs";
import { Selfhost } from "./fixtures/selfhost.mjs";
import { source } from "./fixtures/worker.mjs";
import { ADMIN_TOKEN } from "./fixtures/inbox.mjs";
import { closeConnections, send } from "./fixtures/http.mjs";
import { BODY_MARK, delivery, newSecret, signedBy } from "./fixtures/sign.mjs";
import { until } from "./fixtures/wait.mjs";

const secret = newSecret();
const sign = signedBy(secret);
const MIB = 1 << 20;
let loopback;

before(async () => {
  loopback = await Loopback.start();
});

after(async () => {
  await loopback?.close();
  closeConnections();
});

/** Bare workerd whose storage is on a file system of so many bytes; `undefined` if none may be mounted. */
async function onSmallDisk(t, name, bytes, more) {
  const origin = loopback.at(name);
  const sources = { events: source(origin, { durable: true, ...more }, { timeout: "2s" }) };
  const host = await Selfhost.generate(name, { build: "worker-test", sources, secrets: { SECRET: secret, ADMIN_TOKEN } });
  const folder = `${host.folder}/data`;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    t.diagnostic(`NOT RUN: no file system may be mounted here (${String(error.stderr).trim()}); damage.test.mjs and inbox.test.mjs have writes that fail, and max_stored`);
    return undefined;
  }
  t.after(async () => {
    await host.close();
    execFileSync("umount", [folder]);
  });
  await host.start();
  return new Site(host, origin, folder);
}

/** What is stored on a small disk, and what arrives. */
class Site {
  accepted = [];

  constructor(host, origin, folder) {
    Object.assign(this, { host, origin, folder });
  }

  operate(page, method = "POST") {
    return send(`${this.host.url}admin/events/${page}`, { method, headers: [["authorization", `Bearer ${ADMIN_TOKEN}`]] });
  }

  /** Sends an event of so many bytes: its status, 202 if it was accepted. */
  async send(size) {
    const made = delivery(sign, { timestamp: this.host.now(), body: `{"note":"${BODY_MARK}${"x".repeat(size)}"}` });
    const { status, text } = await send(`${this.host.url}events`, made);
    assert.ok(status === 202 || status === 503, `${status} ${text}`);
    if (status === 202) this.accepted.push(made);
    return status;
  }

  /** Sends events until so many in a row were refused. */
  async fill(size, refusals) {
    for (let refused = 0; refused < refusals; ) refused = (await this.send(size)) === 202 ? 0 : refused + 1;
  }

  /** Has the object look whether its database can be used again, and what there is to do. */
  looksAgain() {
    return this.host.test("inbox", { name: "events/0", method: "ring" });
  }

  free() {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Waits until all that was accepted has arrived with its bytes. */
  async allArrive() {
    const bodies = () => new Map(this.origin.requests.map((request) => [request.header("webhook-id"), request.body.toString()]));
    await until(() => {
      const arrived = bodies();
      return this.accepted.every(({ id, body }) => arrived.get(id) === body);
    }, "all that was accepted to arrive", 60_000);
  }
}

test("a disk that fills up takes no event that it cannot keep, and all that it took are delivered once there is room", async (t) => {
  const site = await onSmallDisk(t, "full-disk", 8 * MIB);
  if (site === undefined) return;
  // What else is on that disk.
  const ballast = `${site.folder}/ballast`;
  writeFileSync(ballast, Buffer.alloc(4 * MIB));
  assert.equal((await site.operate("pause")).status, 200);
  for (const size of [30_000, 3_000, 300]) await site.fill(size, 3);
  assert.ok(site.accepted.length > 10 && site.free() < MIB / 4, `${site.accepted.length} accepted, ${site.free()} bytes left`);
  await site.host.strike();
  await site.fill(300, 3);
  assert.equal(site.origin.requests.length, 0);
  rmSync(ballast);
  await site.looksAgain();
  assert.equal((await site.operate("resume")).status, 200);
  await site.allArrive();
  assert.equal(await site.send(30_000), 202);
  await site.allArrive();
});

test("with `max_stored` below what the disk has, a full inbox delivers, frees itself, and takes events again", async (t) => {
  const site = await onSmallDisk(t, "small-disk", 10 * MIB, { max_stored: "2MiB", keep: "0s" });
  if (site === undefined) return;
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await site.operate("pause")).status, 200);
    const before = site.accepted.length;
    await site.fill(30_000, 3);
    assert.ok(site.accepted.length > before + 20, `${site.accepted.length - before} accepted`);
    assert.equal((await site.operate("resume")).status, 200);
    await site.allArrive();
    await until(async () => (await site.operate("stats", "GET")).json.pending === 0, "that to be written");
    await site.host.setClock((round + 1) * 3600);
    await site.looksAgain();
    await until(async () => (await site.operate("stats", "GET")).json.bytes < MIB, "what was delivered to be dropped");
  }
  assert.ok(!site.host.lines.some((line) => line.includes("SQLITE_FULL")));
});
