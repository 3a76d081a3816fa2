// The key set cache in a Worker, where a fetch dies with the request that started it.
import assert from "node:assert/strict";
import { test } from "node:test";
import crypto from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { folder } from "./fixtures/app.mjs";
import { Workerd } from "./fixtures/workerd.mjs";

const BODY = '{"type":"ping"}';
const DAY = 86_400;
const [first, second] = [0, 0].map(() => crypto.generateKeyPairSync("ed25519"));

/** A sender's key set. While `holds`, a request for it gets no response: the server emits it as `held`. */
async function keyServer(t) {
  const sender = { keys: [first], asked: 0, holds: false };
  sender.respond = (response) => response.end(JSON.stringify({ keys: sender.keys.map(({ publicKey }) => publicKey.export({ format: "jwk" })) }));
  const server = http.createServer((request, response) => {
    sender.asked += 1;
    if (!sender.holds) return sender.respond(response);
    server.emit("held", response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  sender.url = `http://127.0.0.1:${server.address().port}/keys`;
  sender.held = () => once(server, "held").then(([response]) => response);
  return sender;
}

async function worker(t, name, url, call) {
  const dir = folder(name, {
    "worker.mjs": `import { geminiDynamic } from "countersign";
import { webhook } from "countersign/bun";
const clock = Date.now.bind(Date);
let ahead = 0;
Date.now = () => clock() + ahead * 1000;
const receive = webhook(geminiDynamic({ jwks: "${url}" }), () => {}, { log: false });
export default { fetch(request, env, context) {
  ahead = Number(request.headers.get("x-ahead"));
  return ${call};
} };\n`,
    "wrangler.toml": 'name = "worker"\nmain = "worker.mjs"\ncompatibility_date = "2026-08-04"\n',
  });
  const workerd = await Workerd.start(dir);
  t.after(() => workerd.stop());
  /** Delivers an event that is signed with a key, by a clock that is so many seconds ahead: the code of the refusal, or "". */
  return async (ahead, { privateKey }) => {
    const timestamp = String(Math.floor(Date.now() / 1000) + ahead);
    const signature = crypto.sign(null, Buffer.from(`msg_1.${timestamp}.${BODY}`), privateKey).toString("base64");
    const headers = { "x-ahead": String(ahead), "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": `v1a,${signature}` };
    const text = await workerd.get("/", { method: "POST", body: BODY, headers });
    return text && JSON.parse(text).code;
  };
}

test("a refresh that died with its request is made again by the next that needs it", async (t) => {
  const sender = await keyServer(t);
  const deliver = await worker(t, "jwks-worker", sender.url, "receive(request)");
  assert.deepEqual([await deliver(0, first), sender.asked], ["", 1]);
  /** The key set is stale: a refresh begins, and ends with this request, mostly before it reached the server. */
  const refreshDies = async (ahead, key) => {
    sender.holds = true;
    assert.equal(await deliver(ahead, key), "");
    sender.holds = false;
  };
  await refreshDies(700, first);
  sender.keys = [second];
  assert.equal(await deliver(701, second), "", "the key was rotated");
  await refreshDies(1_500, second);
  assert.equal(await deliver(1_500 + 2 * DAY, second), "", "the key set has expired");
});

test("under `waitUntil`, a refresh goes on after the response", async (t) => {
  const sender = await keyServer(t);
  const deliver = await worker(t, "jwks-worker-waiting", sender.url, "receive(request, env, context)");
  assert.equal(await deliver(0, first), "");
  const held = sender.held();
  sender.holds = true;
  assert.equal(await deliver(700, first), "");
  const response = await held;
  sender.holds = false;
  sender.keys = [second];
  sender.respond(response);
  assert.deepEqual([await deliver(701, second), sender.asked], ["", 2]);
});
