// node benches/reading.mjs ROOT ROUNDS: processor time of workerd for each byte that nobody has been authenticated for, in chunks of one byte,
// beside a Worker that reads its body and answers. Both are in one process; rounds alternate, and the ratio of all rounds counts.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { createInterface } from "node:readline";

const [root, rounds] = [process.argv[2], Number(process.argv[3])];
const folder = `${root}/build/bench-reading`;
const CHUNKS = 100_000;
const PATHS = { "a source": ["POST", "gemini"], "an unknown path": ["POST", "nowhere"], "another method": ["PUT", "gemini"], "/healthz": ["GET", "healthz"], "/admin": ["POST", "admin/gemini/replay"] };

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const ports = { empty: await freePort(), countersign: await freePort() };

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
copyFileSync(`${root}/benches/empty.js`, `${folder}/empty.js`);
for (const file of ["index.js", "index_bg.wasm", "explain_bg.wasm"]) copyFileSync(`${root}/build/worker/${file}`, `${folder}/${file}`);
const sources = JSON.stringify({ gemini: { scheme: "gemini", secrets: ["SECRET"], dedupe: "off", forward: { origin: "http://127.0.0.1:9/" } } });
const secret = `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;
const module = (name, kind) => `(name = "${name}", ${kind} = embed "${name}")`;
const worker = (modules, bindings) => `(modules = [${modules}], bindings = [${bindings}], compatibilityDate = "2026-08-04")`;
writeFileSync(`${folder}/config.capnp`, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "empty", worker = ${worker(module("empty.js", "esModule"), "")}),
    (name = "countersign", worker = ${worker(`${module("index.js", "esModule")}, ${["./index_bg.wasm", "./explain_bg.wasm"].map((file) => module(file, "wasm").replace('embed "./', 'embed "')).join(", ")}`, `(name = "SOURCES", text = ${JSON.stringify(sources)}), (name = "SECRET", text = "${secret}"), (name = "ADMIN_TOKEN", text = "${"a".repeat(16)}bench-reading")`)})],
  sockets = [${Object.entries(ports).map(([name, port]) => `(name = "${name}", address = "127.0.0.1:${port}", http = (), service = "${name}")`).join(", ")}]);
`);
const child = spawn(createRequire(`${root}/`)("workerd").default, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "ignore", "inherit", "pipe"] });
process.on("exit", () => child.kill("SIGKILL"));
let waiting = 2;
for await (const _ of createInterface(child.stdio[3])) if ((waiting -= 1) === 0) break;

/** Milliseconds on a processor of all threads of workerd. */
function cpuMs() {
  const threads = readdirSync(`/proc/${child.pid}/task`).map((id) => readFileSync(`/proc/${child.pid}/task/${id}/schedstat`, "utf8"));
  return threads.reduce((sum, line) => sum + Number(line.split(" ")[0]), 0) / 1e6;
}

const chunks = "1\r\nx\r\n".repeat(CHUNKS);

/** One request in chunks of one byte, to its response; the processor time that it took. */
function cost(port, [method, path]) {
  const before = cpuMs();
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.write(`${method} /${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    });
    socket.once("data", () => {
      socket.destroy();
      resolve(cpuMs() - before);
    });
    socket.on("error", reject);
  });
}

for (const [name, target] of Object.entries(PATHS)) {
  const sums = { empty: 0, countersign: 0 };
  for (let round = -1; round < rounds; round += 1) {
    for (const which of round % 2 ? ["countersign", "empty"] : ["empty", "countersign"]) {
      const ms = await cost(ports[which], target);
      if (round >= 0) sums[which] += ms;
    }
  }
  const each = (which) => ((sums[which] * 1000) / rounds / CHUNKS).toFixed(2);
  console.log(`${name.padEnd(16)} ${each("countersign")} µs a byte, ${each("empty")} in the empty Worker: ${(sums.countersign / sums.empty).toFixed(2)}`);
}
process.exit(0);
