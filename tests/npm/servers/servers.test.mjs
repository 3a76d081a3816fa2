// The adapters for Next and SvelteKit in applications that these frameworks build and serve, from the installed tarball.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { portOfItsOwn } from "../../e2e/fixtures/ports.mjs";
import { output, path } from "../fixtures/app.mjs";
import { SECRET, holds } from "../fixtures/receiving.mjs";

/** Where `cargo xtask test frameworks` installed the frameworks and the tarball, as in an application. */
const root = path("build/npm-servers");
const node = path("node_modules/.bin/node");
const seenFile = (name) => `${root}/${name}.seen`;
const env = (name, port) => ({ ...process.env, PATH: `${path("node_modules/.bin")}:${process.env.PATH}`, NEXT_TELEMETRY_DISABLED: "1", SEEN: seenFile(name), GEMINI_WEBHOOK_SECRET: SECRET, PORT: String(port), HOST: "127.0.0.1", NODE_ENV: "production" });

/** What the application noted. It writes before it responds. */
class Noted {
  constructor(name) {
    this.file = seenFile(name);
    writeFileSync(this.file, "");
  }

  get #entries() {
    return readFileSync(this.file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  get bodies() {
    return this.#entries.filter(({ body }) => body !== undefined).map(({ body }) => Buffer.from(body, "base64"));
  }

  get records() {
    return this.#entries.filter(({ record }) => record !== undefined).map(({ record }) => record);
  }
}

/** Builds an application of this folder: the framework's own command, in an empty copy. */
async function built(name, command) {
  const dir = `${root}/${name}`;
  rmSync(dir, { recursive: true, force: true });
  cpSync(path(`tests/npm/servers/${name}`), dir, { recursive: true });
  cpSync(path("tests/npm/servers/seen.js"), `${dir}/${name === "next" ? "" : "src/"}seen.js`);
  writeFileSync(`${dir}/package.json`, '{ "private": true, "type": "module" }\n');
  // A build imports the route, and has no secret: that must not fail it.
  const { GEMINI_WEBHOOK_SECRET, ...without } = env(name, 0);
  await output(node, command, { cwd: dir, env: without, timeout: 600_000 });
  return dir;
}

/** Serves a built application until the test ends; its port, once it says that it listens. */
async function serving(t, name, dir, command) {
  const port = await portOfItsOwn();
  const server = spawn(node, command(port), { cwd: dir, env: env(name, port), stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    await once(server, "exit");
  });
  let said = "";
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (/Ready in|Listening on/.test(said)) break;
  }
  server.stdout.resume();
  assert.match(said, /Ready in|Listening on/, `${name} does not start`);
  return port;
}

const next = `${root}/node_modules/next/dist/bin/next`;

test("next build and next start", async (t) => {
  const dir = await built("next", [next, "build"]);
  const noted = new Noted("next");
  await holds(await serving(t, "next", dir, (port) => [next, "start", "--port", String(port), "--hostname", "127.0.0.1"]), noted);
});

test("SvelteKit's build, served by its adapter for Node", async (t) => {
  const dir = await built("sveltekit", [`${root}/node_modules/vite/bin/vite.js`, "build"]);
  const noted = new Noted("sveltekit");
  await holds(await serving(t, "sveltekit", dir, () => ["build/index.js"]), noted);
});
