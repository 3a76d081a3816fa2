// `npm create countersign`, from the packed tarball in an empty folder: the project runs, and its first event arrives.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { before, test } from "node:test";
import { portOfItsOwn } from "../e2e/fixtures/ports.mjs";
import { installed, output, path } from "./fixtures/app.mjs";

const { version } = JSON.parse(readFileSync(path("crates/npm/package.json"), "utf8"));
const tarball = process.env.COUNTERSIGN_CREATE_TARBALL ?? path(`build/npm/create-countersign-${version}.tgz`);
const dir = path("build/npm-create-app");
const create = (...args) => output(`${dir}/node_modules/.bin/create-countersign`, args, { cwd: dir });
const read = (file) => readFileSync(`${dir}/${file}`, "utf8");

before(async () => {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/package.json`, "{ \"private\": true }\n");
  await output("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: dir });
});

test("it writes a project with its name and a secret of its own, and says what to run", async () => {
  const said = await create("My Hooks!");
  assert.ok(said.includes("cd 'My Hooks!' && npm install\n  npm run try"), said);
  assert.equal(JSON.parse(read("My Hooks!/package.json")).name, "my-hooks");
  assert.match(read("My Hooks!/wrangler.toml"), /^name = "my-hooks"$/m);
  assert.match(read("My Hooks!/.dev.vars"), /^GEMINI_WEBHOOK_SECRET=whsec_[A-Za-z0-9+/]{43}=$/m);
  assert.equal(statSync(`${dir}/My Hooks!/.dev.vars`).mode & 0o077, 0);
  assert.match(read("My Hooks!/.gitignore"), /^\.dev\.vars$/m);
  await create("other");
  assert.notEqual(read("other/.dev.vars"), read("My Hooks!/.dev.vars"));
});

test("it leaves a folder with files alone, and takes no options", async () => {
  await create("full");
  rmSync(`${dir}/full/try.js`);
  await assert.rejects(create("full"), /full is not empty; choose another folder/);
  assert.ok(!existsSync(`${dir}/full/try.js`));
  await assert.rejects(create("--typescript"), /one folder, and no options/);
  assert.ok(!readdirSync(dir).includes("--typescript"));
});

test("the versions are those of the package", () => {
  assert.equal(JSON.parse(read("node_modules/create-countersign/package.json")).version, version);
  assert.equal(JSON.parse(read("node_modules/create-countersign/template/package.json")).dependencies.countersign, `^${version}`);
});

test("`npm run try` shows the first event at the origin", async (t) => {
  await create("hooks");
  const project = `${dir}/hooks`;
  const [worker, origin] = [await portOfItsOwn(), await portOfItsOwn()];
  for (const file of ["try.js", "wrangler.toml"]) writeFileSync(`${project}/${file}`, read(`hooks/${file}`).replaceAll("8787", worker).replaceAll("8788", origin));
  // What `npm install` would fetch from the registry: this package, and wrangler.
  mkdirSync(`${project}/node_modules/.bin`, { recursive: true });
  symlinkSync(installed, `${project}/node_modules/countersign`);
  symlinkSync(path("node_modules/wrangler/bin/wrangler.js"), `${project}/node_modules/.bin/wrangler`);

  const started = Date.now();
  const env = { ...process.env, PATH: `${path("node_modules/.bin")}:${process.env.PATH}`, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" };
  const run = spawn("npm", ["run", "try"], { cwd: project, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => process.kill(-run.pid, "SIGTERM"));
  const said = await until(run, /Ctrl-C ends the Worker and the origin/);
  t.diagnostic(`from \`npm run try\` to the first event: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  assert.match(said, /arrived at the origin: POST \/hooks\/gemini[^]*sent a signed event to \S+\/gemini: 200/);
  for (const words of ["countersign-source: gemini", "countersign-form: v1", "webhook-id: "]) assert.ok(said.includes(words), said);
});

test("`npm run try` says that the origin's port is taken, and leaves no Worker behind", async (t) => {
  await create("taken");
  const holder = http.createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.after(() => holder.close());
  const { port } = holder.address();
  const program = read("taken/try.js").replaceAll("8788", port);
  writeFileSync(`${dir}/taken/try.js`, program);
  mkdirSync(`${dir}/taken/node_modules`);
  symlinkSync(installed, `${dir}/taken/node_modules/countersign`);
  // A Worker that is started would say so.
  const bin = `${dir}/taken/bin`;
  mkdirSync(bin);
  writeFileSync(`${bin}/npx`, "#!/bin/sh\necho started > started\n", { mode: 0o755 });
  const run = spawn(path("node_modules/.bin/node"), ["try.js"], { cwd: `${dir}/taken`, env: { PATH: `${bin}:${process.env.PATH}` } });
  const [said, [status]] = await Promise.all([run.stderr.toArray(), once(run, "close")]);
  assert.deepEqual([status, Buffer.concat(said).toString()], [1, `Port ${port} cannot be listened on (EADDRINUSE): end the program that has it, or write another here and in wrangler.toml.\n`]);
  assert.ok(!existsSync(`${dir}/taken/started`));
});

/** What a program says, once it matches. */
function until(run, pattern) {
  const { promise, resolve, reject } = Promise.withResolvers();
  let said = "";
  for (const stream of [run.stdout, run.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (pattern.test(said)) resolve(said);
    });
  }
  run.on("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  return promise;
}
