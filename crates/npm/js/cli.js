#!/usr/bin/env node
// `npx countersign`: saves a delivery, checks it, explains it, and sends one, without Rust. Secrets come from the environment: arguments are in the shell's history.
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { parseHttp, writtenHttp } from "./cli/http.js";

const USAGE = `countersign capture [--port 8788] [--save delivery.http]    saves the next delivery as it arrives, and responds 200
countersign check   FILE --sender NAME --secret ENV         verifies a saved delivery: exit status 0 if it is genuine, else 1
countersign explain FILE --sender NAME --secret ENV         explains every step, and what would have matched
countersign send    URL  --sender NAME --secret ENV         sends a signed delivery: --type, --data JSON, --event JSON, --broken stale

ENV names the environment variable that has the secret. FILE is the text of a request: a line, headers, an empty line, and the body.
--at SECONDS sets the time of the check; by default it is when the file says the delivery arrived, else now.
--url URL is what the sender calls, for senders that sign it, if a proxy changes it; by default it is that of the file.`;

const OPTIONS = Object.fromEntries(["port", "save", "sender", "secret", "type", "data", "event", "broken", "at", "url"].map((name) => [name, { type: "string" }]));
const COMMANDS = { capture, check, explain, send };

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...OPTIONS, help: { type: "boolean", short: "h" } } });
  const [command, target] = positionals;
  if (values.help || command === undefined) return void console.log(USAGE);
  if (!Object.hasOwn(COMMANDS, command)) throw new Error(`there is no command \`${command}\`\n\n${USAGE}`);
  return COMMANDS[command](values, target);
}

/** Responds 200 to one request, and saves it. */
async function capture({ port = "8788", save = "delivery.http" }) {
  const failed = (message) => {
    console.error(`countersign: ${message}`);
    process.exitCode = 2;
  };
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray().catch(() => undefined);
    // The sender hung up. It will send the delivery again.
    if (chunks === undefined) return;
    const body = Buffer.concat(chunks);
    server.close();
    try {
      await writeFile(save, writtenHttp(request, body, Math.floor(Date.now() / 1000)));
    } catch ({ code }) {
      response.writeHead(500).end();
      return failed(`${save} cannot be written (${code}): choose another file with --save`);
    }
    response.end();
    console.log(`saved in ${save}: ${request.method} ${request.url}, ${body.length} bytes`);
  });
  server.once("error", ({ code }) => failed(`port ${port} cannot be listened on (${code}): choose another with --port`));
  server.listen(Number(port), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
}

async function check(options, file) {
  const { verdict, code, id } = await reportOf(options, file);
  if (verdict.state === "genuine") return void console.log(`genuine: ${id}`);
  console.log(`refused: ${code ?? verdict.code}\n${[verdict.detail, verdict.fix].filter(Boolean).join("\n")}`);
  process.exitCode = 1;
}

async function explain(options, file) {
  const { verdict, steps, nearMisses } = await reportOf(options, file);
  for (const { name, state, code, detail, fix } of steps) {
    // No signature needs JSON, so a body of another kind is a remark.
    const mark = code === "invalid_json" ? "·" : (MARKS[state] ?? "·");
    console.log(`${mark} ${name.padEnd(10)} ${[detail, fix].filter(Boolean).join(": ")}`);
  }
  for (const { matchesIf, fix } of nearMisses) console.log(`≈ it matches if ${matchesIf}: ${fix}`);
  console.log(`\n${verdict.state}: ${[verdict.detail, verdict.fix].filter(Boolean).join("\n")}`);
  if (verdict.state !== "genuine") process.exitCode = 1;
}

const MARKS = { pass: "✓", fail: "✗" };

async function reportOf({ sender, secret, at, url }, file) {
  if (file === undefined) throw new Error("name the file of a delivery; `countersign capture` saves one");
  if (at !== undefined && !/^\d+$/.test(at)) throw new Error("--at takes whole Unix seconds, such as 1764068070");
  const { headers, body, method, target, arrived } = parseHttp(await readFile(file));
  const { explain } = await import("./explain.js");
  const now = at === undefined ? arrived : Number(at);
  const { name: scheme } = await senderNamed(sender);
  return explain({ scheme, secrets: secretIn(secret) }, body, headers, { ...(now === undefined ? {} : { now }), url: url ?? target, method });
}

async function send({ sender, secret, type, data, event, broken }, url) {
  if (!/^https?:\/\//.test(url)) throw new Error("name the URL to send to: http://… or https://…");
  const { testRequest } = await import("./testing.js");
  const json = (name, text) => (text === undefined ? {} : { [name]: parsed(name, text) });
  const given = { ...(type && { type }), ...(broken && { broken }), ...json("data", data), ...json("event", event) };
  const { make, entry } = await senderNamed(sender);
  const functions = await import(`./${entry.split("/")[1] ?? "index"}.js`);
  const request = await testRequest(functions[make], { secret: secretIn(secret), url, ...given });
  const body = await request.arrayBuffer();
  // Senders do not follow redirects.
  const response = await fetch(url, { method: "POST", headers: request.headers, body, redirect: "manual" }).catch(({ message, cause }) => {
    throw new Error(`no response from ${new URL(url).origin}: ${cause?.code ?? message}`);
  });
  const isRedirect = response.status >= 300 && response.status < 400;
  const said = isRedirect ? `redirect to ${response.headers.get("location")}, which senders do not follow` : shown(await response.text());
  console.log(`${response.status} ${said}`.trim());
  if (!response.ok) process.exitCode = 1;
}

/** A sender, by the name of its function or of its scheme, however it is spelt. */
async function senderNamed(sender) {
  if (sender === undefined) throw new Error("name the sender: --sender stripe");
  const { SCHEMES } = await import("./samples/scheme-list.js");
  const found = SCHEMES.find(({ make, name }) => [make, name].map(letters).includes(letters(sender)));
  if (found !== undefined) return found;
  const { nearest } = await import("./options.js");
  const makes = SCHEMES.map(({ make }) => make);
  const meant = nearest(sender, makes);
  // Longer text may be a secret.
  const called = /^[\w-]{1,24}$/.test(sender) ? `there is no sender \`${sender}\`` : "there is no sender of that name";
  throw new Error(`${called}; ${meant === undefined ? `there are: ${makes.join(", ")}` : `did you mean \`${meant}\`?`}`);
}

/** `coinbaseCommerce` and `coinbase-commerce` have the same. */
const letters = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

function parsed(name, text) {
  try {
    return JSON.parse(text);
  } catch ({ message }) {
    throw new Error(`--${name} is not JSON: ${message}`);
  }
}

/** A response as it is printed: a framework's page of an error is long, and its beginning says enough. */
const shown = (text) => (text.length > 1000 ? `${text.slice(0, 1000)}…` : text);

function secretIn(name) {
  if (name === undefined) throw new Error("name the environment variable with the secret: --secret WEBHOOK_SECRET");
  const secret = process.env[name];
  // Text that is not in capitals may be a secret that was passed in place of its name.
  const called = /^[A-Z][A-Z0-9_]{0,39}$/.test(name) ? name : "that --secret names";
  if (secret === undefined || secret === "") throw new Error(`the environment variable ${called} is not set, or not exported; --secret takes its name, not the secret itself`);
  return secret;
}

try {
  await main();
} catch (error) {
  console.error(`countersign: ${error.message}`);
  process.exitCode = 2;
}
