// `npm run try`: the Worker under `wrangler dev`, an origin that shows what arrives, and one signed event. Ctrl-C ends it.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { gemini } from "countersign";
import { testRequest } from "countersign/testing";

const WORKER = "http://127.0.0.1:8787";
const SHOWN = /^(webhook-|countersign-|content-type$)/;

process.loadEnvFile(".dev.vars");

// The origin, where wrangler.toml sends events.
const origin = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.end();
  const headers = Object.entries(request.headers).filter(([name]) => SHOWN.test(name));
  console.log(`\narrived at the origin: ${request.method} ${request.url}\n${headers.map((header) => `  ${header.join(": ")}\n`).join("")}\n  ${body}`);
});
// Before the Worker starts: it would go on alone if this program could not.
await new Promise((listening) => {
  origin.once("error", ({ code }) => {
    console.error(`Port 8788 cannot be listened on (${code}): end the program that has it, or write another here and in wrangler.toml.`);
    process.exit(1);
  });
  origin.listen(8788, "127.0.0.1", listening);
});

const wrangler = spawn("npx", ["wrangler", "dev", "--ip", "127.0.0.1", "--port", "8787", "--show-interactive-dev-session=false"], { stdio: ["ignore", "inherit", "inherit"] });
wrangler.on("exit", (code) => process.exit(code ?? 0));
process.on("SIGTERM", () => wrangler.kill());

// The Worker is ready when it says that its configuration is.
while ((await fetch(`${WORKER}/healthz`).catch(() => undefined))?.ok !== true) await new Promise((wake) => setTimeout(wake, 100));

const url = `${WORKER}/gemini`;
const event = await testRequest(gemini, { secret: process.env.GEMINI_WEBHOOK_SECRET, url });
const response = await fetch(event);
console.log(`\nsent a signed event to ${url}: ${response.status} ${await response.text()}\n\nCtrl-C ends the Worker and the origin.`);
