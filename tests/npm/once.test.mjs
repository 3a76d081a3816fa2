// `once`, over every store, each against the real thing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { build } from "esbuild";
import { folder, installed, output, path, tool } from "./fixtures/app.mjs";
import { postgresServer, redisCluster, redisServer } from "./fixtures/databases.mjs";
import * as contract from "./fixtures/once-contract.mjs";
import { SECRET, signed } from "./fixtures/receiving.mjs";

const require = createRequire(import.meta.url);
const { kv, memory, once, postgres, redis, sqlite } = await import(`${installed}/dist/node/once.js`);

async function holds(store) {
  for (const check of Object.values(contract)) await check(once, store, randomUUID());
}

test("memory", () => holds(memory()));

test("memory forgets events that expired, although nobody asks for them again", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const held = () => (collect(), process.memoryUsage().heapUsed);
  const [store, before] = [memory(), held()];
  for (let event = 0; event < 50_000; event++) await store.claim(Buffer.alloc(1_000, `${event} `).toString("latin1"), "a", 0);
  const more = held() - before;
  assert.ok(more < 5e6, `${more} bytes for 50,000 events that are over`);
  assert.equal(await store.claim("after them", "a", 60), "claimed");
});

test("memory forgets none that is not over, however many come", async () => {
  const [store, ids] = [memory(), Array.from({ length: 3_000 }, (_, at) => `event ${at}`)];
  for (const id of ids) await store.claim(id, "a", 60);
  for (const id of ids.slice(0, 1_500)) await store.confirm(id, "a", 60);
  const claims = await Promise.all(ids.map((id) => store.claim(id, "b", 60)));
  assert.deepEqual([claims.filter((claim) => claim === "done").length, claims.filter((claim) => claim === "held").length], [1_500, 1_500]);
});

test("a prefix keeps two guards with one store apart", async () => {
  const store = memory();
  const [one, same, other] = ["a:", "a:", "b:"].map((prefix) => once(store, "1h", { prefix }));
  assert.deepEqual([await one("1", () => {}), await same("1", () => {}), await other("1", () => {})], ["done", "duplicate", "done"]);
});

test("SQLite, and two connections to one file", async (t) => {
  const dir = folder("once-sqlite", {});
  const file = `${dir}/${randomUUID()}.sqlite`;
  const databases = [new DatabaseSync(file), new DatabaseSync(file)];
  t.after(() => databases.forEach((database) => database.close()));
  const [one, other] = databases.map((database) => sqlite(database));
  await holds(one);
  assert.deepEqual([await one.claim("a", "1", 60), await other.claim("a", "2", 60)], ["claimed", "held"]);
  await one.claim("b", "1", 0);
  await one.tidy();
  assert.equal(databases[0].prepare("select count(*) as rows from countersign_once where id = 'b'").get().rows, 0);
});

test("SQLite, however the application has its rows read", async () => {
  for (const options of [{ readBigInts: true }, { returnArrays: true }]) {
    const database = new DatabaseSync(":memory:", options);
    await holds(sqlite(database));
    assert.equal(Number(Object.values(database.prepare("pragma busy_timeout").get())[0]), 5000);
  }
});

test("SQLite: a connection without a busy timeout gets one, and one that has it keeps it", () => {
  const timeout = (options) => {
    const database = new DatabaseSync(":memory:", options);
    sqlite(database);
    return database.prepare("pragma busy_timeout").get().timeout;
  };
  assert.deepEqual([timeout({}), timeout({ timeout: 100 })], [5000, 100]);
});

test("SQLite, in Bun", async () => {
  const dir = folder("once-bun", { "main.mjs": `import { Database } from "bun:sqlite";
import { once, sqlite } from "countersign/once";
for (const safeIntegers of [false, true]) {
  const guard = once(sqlite(new Database(":memory:", { safeIntegers })), "1h");
  console.log(await guard("a", () => {}), await guard("a", () => {}));
}\n` });
  assert.equal(await output(tool(".bin/bun"), ["run", `${dir}/main.mjs`]), "done duplicate\ndone duplicate\n");
});

test("Postgres, and several connections", async (t) => {
  const host = await postgresServer(t);
  const { Pool } = require("pg");
  const pool = new Pool({ host, user: "countersign", database: "postgres", max: 10 });
  // `end` resolves before the connections are closed, and they may hear that the server ends.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("error", () => {});
  try {
    const store = postgres(pool);
    await store.create();
    await store.create();
    await holds(store);
    await Promise.all([store.claim("b", "1", 0), store.claim("c", "1", 60), store.claim("d", "1", 60)]);
    await store.confirm("d", "1", 60);
    await store.tidy();
    assert.deepEqual((await pool.query("select id from countersign_once where id in ('b', 'c', 'd') order by id")).rows, [{ id: "c" }, { id: "d" }]);
  } finally {
    await pool.end();
  }
});

test("Redis, and two connections", async (t) => {
  const socket = await redisServer(t);
  const { createClient } = require("redis");
  const { Redis } = require("ioredis");
  const clients = [createClient({ socket: { path: socket } }), createClient({ socket: { path: socket } })];
  await Promise.all(clients.map((client) => client.connect()));
  const ioredis = new Redis(socket);
  try {
    await holds(redis(clients[0]));
    await holds(redis(ioredis));
    const [one, other] = clients.map((client) => redis(client));
    assert.deepEqual([await one.claim("a", "1", 60), await other.claim("a", "2", 60)], ["claimed", "held"]);
    // An id can be the name of a key that the application has.
    await clients[0].set("account:1", "an account");
    assert.equal(await once(one, "1h")("account:1", () => {}), "done");
    await once(one, "1h")("account:2", () => {});
    assert.deepEqual([await clients[0].get("account:1"), await clients[0].get("account:2")], ["an account", null]);
  } finally {
    clients.forEach((client) => client.destroy());
    ioredis.disconnect();
  }
});

test("a cluster of Redis", async (t) => {
  const port = await redisCluster(t);
  const { createCluster } = require("redis");
  const { Redis, Cluster } = require("ioredis");
  const one = new Redis(port);
  await one.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  while (!(await one.call("CLUSTER", "INFO")).includes("cluster_state:ok"));
  const [redisClient, ioredis] = [createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] }), new Cluster([{ host: "127.0.0.1", port }])];
  try {
    await redisClient.connect();
    await holds(redis(redisClient));
    await holds(redis(ioredis));
  } finally {
    redisClient.destroy();
    ioredis.disconnect();
    one.disconnect();
  }
});

test("Durable Objects and KV, in workerd", async (t) => {
  const dir = folder("once-workerd", {
    "worker.mjs": `import { OnceObject, durableObject, kv, once } from "countersign/once";
import { afterDeath, afterTheLease, inSequence, together } from "./once-contract.mjs";
/** An object that says what it keeps. */
export class Once extends OnceObject {
  #storage;
  constructor(state) {
    super(state);
    this.#storage = state.storage;
  }
  async fetch(request) {
    return request.method === "GET" ? Response.json([...(await this.#storage.list()).keys()]) : super.fetch(request);
  }
}
const CHECKS = { kv: [inSequence], durableObject: [inSequence, together, afterDeath, afterTheLease] };
export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.slice(1);
    const store = name === "kv" ? kv(env.EVENTS) : durableObject(env.ONCE);
    // An id can be the name of a key that the application has, and KV refuses some.
    if (name === "kv") await env.EVENTS.put("account:1", "an account");
    for (const id of name === "kv" ? ["account:1", ".", "..", "x".repeat(600), "é".repeat(300)] : []) if ((await once(store, "1h")(id, () => {})) !== "done") return new Response(id);
    if (name === "kv" && (await env.EVENTS.get("account:1")) !== "an account") return new Response("overwritten");
    if (name === "kept") return env.ONCE.get(env.ONCE.idFromName("over")).fetch("https://once/");
    if (name === "handled") return new Response(await store.confirm("over", "a", 1));
    if (name === "kv") {
      await store.claim("held", "a", 60);
      await store.release("held", "b");
      if ((await store.claim("held", "c", 60)) !== "held") return new Response("released by another");
    }
    try {
      for (const check of CHECKS[name]) await check(once, store, crypto.randomUUID());
      return new Response("holds");
    } catch (error) {
      return new Response(String(error.stack), { status: 500 });
    }
  },
};\n`,
  });
  cpSync(path("tests/npm/fixtures/once-contract.mjs"), `${dir}/once-contract.mjs`);
  const { outputFiles: [{ text }] } = await build({ entryPoints: [`${dir}/worker.mjs`], bundle: true, format: "esm", write: false });
  const options = { modules: true, script: text, compatibilityDate: "2026-08-04", kvNamespaces: ["EVENTS"], durableObjects: { ONCE: { className: "Once", useSQLite: true } } };
  const workers = new Miniflare(convertV4MiniflareOptions(options));
  t.after(() => workers.dispose());
  for (const name of ["durableObject", "kv"]) assert.equal(await (await workers.dispatchFetch(`https://a.example/${name}`)).text(), "holds", name);
  const ask = async (what) => (await workers.dispatchFetch(`https://a.example/${what}`)).text();
  assert.deepEqual([await ask("handled"), await ask("kept")], ["changed", '["entry"]']);
  // Until its alarm has come.
  while ((await ask("kept")) !== "[]");
});

test("KV takes one write a second for a key, and a handler may be faster", async () => {
  // What Cloudflare documents, and workerd on one's own machine does not do.
  const [values, writtenAt] = [new Map(), new Map()];
  const write = async (key, change) => {
    if (performance.now() - (writtenAt.get(key) ?? -Infinity) < 1_000) throw new Error("KV PUT failed: 429 Too Many Requests");
    writtenAt.set(key, performance.now());
    change();
  };
  const namespace = {
    get: async (key) => values.get(key) ?? null,
    put: (key, value) => write(key, () => values.set(key, value)),
    delete: (key) => write(key, () => values.delete(key)),
  };
  const guard = once(kv(namespace), "24h");
  const outcomes = await Promise.all([guard("a", () => {}), guard("b", () => Promise.reject(new Error("ours"))).catch(({ message }) => message)]);
  assert.deepEqual([outcomes, values.get("countersign:once:a"), values.has("countersign:once:b")], [["done", "ours"], "done", false]);
  const down = { ...namespace, put: () => Promise.reject(new Error("down")) };
  await assert.rejects(once(kv(down), "24h")("c", () => {}), { message: "down" });
});

test("in an adapter, a copy meanwhile is a 409, a later one a 2xx without the handler, and a failure lets the retry through", async () => {
  const { gemini } = await import(`${installed}/dist/node/index.js`);
  const { webhook } = await import(`${installed}/dist/node/adapters/bun.js`);
  const send = (receive, id) => receive(new Request("https://a.example/", { method: "POST", body: "{}", headers: signed("{}", id) }));
  let [runs, meanwhile] = [0, undefined];
  const records = [];
  const receive = webhook(gemini(SECRET), async ({ id }) => {
    runs += 1;
    if (id === "msg_fails" && runs === 2) throw new Error("ours");
    meanwhile ??= await send(receive, id);
  }, { once: once(memory(), "24h"), log: (record) => records.push(record) });
  assert.equal((await send(receive, "msg_1")).status, 204);
  assert.deepEqual([meanwhile.status, await meanwhile.json()], [409, { type: "https://github.com/countersign/countersign/blob/main/docs/codes.md#in_flight", title: "a copy of this event is being handled", status: 409, code: "in_flight" }]);
  assert.deepEqual([(await send(receive, "msg_1")).status, runs], [204, 1]);
  assert.deepEqual([(await send(receive, "msg_fails")).status, (await send(receive, "msg_fails")).status, runs], [500, 204, 3]);
  assert.deepEqual(records.map(({ outcome }) => outcome), ["in_flight", "handler_failed"]);
});

test("a copy meanwhile is a 503 for a sender that ends its attempts at a 4xx", async () => {
  const { assemblyai } = await import(`${installed}/dist/node/index.js`);
  const { webhook } = await import(`${installed}/dist/node/adapters/bun.js`);
  const secret = "a token that AssemblyAI was given";
  const send = () => receive(new Request("https://a.example/", { method: "POST", body: "{}", headers: { "x-webhook-secret": secret } }));
  let meanwhile;
  const receive = webhook(assemblyai(secret), async () => void (meanwhile ??= await send()), { once: once(memory(), "24h"), log: false });
  assert.deepEqual([(await send()).status, meanwhile.status, (await meanwhile.json()).status], [204, 503, 503]);
});

test("a store that fails: before the handler nothing ran, after it the event counts as handled", async () => {
  const broken = { claim: async () => "claimed", confirm: () => Promise.reject(new Error("down")), release: () => Promise.reject(new Error("down")) };
  assert.equal(await once(broken, 60)("a", () => {}), "unconfirmed");
  await assert.rejects(once(broken, 60)("a", () => Promise.reject(new Error("ours"))), { message: "ours" });
  const abrupt = () => {
    throw new Error("down");
  };
  assert.equal(await once({ ...broken, confirm: abrupt }, 60)("a", () => {}), "unconfirmed");
  await assert.rejects(once({ ...broken, release: abrupt }, 60)("a", () => Promise.reject(new Error("ours"))), { message: "ours" });
  let ran = false;
  await assert.rejects(once({ ...broken, claim: () => Promise.reject(new Error("down")) }, 60)("a", () => void (ran = true)), { message: "down" });
  assert.equal(ran, false);
});

test("wrong arguments throw, and name the fix", () => {
  for (const [given, message] of [[[{}, 60], /the first argument is a store/], [[memory(), "1 day"], /`ttl` is a number of seconds, or like "30m"/], [[memory(), 0], /`ttl`/], [[memory(), 60, { lease: "0s" }], /`lease`/], [[memory(), 60, { prefx: "a" }], /did you mean `prefix`/]]) {
    assert.throws(() => once(...given), ({ code, message: said }) => code === "config_invalid" && message.test(said), String(message));
  }
});
