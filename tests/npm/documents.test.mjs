// Runs the code and the commands of README and docs/ as they stand: only ports are replaced, as several tests run at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { portOfItsOwn } from "../e2e/fixtures/ports.mjs";
import { app, folder, installed, output, path, tool } from "./fixtures/app.mjs";
import { Workerd } from "./fixtures/workerd.mjs";

const { stripe } = await import(`${installed}/dist/node/index.js`);
const { testRequest } = await import(`${installed}/dist/node/testing.js`);

const PAGES = ["README.md", ...readdirSync(path("docs")).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`)];
const BLOCKS = PAGES.flatMap((page) => [...readFileSync(path(page), "utf8").matchAll(/<!-- run: (.+?) -->\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, name, code]) => ({ name, code })));
const SECRET = "whsec_aSecretForTests0123456789";
const node = path("node_modules/.bin/node");

/** The code of the blocks with that name; there is at least one. */
function blocks(name) {
  const found = BLOCKS.filter((block) => block.name === name).map(({ code }) => code);
  assert.ok(found.length > 0, `no page has a block \`${name}\``);
  return found;
}

// The frameworks are installed beside the tests; the package is found in the folder above.
const dir = folder("documents", {});
rmSync(`${dir}/node_modules`, { recursive: true, force: true });
mkdirSync(`${dir}/node_modules/@nestjs`, { recursive: true });
mkdirSync(`${dir}/node_modules/@koa`, { recursive: true });
for (const name of ["express", "fastify", "koa", "@koa/router", "hono", "@nestjs/common", "@nestjs/core", "@nestjs/platform-express", "reflect-metadata"]) symlinkSync(tool(name), `${dir}/node_modules/${name}`);

const delivery = (url, more = {}) => testRequest(stripe, { secret: SECRET, url, event: { id: "evt_1", type: "invoice.paid" }, ...more });

/** Sends a genuine delivery and a changed one. `send` takes a request. */
async function receives(send, url = "https://app.example/hooks/stripe") {
  const good = await send(await delivery(url));
  assert.equal(good.status ?? good.statusCode, 204);
  const forged = await send(await delivery(url, { broken: "body" }));
  assert.equal(forged.status ?? forged.statusCode, 401);
}

/** Between two looks at a condition: others need the processor as well. */
const breath = () => new Promise((resume) => setTimeout(resume, 10));

/** Resolves once something listens there; a program that ends before is a failure. */
async function listens(port, program) {
  for (;;) {
    assert.equal(program.exitCode, null, "the program ended");
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(() => true, () => false);
    socket.destroy();
    if (isOpen) return;
    await breath();
  }
}

/** Runs a server as a program of its own, sends to it, and looks at what it printed. */
async function serves(t, name, program, code) {
  const file = `${dir}/${name.replaceAll(" ", "-")}.mjs`;
  writeFileSync(file, code);
  const port = await portOfItsOwn();
  const server = spawn(program, [file], { cwd: dir, env: { ...process.env, PORT: String(port), STRIPE_WEBHOOK_SECRET: SECRET, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => server.kill());
  let printed = "";
  server.stdout.on("data", (text) => (printed += text));
  await listens(port, server);
  await receives(fetch, `http://127.0.0.1:${port}/hooks/stripe`);
  assert.match(printed, /^\S+ invoice\.paid$/m);
}

for (const name of ["readme library", "express", "fastify", "koa", "nest"]) {
  test(`${name}: the program serves`, async (t) => {
    for (const code of blocks(name)) await serves(t, name, node, code);
  });
}

test("bun: the program serves", (t) => serves(t, "bun", tool(".bin/bun"), blocks("bun")[0]));

/** The exports of a block, as a module. */
async function module(name) {
  process.env.STRIPE_WEBHOOK_SECRET = SECRET;
  const file = `${dir}/${name.replaceAll(" ", "-")}.mjs`;
  writeFileSync(file, blocks(name)[0]);
  return import(file);
}

test("hono: the application takes requests", async () => {
  const { default: hono } = await module("hono");
  await receives((request) => hono.fetch(request));
});

for (const name of ["next", "once"]) {
  test(`${name}: the route takes requests`, async () => {
    const { POST } = await module(name);
    await receives((request) => POST(request));
  });
}

test("meta: the route replies to the GET that comes first", async () => {
  Object.assign(process.env, { META_APP_SECRET: SECRET, META_VERIFY_TOKEN: "a-verify-token" });
  const { GET } = await module("meta");
  const asked = (token) => GET(new Request(`https://app.example/hooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`));
  assert.equal(await (await asked("a-verify-token")).text(), "1158201444");
  assert.equal((await asked("another")).status, 403);
});

test("once: the handler runs once for a repeated event", async () => {
  const file = `${dir}/once-repeated.mjs`;
  const repeat = `const { testRequest } = await import("countersign/testing");
const sent = await testRequest(stripe, { secret: process.env.STRIPE_WEBHOOK_SECRET, event: { id: "evt_1", type: "invoice.paid" } });
for (const request of [sent.clone(), sent]) console.log((await POST(request)).status);
`;
  writeFileSync(file, `${blocks("once")[0]}${repeat}`);
  assert.match(await output(node, [file], { env: { ...process.env, STRIPE_WEBHOOK_SECRET: SECRET } }), /^\S+ invoice\.paid\n204\n204\n$/);
});

test("sveltekit: the route takes events", async () => {
  const { POST } = await module("sveltekit");
  await receives((request) => POST({ request }));
});

test("by hand: the function takes requests", async () => {
  const { receive } = await module("by hand");
  await receives(receive);
});

test("lambda: the handler takes events", async () => {
  const { handler } = await module("lambda");
  await receives(async (request) => handler({ version: "2.0", rawPath: "/hooks/stripe", rawQueryString: "", headers: Object.fromEntries(request.headers), requestContext: { domainName: "app.example", http: { method: "POST", path: "/hooks/stripe" } }, body: await request.text(), isBase64Encoded: false }, {}));
});

test("workers: the Worker runs in workerd", async (t) => {
  const worker = folder("documents-worker", { "index.js": blocks("workers")[0], "wrangler.toml": 'name = "documents"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n' });
  const workerd = await Workerd.start(worker, { STRIPE_WEBHOOK_SECRET: SECRET });
  t.after(() => workerd.stop());
  const request = await delivery("https://app.example/hooks/stripe", { broken: "body" });
  assert.equal(JSON.parse(await workerd.get("/hooks/stripe", { method: "POST", headers: request.headers, body: await request.text() })).code, "no_matching_signature");
  const good = await delivery("https://app.example/hooks/stripe");
  assert.equal(await workerd.get("/hooks/stripe", { method: "POST", headers: good.headers, body: await good.text() }), "");
});

test("in your tests: the requests are as they say", async () => {
  writeFileSync(`${dir}/in-your-tests.mjs`, `${blocks("in your tests")[0]}const { event } = await stripe(secret).unwrap(paid);\nconst { code } = await stripe(secret).unwrap(stale).catch((error) => error);\nconsole.log(event.type, code);\n`);
  assert.equal(await output(node, [`${dir}/in-your-tests.mjs`]), "invoice.paid timestamp_too_old\n");
});

test("a handshake in your tests: our receiver's reply is taken", async () => {
  const receive = `const { webhook } = await import("countersign/bun");\nconst receive = webhook(slack("aSecretForTests0123456789"), () => {});\n`;
  writeFileSync(`${dir}/a-handshake.mjs`, `${receive}${blocks("a handshake in your tests")[0]}console.log(new URL(request.url).pathname);\n`);
  assert.equal(await output(node, [`${dir}/a-handshake.mjs`]), "/webhooks\n");
});

const env = { ...process.env, PATH: `${path("node_modules/.bin")}:${process.env.PATH}`, npm_config_offline: "true" };

/** Runs commands in the folder where the package is installed; what they print, whether they fail or not. */
async function bash(script, more = {}) {
  const shell = spawn("bash", ["-uc", script], { cwd: app, env: { ...env, ...more }, stdio: ["ignore", "pipe", "pipe"] });
  const [said, failed] = await Promise.all([shell.stdout, shell.stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  return said + failed;
}

/** A receiver of one sender's deliveries, which responds 204 or 401. */
async function receiver(t, verifier) {
  const { webhook } = await import(`${installed}/dist/node/adapters/express.js`);
  const server = createServer(webhook(verifier, () => {}, { log: false })).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server.address().port;
}

test("send: the first is accepted, the second refused", async (t) => {
  const port = await receiver(t, stripe(SECRET));
  const said = await bash(blocks("send")[0].replaceAll("localhost:3000", `127.0.0.1:${port}`).replace("WEBHOOK_SECRET=…", `WEBHOOK_SECRET=${SECRET}`));
  assert.match(said, /^204\n401 \{.*"timestamp_too_old"/);
});

test("handshake: the reply is taken", async (t) => {
  const { slack } = await import(`${installed}/dist/node/index.js`);
  const port = await receiver(t, slack(SECRET));
  const said = await bash(blocks("handshake")[0].replaceAll("localhost:3000", `127.0.0.1:${port}`), { WEBHOOK_SECRET: SECRET });
  assert.match(said, /^200 [0-9a-f]{32}\n$/);
});

test("first event: it is signed for Gemini", async (t) => {
  const { gemini } = await import(`${installed}/dist/node/index.js`);
  const secret = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
  const port = await receiver(t, gemini(secret));
  const said = await bash(blocks("first event")[0].replaceAll("127.0.0.1:8787", `127.0.0.1:${port}`).replace("WEBHOOK_SECRET=…", `WEBHOOK_SECRET=${secret}`));
  assert.equal(said, "204\n");
});

for (const name of ["readme failing", "explain"]) {
  test(`${name}: a delivery is captured, then explained`, async () => {
    const port = await portOfItsOwn();
    const [capture, explain] = blocks(name)[0].split("\n");
    let isOver = false;
    const capturing = bash(capture.replace("countersign capture", `countersign capture --port ${port}`)).finally(() => (isOver = true));
    const url = `http://127.0.0.1:${port}/hooks/stripe`;
    const request = await delivery(url, { broken: "key" });
    const [headers, body] = [request.headers, await request.text()];
    for (;;) {
      const sent = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
      if (sent?.status === 200) break;
      assert.ok(!isOver, "the program ended before a delivery came");
      await breath();
    }
    assert.match(await capturing, new RegExp(`listening on http://127.0.0.1:${port}\\nsaved in delivery.http`));
    assert.match(await bash(explain, { STRIPE_WEBHOOK_SECRET: SECRET }), /✗ match/);
  });
}

test("readme worker, worker from npm: the program writes the project, and says what comes next in these words", async () => {
  const { name } = JSON.parse(readFileSync(path("crates/npm/create/package.json"), "utf8"));
  const [create, install, start] = blocks("readme worker")[0].trim().split("\n");
  assert.deepEqual(blocks("worker from npm"), blocks("readme worker"));
  assert.equal(create, `npm create ${name.replace("create-", "")} my-hooks`);
  // create.test.mjs runs both: as they stand, they would ask npm's registry for what is not published yet.
  const project = folder("documents-create", {});
  rmSync(`${project}/my-hooks`, { recursive: true, force: true });
  const said = await output(node, [path("build/create/package/create.js"), "my-hooks"], { cwd: project });
  assert.ok(said.includes(`${install}\n  ${start}`), said);
});

test("readme source, worker from source: the clone has what the last command runs", async () => {
  assert.deepEqual(blocks("worker from source"), blocks("readme source"));
  const parent = folder("documents-source", {});
  rmSync(`${parent}/countersign`, { recursive: true, force: true });
  const [clone, enter, start] = blocks("readme source")[0].trim().split("\n");
  const config = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.${path("")}.insteadOf`, GIT_CONFIG_VALUE_0: "https://github.com/countersign/countersign" };
  const said = await bash(`cd ${parent}\n${clone} --quiet\n${enter} && cat .cargo/config.toml xtask/Cargo.toml`, config);
  rmSync(`${parent}/countersign`, { recursive: true, force: true });
  assert.match(said, /xtask = "run/);
  // The step `dev` runs it to its end.
  assert.equal(start, "cargo xtask dev");
  assert.match(readFileSync(path("xtask/src/devtest.rs"), "utf8"), /args\(\["dev"/);
});
