// CPU time of workerd for each way of an event, beside a Worker that reads the body and answers. Run by `cargo xtask bench cpu`, which
// writes what comes out to benches/costs.json. Origin, KV and key set are served by this process, so that their time is not counted;
// all else of workerd's is: also reading the socket and HTTP, which nobody is billed for. So the figures are upper bounds, and rough.
import crypto from "node:crypto";
import http from "node:http";
import os from "node:os";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const [, , root, rounds = "4"] = process.argv;
const folder = `${root}/build/bench-cpu`;
const EVENTS = 1_000;
const CONNECTIONS = 16;
const PATIENCE_MS = 60_000;
const secret = crypto.randomBytes(32);
const operator = crypto.randomBytes(32).toString("hex");
const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
const keySet = { keys: [...Array.from({ length: 2 }, () => crypto.generateKeyPairSync("ed25519").publicKey), publicKey].map((key) => key.export({ format: "jwk" })) };
const BODY = JSON.stringify({ type: "batch.succeeded", data: { id: "a".repeat(354) } });

const byHmac = (content) => `v1,${crypto.createHmac("sha256", secret).update(content).digest("base64")}`;
const byKey = (content) => `v1a,${crypto.sign(null, Buffer.from(content), privateKey).toString("base64")}`;
const forged = () => `v1,${crypto.randomBytes(32).toString("base64")}`;

/** What is measured: where it goes, how it is signed, what is answered. */
const WAYS = {
  empty: { port: "empty", path: "", sign: byHmac, status: 401 },
  refused: { path: "unmarked", sign: forged, status: 401 },
  passed_unmarked: { path: "unmarked", sign: byHmac, status: 200 },
  passed_by_key: { path: "keys", sign: byKey, status: 200 },
  passed: { path: "marked", sign: byHmac, status: 200 },
  stored_and_delivered: { path: "stored", sign: byHmac, status: 202 },
};

/** Everything that is not this Worker's: an origin, a key set, and KV at every other path. */
const store = new Set();
let arrivals = 0;
/** Each arrival at the origin, by its number. */
const arrived = new EventEmitter();
const other = http.createServer((request, response) => {
  request.resume().on("end", () => {
    const [path] = request.url.split("?");
    if (path === "/keys") return response.end(JSON.stringify(keySet));
    if (path === "/origin") arrived.emit(String(++arrivals));
    else if (request.method === "PUT") store.add(path);
    else if (!store.has(path)) response.statusCode = 404;
    response.end();
  });
});

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

/** Ports that were free a moment ago, all held until each is known. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => http.createServer());
  const ports = await Promise.all(servers.map(listen));
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

function configuration(ports, otherPort) {
  const forward = { origin: `http://127.0.0.1:${otherPort}/origin` };
  const standard = { scheme: "standard-webhooks", forward };
  const sources = {
    unmarked: { ...standard, secrets: ["SECRET"], dedupe: "off" },
    marked: { ...standard, secrets: ["SECRET"] },
    stored: { ...standard, secrets: ["SECRET"], durable: true },
    keys: { ...standard, jwks: `http://127.0.0.1:${otherPort}/keys`, dedupe: "off" },
  };
  const text = JSON.stringify(JSON.stringify(sources));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "kv", external = (address = "127.0.0.1:${otherPort}", http = ())),
    (name = "disk", disk = (path = "${folder}/data", writable = true)),
    (name = "empty", worker = (modules = [(name = "empty.js", esModule = embed "empty.js")], compatibilityDate = "2026-08-04")),
    (name = "countersign", worker = (
      modules = [(name = "index.js", esModule = embed "index.js"), (name = "index_bg.wasm", wasm = embed "index_bg.wasm"), (name = "explain_bg.wasm", wasm = embed "explain_bg.wasm")],
      compatibilityDate = "2026-08-04",
      bindings = [(name = "SOURCES", text = ${text}), (name = "SECRET", text = "whsec_${secret.toString("base64")}"), (name = "ADMIN_TOKEN", text = "${operator}"),
        (name = "EVENTS", kvNamespace = "kv"), (name = "INBOX", durableObjectNamespace = "Inbox")],
      durableObjectNamespaces = [(className = "Inbox", uniqueKey = "inbox", enableSql = true)],
      durableObjectStorage = (localDisk = "disk")))],
  sockets = [
    (name = "empty", address = "127.0.0.1:${ports.empty}", http = (), service = "empty"),
    (name = "countersign", address = "127.0.0.1:${ports.countersign}", http = (), service = "countersign")]);
`;
}

/** Starts workerd, and resolves once it listens at both. */
async function start(ports, otherPort) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/data`, { recursive: true });
  copyFileSync(`${root}/benches/empty.js`, `${folder}/empty.js`);
  for (const file of ["index.js", "index_bg.wasm", "explain_bg.wasm"]) copyFileSync(`${root}/build/worker/${file}`, `${folder}/${file}`);
  writeFileSync(`${folder}/config.capnp`, configuration(ports, otherPort));
  const workerd = createRequire(`${root}/`)("workerd").default;
  const child = spawn(workerd, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "ignore", "inherit", "pipe"] });
  process.on("exit", () => child.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
  let waiting = Object.keys(ports).length;
  for await (const _ of createInterface(child.stdio[3])) {
    waiting -= 1;
    if (waiting === 0) return child;
  }
  throw new Error("workerd ended before it listened");
}

/** Milliseconds on a processor of all threads of a process, as the kernel counts them in nanoseconds. */
function cpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8"));
  return threads.reduce((sum, line) => sum + Number(line.split(" ")[0]), 0) / 1e6;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });

function send(url, { headers, status }) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent, headers });
    request.on("error", reject).on("response", (response) => {
      if (response.statusCode !== status) reject(new Error(`${url} answered ${response.statusCode}, not ${status}`));
      response.resume().on("end", resolve);
    });
    request.end(BODY);
  });
}

/** The milliseconds of one event, over a round of events that were signed before; those of the inbox to their delivery. */
async function round(pid, ports, { port = "countersign", path, sign, status }, events) {
  const url = `http://127.0.0.1:${ports[port]}/${path}`;
  const at = String(Math.floor(Date.now() / 1000));
  const queue = Array.from({ length: events }, () => {
    const id = `msg_${crypto.randomUUID()}`;
    const headers = { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": at, "webhook-signature": sign(`${id}.${at}.${BODY}`) };
    return { headers: { ...headers, "content-length": BODY.length }, status };
  });
  const due = status < 300 ? arrivals + events : arrivals;
  const before = cpuMs(pid);
  const sender = async () => {
    for (let event = queue.pop(); event; event = queue.pop()) await send(url, event);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  // What an inbox took is on its way.
  if (arrivals < due) await once(arrived, String(due), { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {});
  if (arrivals !== due) throw new Error(`${arrivals - due + events} of ${events} events to /${path} arrived`);
  return (cpuMs(pid) - before) / events;
}

/** The round that was disturbed least: what else the machine does only ever adds. */
const least = (values) => Math.min(...values);

const otherPort = await listen(other);
const [empty, countersign] = await freePorts(2);
const ports = { empty, countersign };
const child = await start(ports, otherPort);
const found = Object.fromEntries(Object.keys(WAYS).map((name) => [name, []]));
for (let n = 0; n <= Number(rounds); n += 1) {
  for (const [name, way] of Object.entries(WAYS)) {
    const ms = await round(child.pid, ports, way, EVENTS);
    // The first round warms up.
    if (n > 0) found[name].push(ms);
  }
}
const rounded = (value, digits) => Number(value.toFixed(digits));
const cpu = Object.fromEntries(Object.entries(found).map(([name, values]) => [name, rounded(least(values), 2)]));
const stats = await fetch(`http://127.0.0.1:${ports.countersign}/admin/stored/stats`, { headers: { authorization: `Bearer ${operator}` } });
const { bytes, delivered } = await stats.json();
const machine = `${os.cpus()[0].model.trim()}, ${os.availableParallelism()} cores`;
const date = new Date().toISOString().slice(0, 10);
const measured = { date, machine, events: EVENTS * Number(rounds), cpu_ms: cpu, bytes_stored: Math.round(bytes / delivered) };
const text = JSON.stringify(measured, null, 2);
writeFileSync(`${root}/benches/costs.json`, `${text}\n`);
console.log(text);
process.exit(0);
