// The code that the page shows for each framework, as it stands: it imports what the package exports, for every sender, and in each real
// framework it accepts a genuine delivery and refuses a forged one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createRequire } from "node:module";
import { FRAMEWORKS, receiverCode } from "../../www/src/receiver-code.js";
import { SCHEMES } from "../../www/src/scheme-list.js";
import { folder, tool } from "./fixtures/app.mjs";
import { SECRET, post, signed } from "./fixtures/receiving.mjs";
import { Workerd } from "./fixtures/workerd.mjs";

const require = createRequire(import.meta.url);
const BODY = '{"type":"batch.succeeded"}';
const PATH = "/webhooks/gemini";
const GEMINI = { scheme: "gemini", body: new TextEncoder().encode(BODY), secrets: [SECRET], tolerance: 300 };
const code = (id) => receiverCode(id, GEMINI).text;

/** Imports of frameworks lead to where the tests have them. */
const local = (text) => text.replace(/from "(express|fastify|hono|koa|@koa\/router|@nestjs\/core|@nestjs\/common)"/g, (_, name) => `from ${JSON.stringify(`file://${require.resolve(name)}`)}`);

const files = Object.fromEntries(FRAMEWORKS.map(({ id }) => [`${id}.mjs`, local(code(id))]));
const dir = folder("page-code", {
  ...files,
  "app.module.js": local('import { Module } from "@nestjs/common";\nexport class AppModule {}\nModule({})(AppModule);\n'),
});

process.env.PORT = "0";
process.env.WEBHOOK_SECRET = SECRET;

/** The server that a module starts when it is imported. */
async function started(t, id) {
  const { listen } = net.Server.prototype;
  const found = new Promise((resolve) => {
    net.Server.prototype.listen = function (...given) {
      resolve(this);
      return listen.apply(this, given);
    };
  });
  t.after(() => (net.Server.prototype.listen = listen));
  await import(`${dir}/${id}.mjs`);
  const server = await found;
  if (!server.listening) await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

async function holds(send) {
  assert.deepEqual(await send(BODY, signed(BODY)), 204);
  assert.deepEqual(await send(BODY, signed("another")), 401);
}

const overHttp = (port) => (body, headers) => post(port, body, { "content-type": "application/json", ...headers }, PATH).then(({ status }) => status);

for (const id of ["express", "fastify", "koa", "nest", "node"]) {
  test(id, async (t) => {
    if (id === "nest") require("reflect-metadata");
    await holds(overHttp(await started(t, id)));
  });
}

const request = (body, headers) => new Request(`https://a.example${PATH}`, { method: "POST", body, headers });

test("hono", async () => {
  const { default: app } = await import(`${dir}/hono.mjs`);
  await holds(async (body, headers) => (await app.fetch(request(body, headers))).status);
});

test("next, with Next's own request", async () => {
  const { NextRequest } = require("next/server");
  const { POST } = await import(`${dir}/next.mjs`);
  await holds(async (body, headers) => (await POST(new NextRequest(request(body, headers)))).status);
});

test("sveltekit", async () => {
  const { POST } = await import(`${dir}/sveltekit.mjs`);
  await holds(async (body, headers) => (await POST({ request: request(body, headers) })).status);
});

test("lambda", async () => {
  const { handler } = await import(`${dir}/lambda.mjs`);
  const event = (body, headers) => ({ version: "2.0", rawPath: PATH, rawQueryString: "", headers, body, isBase64Encoded: false, requestContext: { domainName: "a.example", http: { method: "POST" } } });
  await holds(async (body, headers) => (await handler(event(body, headers))).statusCode);
});

test("bun", async (t) => {
  const bun = spawn(tool(".bin/bun"), ["run", `${dir}/bun.mjs`], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => bun.kill());
  const [said] = await once(bun.stdout, "data");
  await holds(overHttp(Number(/:(\d+)\//.exec(said)[1])));
});

test("workers", async (t) => {
  const worker = folder("page-code-worker", { "index.js": code("workers"), "wrangler.toml": 'name = "page-code"\nmain = "index.js"\ncompatibility_date = "2026-08-04"\n' });
  const workerd = await Workerd.start(worker, { WEBHOOK_SECRET: SECRET });
  t.after(() => workerd.stop());
  const body = await workerd.get(PATH, { method: "POST", body: BODY, headers: signed(BODY) });
  assert.equal(body, "");
  const refused = await workerd.get(PATH, { method: "POST", body: BODY, headers: signed("another") });
  assert.equal(JSON.parse(refused).code, "no_matching_signature");
});

test("for a sender that asks with another method, the code takes it", async () => {
  const asking = { scheme: "meta", secrets: [SECRET], body: new TextEncoder().encode("{}") };
  process.env.VERIFY_TOKEN = "a-verify-token-of-some-length";
  const written = Object.fromEntries(["hono", "next", "sveltekit"].map((id) => [`${id}.mjs`, local(receiverCode(id, asking).text)]));
  const own = folder("page-code-asking", written);
  const module = async (id) => import(`${own}/${id}.mjs`);
  const asked = new Request("https://a.example/webhooks/meta?hub.mode=subscribe&hub.challenge=7&hub.verify_token=a-verify-token-of-some-length");
  const [{ default: app }, next, svelteKit] = await Promise.all(["hono", "next", "sveltekit"].map(module));
  for (const response of await Promise.all([app.fetch(asked), next.GET(asked), svelteKit.GET({ request: asked })])) assert.equal(await response.text(), "7");
  for (const id of ["express", "fastify", "koa"]) assert.match(receiverCode(id, asking).text, /\.all\("\/webhooks\/meta", /);
  for (const id of ["bun", "workers"]) assert.doesNotMatch(receiverCode(id, asking).text, /POST:/);
  assert.match(receiverCode("workers", asking).text, /verifyToken: env\.VERIFY_TOKEN/);
  assert.match(receiverCode("next", { ...asking, scheme: "heygen" }).text, /export \{ POST as OPTIONS \}/);
});

/** What the page writes for a sender: the function, where it comes from, and its arguments. */
function written({ name, tolerance, choosesHeader, identity }) {
  const account = identity === null ? {} : { audience: "https://a.example/hook", email: "push@a.example" };
  const { text } = receiverCode("next", { ...GEMINI, scheme: name, tolerance: tolerance ?? undefined, header: choosesHeader ? "X-Own" : undefined, ...account });
  const [, make, entry] = /import \{ (\w+) \} from "(countersign[^"]*)"/.exec(text);
  return { make, entry, list: /const webhooks = \w+\((.*)\);/.exec(text)[1] };
}

test("for every sender, the verifier is one that the package exports, with options that it takes", async () => {
  const all = SCHEMES.map(written);
  const { makers } = await import(`${folder("page-code", { "senders.mjs": `${all.map(({ make, entry }, at) => `import { ${make} as s${at} } from "${entry}";\n`).join("")}export const makers = [${all.map((_, at) => `s${at}`)}];\n` })}/senders.mjs`);
  const env = { WEBHOOK_SECRET: SECRET, WEBHOOK_PUBLIC_KEY: "", URL_TOKEN: "f3b1c2d4e5a697887766554433221100" };
  for (const [at, { list }] of all.entries()) {
    const call = new Function("maker", "process", `return maker(${list});`);
    // A key of the right kind is not at hand for each; what must not be wrong is an option.
    try {
      call(makers[at], { env });
    } catch (error) {
      assert.ok(error.name === "WebhookVerificationError" && error.code !== "config_invalid", `${SCHEMES[at].name}: ${error}`);
    }
  }
});
