// What it costs to read what outsiders send, who need no key for it: bodies in pieces, bodies that never come, bodies that nobody reads,
// and the key sets of others. Bare workerd, as on a machine of one's own, so that its memory can be looked at.

import net from "node:net";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { once } from "node:events";
import { promisify } from "node:util";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { Selfhost } from "./fixtures/selfhost.mjs";
import { keySet } from "./fixtures/keysets.mjs";
import { closeConnections, send } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { delivery, newEd25519, newSecret, signedBy, signedByKey } from "./fixtures/sign.mjs";
import { until, within } from "./fixtures/wait.mjs";
import { source } from "./fixtures/worker.mjs";

const MIB = 2 ** 20;
const key = newEd25519();
const secrets = { SECRET: newSecret(), TEXT: randomBytes(16).toString("hex"), HEX: randomBytes(32).toString("hex"), ADMIN_TOKEN: "the-admin-token-of-the-reading-tests" };
const sign = signedBy(secrets.SECRET);
let loopback;
let host;

before(async () => {
  loopback = await Loopback.start();
  const origin = loopback.at("origin");
  const byKey = (name) => ({ scheme: "standard-webhooks", jwks: loopback.at(name).url, dedupe: "off", forward: { origin: origin.url } });
  const of = (scheme, secret) => source(origin, { scheme, secrets: [secret], dedupe: "off" });
  const sources = { std: source(origin, { dedupe: "off" }), twilio: of("twilio", "TEXT"), adyen: of("adyen-standard", "HEX"), dribbled: byKey("dribbled"), endless: byKey("endless") };
  host = await Selfhost.generate("reading", { build: "worker-test", sources, secrets });
  await host.start();
});

after(async () => {
  await host?.close();
  await loopback?.close();
  closeConnections();
});

/** Writes a request as it stands; resolves to the status of the response, or to nothing where the connection ends without one. */
async function raw(head, pieces = [], end = "") {
  const { hostname, port } = new URL(host.url);
  const socket = net.connect({ host: hostname, port, noDelay: true });
  let reply = "";
  const answered = new Promise((resolve) => {
    socket.on("data", (data) => (reply += data).includes("\r\n\r\n") && resolve());
    socket.on("error", resolve).on("close", resolve);
  });
  socket.write(head);
  for (const piece of pieces) {
    if (!socket.write(piece)) await Promise.race([once(socket, "drain").catch(() => {}), answered]);
  }
  socket.write(end);
  await within(answered, `a response to ${head.slice(0, 40)}`, 60_000);
  socket.destroy();
  return Number(reply.split(" ")[1]) || undefined;
}

/** How much the memory of workerd grows at most while `work` goes on. */
async function growth(work) {
  host.forgetPeak();
  const before = host.peakMemory();
  await work();
  return host.peakMemory() - before;
}

const CHUNKS = 200_000;
const oneByteChunks = Array.from({ length: CHUNKS / 1000 }, () => "1\r\nx\r\n".repeat(1000));
const chunkedHead = (method, path) =>
  `${method} /${path} HTTP/1.1\r\nHost: x\r\nwebhook-id: a\r\nwebhook-timestamp: ${Math.floor(Date.now() / 1000)}\r\nwebhook-signature: v1,x\r\nTransfer-Encoding: chunked\r\n\r\n`;

for (const [method, path, status] of [["POST", "std", 401], ["POST", "nowhere", 404], ["PUT", "std", 405], ["GET", "healthz", 200], ["POST", "healthz", 405], ["POST", "admin/std/replay", 401]]) {
  test(`${CHUNKS} chunks of one byte to ${method} /${path} cost no more memory than their bytes`, async () => {
    let got;
    const grown = await growth(async () => (got = await raw(chunkedHead(method, path), oneByteChunks, "0\r\n\r\n")));
    assert.ok(got === status || got === undefined, `${got}`);
    if (path === "std" && method === "POST") assert.equal(got, status);
    assert.ok(grown < 64 * MIB, `${CHUNKS} one-byte chunks took ${grown / MIB} MiB`);
  });
}

test("many headers, many signatures and a long URL leave no memory behind", async () => {
  const requests = {
    signatures: { path: "std", headers: delivery(() => "v1,x ".repeat(12_000)).headers },
    headers: { path: "std", headers: Array.from({ length: 60 }, (_, n) => [`x-${n}`, "y".repeat(900)]) },
    url: { path: "x".repeat(50_000), headers: [] },
  };
  for (const [what, { path, headers }] of Object.entries(requests)) {
    const grown = await growth(async () => {
      for (let n = 0; n < 200; n += 1) {
        const { status } = await send(host.url + path, { headers, body: "{}" });
        assert.ok([400, 401, 404, 414, 431].includes(status), `${what}: ${status}`);
      }
    });
    assert.ok(grown < 96 * MIB, `${what} took ${grown / MIB} MiB`);
  }
});

/** What it costs to refuse a body without a right signature ten times. */
async function costToRefuse(path, headers, body) {
  const refuse = async () => refused(await send(host.url + path, { headers, body }), 401, "no_matching_signature");
  for (let n = 0; n < 3; n += 1) await refuse();
  const before = host.processorTime();
  for (let n = 0; n < 10; n += 1) await refuse();
  return host.processorTime() - before;
}

test("a body in which much is to be read costs little more than one that is read once", async () => {
  const mac = (bytes) => randomBytes(bytes).toString("base64");
  const members = Array.from({ length: MIB / 20 }, (_, n) => `"${String(n).padStart(12, "0")}":1`).join(",");
  const item = `{"NotificationRequestItem":{"additionalData":{"hmacSignature":"${mac(32)}"},${members}}}`;
  const once = await costToRefuse("adyen", [], `{"notificationItems":[],${members}}`);
  const inside = await costToRefuse("adyen", [], `{"notificationItems":[${item}]}`);
  assert.ok(inside < once * 5, `an item with as many members cost ${inside / once} times as much`);
  const signed = [["x-twilio-signature", mac(20)]];
  const plain = await costToRefuse("twilio", signed, "x".repeat(MIB));
  const pairs = await costToRefuse("twilio", signed, "a&".repeat(MIB / 2));
  assert.ok(pairs < plain * 2, `many pairs cost ${pairs / plain} times as much`);
});

/** Writes a text one byte at a time, each a chunk of its own. */
const dribble = (text) => async (response) => {
  response.writeHead(200);
  for (const byte of text) if (!response.write(byte)) await Promise.race([once(response, "drain"), once(response, "close")]);
  response.end();
};

test("a key set that comes in chunks of one byte is read, at the cost of its bytes", async () => {
  loopback.at("dribbled").always(dribble(keySet(key.jwk).padEnd(1 << 16)));
  const made = delivery(signedByKey(key.privateKey));
  const grown = await growth(async () => delivered(await send(`${host.url}dribbled`, made), made.id));
  assert.ok(grown < 64 * MIB, `a key set of 64 KiB took ${grown / MIB} MiB`);
});

test("a key set that never ends is given up on, at the cost of the largest", async () => {
  loopback.at("endless").always(dribble(keySet(key.jwk).padEnd(1 << 18)));
  const made = delivery(signedByKey(key.privateKey));
  const grown = await growth(async () => refused(await send(`${host.url}endless`, made), 503, "keys_unavailable"));
  assert.ok(grown < 64 * MIB, `a key set that is too large took ${grown / MIB} MiB`);
});

test("chunks of any size make the body that was signed, up to the largest and not beyond", async () => {
  for (const length of [0, 1, 16_383, 16_384, 16_385, 65_536, MIB - 1, MIB]) {
    for (const size of [1000, 16_384, 100_000]) {
      const body = Buffer.alloc(length, `${length} `);
      const made = delivery(sign, { body });
      const chunks = Array.from({ length: Math.ceil(length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size));
      delivered(await send(`${host.url}std`, { ...made, chunks }), made.id);
      assert.ok(loopback.at("origin").requests.at(-1).body.equals(body), `${length} bytes in chunks of ${size}`);
    }
  }
  const over = delivery(sign, { body: Buffer.alloc(MIB + 1) });
  refused(await send(`${host.url}std`, { ...over, chunks: [over.body] }), 413, "body_too_large");
});

const UNFINISHED = {
  "an announced body of which nothing comes": ["Content-Length: 100\r\n\r\n", []],
  "an announced body of which half comes": ["Content-Length: 100\r\n\r\n", ["half"]],
  "a large body of which half comes": ["Content-Length: 1000000\r\n\r\n", ["x".repeat(500_000)]],
  "chunks of which none comes": ["Transfer-Encoding: chunked\r\n\r\n", []],
  "chunks that come to no end": ["Transfer-Encoding: chunked\r\n\r\n", ["4\r\nhalf\r\n"]],
};

for (const [what, [head, pieces]] of Object.entries(UNFINISHED)) {
  test(`${what} is given up on`, async (t) => {
    const before = host.lines.length;
    await host.test("timers", { haste: 300 });
    t.after(() => host.test("timers", { haste: 1 }));
    assert.equal(await raw(`POST /std HTTP/1.1\r\nHost: x\r\n${head}`, pieces), 408);
    const line = await until(() => host.lines.slice(before).find((text) => text.includes('"body_timeout"')), "its log record");
    const { code, status, source } = JSON.parse(line);
    assert.deepEqual({ code, status, source }, { code: "body_timeout", status: 408, source: "std" });
  });
}

test("a refusal is seen by senders that still write", async (t) => {
  const run = promisify(execFile);
  const folder = mkdtempSync(`${tmpdir()}/countersign-`);
  t.after(() => rmSync(folder, { recursive: true }));
  const file = `${folder}/body`;
  const body = Buffer.alloc(5 * MIB, "x");
  writeFileSync(file, body);
  const curl = async (path, method, headers) => {
    const options = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", method, ...headers.flatMap((header) => ["-H", header])];
    return Number((await run("curl", [...options, "--data-binary", `@${file}`, host.url + path])).stdout);
  };
  const refusals = [["std", "POST", 413], ["std", "PUT", 405], ["nowhere", "POST", 404], ["healthz", "POST", 405], ["admin/std/stats", "POST", 401]];
  for (const [path, method, status] of refusals) {
    for (let tries = 0; tries < 10; tries += 1) {
      const response = await fetch(host.url + path, { method, body });
      await response.arrayBuffer();
      assert.equal(response.status, status, `fetch, ${method} /${path}`);
    }
    for (const headers of [[], ["Expect:"], ["Expect:", "Transfer-Encoding: chunked"]]) {
      assert.equal(await curl(path, method, headers), status, `curl, ${method} /${path} ${headers}`);
    }
  }
});

test("who announces a large body and waits is refused before it is sent", async () => {
  const length = 10 * MIB;
  for (const [path, status] of [["std", 413], ["nowhere", 404]]) {
    assert.equal(await raw(`POST /${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`), status);
    assert.equal(await raw(`POST /${path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`), status);
  }
});
