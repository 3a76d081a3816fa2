#!/usr/bin/env node
// `npx countersign`: saves a delivery, checks it, explains it, and sends one or a handshake, without Rust. Secrets come from the environment: arguments are in the shell's history.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseHttp } from "./cli/http.js";
import { plain } from "./cli/plain.js";

const USAGE = `countersign capture [--port 8788] [--save delivery.http]    saves the next delivery as it arrives, and responds 200;
                    with --sender and --secret, it first replies to what Slack, Zoom and others ask of an endpoint
countersign check   FILE --sender NAME --secret ENV         verifies a saved delivery: exit status 0 if it is genuine, else 1
countersign explain FILE --sender NAME --secret ENV         explains every step, and what would have matched
countersign send    URL  --sender NAME --secret ENV         sends a signed delivery: --type, --data JSON, --event JSON, --broken stale
                    --handshake                             asks what the sender asks first, and says whether it would take the reply

ENV names the environment variable that has the secret; --verify-token ENV the one with the token that you gave Meta.
--keys KEYS, in place of --secret, is for a sender that publishes its keys: KEYS is a file with its key set.
For check and explain: --audience TEXT and --email TEXT are what tokens of google-pubsub must name, and --header NAME is the header that you
chose for a token.
FILE is the text of a request: a line, headers, an empty line, and the body.
--at SECONDS sets the time of the check; by default it is when the file says the delivery arrived, else now.
--url URL is what the sender calls, for senders that sign it, if a proxy changes it; by default it is that of the file.`;

const OPTIONS = Object.fromEntries(["port", "save", "sender", "secret", "verify-token", "type", "data", "event", "broken", "at", "url", "keys", "audience", "email", "header"].map((name) => [name, { type: "string" }]));
const COMMANDS = { capture, check, explain, send };
/** What follows the name of a command. */
const TAKES = { capture: "no FILE: name it with --save", check: "one FILE at a time", explain: "one FILE at a time", send: "one URL at a time" };

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...OPTIONS, handshake: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  const [command, ...targets] = positionals;
  if (values.help || command === undefined) return void console.log(USAGE);
  if (!Object.hasOwn(COMMANDS, command)) throw new Error(`there is no command \`${command}\`\n\n${USAGE}`);
  // Of several files, those that are not looked at would count as genuine.
  if (targets.length > (command === "capture" ? 0 : 1)) throw new Error(`\`${command}\` takes ${TAKES[command]}`);
  return COMMANDS[command](values, targets[0]);
}

async function capture({ port = "8788", save = "delivery.http", ...told }) {
  const { captured } = await import("./cli/capture.js");
  return captured(port, save, await answersTo(told));
}

/** How to answer a sender that asks before it sends; undefined for others. */
async function answersTo({ sender, secret, "verify-token": token }) {
  if (sender === undefined) return undefined;
  const [{ make, name, entry }, { HANDSHAKES }, { Answers }] = await Promise.all([senderNamed(sender), import("./answers.js"), import("./handshake.js")]);
  if (!(name in HANDSHAKES)) return undefined;
  const functions = await functionsOf(entry);
  return new Answers(functions[make](valueOf("secret", secret)), token === undefined ? undefined : valueOf("verify-token", token));
}

async function check(options, file) {
  const { verdict, code, id } = await reportOf(options, file);
  if (verdict.state === "genuine") return void console.log(`genuine: ${id}`);
  console.log(`refused: ${code ?? verdict.code}\n${said(verdict).join("\n")}`);
  process.exitCode = 1;
}

async function explain(options, file) {
  const { verdict, steps, nearMisses } = await reportOf(options, file);
  for (const step of steps) {
    const { name, state, code } = step;
    // No signature needs JSON, so a body of another kind is a remark.
    const mark = code === "invalid_json" ? "·" : (MARKS[state] ?? "·");
    console.log(`${mark} ${name.padEnd(10)} ${said(step).join(": ")}`);
  }
  for (const { matchesIf, fix } of nearMisses) console.log(`≈ it matches if ${plain(matchesIf)}: ${plain(fix)}`);
  console.log(`\n${verdict.state}: ${said(verdict).join("\n")}`);
  if (verdict.state !== "genuine") process.exitCode = 1;
}

/** What a verdict or a step says. It may quote the delivery. */
const said = ({ detail, fix }) => [detail, fix].filter(Boolean).map(plain);

const MARKS = { pass: "✓", fail: "✗" };

async function reportOf({ sender, secret, keys, at, url, ...token }, file) {
  if (file === undefined) throw new Error("name the file of a delivery; `countersign capture` saves one");
  if (at !== undefined && !/^\d{1,11}$/.test(at)) throw new Error("--at takes whole Unix seconds, such as 1764068070, and not milliseconds");
  const { headers, body, method, target, arrived } = parseHttp(await readFile(file));
  const { explain } = await import("./explain.js");
  const now = at === undefined ? arrived : Number(at);
  const found = await senderNamed(sender);
  const proof = found.hasKeySet ? { jwks: await keySetIn(keys, found.jwks) } : { secrets: valueOf("secret", secret) };
  return explain({ scheme: found.name, ...proof, ...(await expected(found, token)) }, body, headers, { ...(now === undefined ? {} : { now }), url: url ?? target, method });
}

/** What a receiver says of a sender's token: what it must name, or the header that has it. */
async function expected({ identity, choosesHeader }, { audience, email, header }) {
  if (identity !== null && !(audience && email)) throw new Error("this sender's tokens name what they are for, and an account: --audience and --email, as the receiver has them");
  if (header !== undefined && !choosesHeader) {
    const { SCHEMES } = await import("./samples/scheme-list.js");
    const choosing = SCHEMES.filter((scheme) => scheme.choosesHeader).map(({ make }) => `\`${make}\``);
    throw new Error(`--header is for a sender whose header you choose: ${choosing.sort().join(", ")}`);
  }
  return { audience, email, header };
}

/** The key set in a file. `url` is where the sender publishes it. */
async function keySetIn(file, url) {
  if (file === undefined) throw new Error(`this sender has no secret: it publishes its keys. Save ${url} in a file, and name that: --keys keys.json`);
  return readFile(file, "utf8");
}

async function send({ sender, secret, handshake, ...given }, url) {
  if (!/^https?:\/\//.test(url)) throw new Error("name the URL to send to: http://… or https://…");
  const { make, form, entry } = await senderNamed(sender);
  if (PRIVATE.includes(form)) throw new Error(`\`${make}\` signs with a private key, which only the sender has; for a test of your application, \`testKeys\` of countersign/testing makes one`);
  const functions = await functionsOf(entry);
  const { request, check } = await (handshake ? asked : signed)(functions[make], { secret: valueOf("secret", secret), url }, given);
  const { method, headers } = request;
  const body = method === "POST" ? await request.arrayBuffer() : undefined;
  // Senders do not follow redirects.
  const response = await fetch(request.url, { method, headers, body, redirect: "manual" }).catch(({ message, cause }) => {
    throw new Error(`no response from ${new URL(url).origin}: ${cause?.code ?? message}`);
  });
  const isRedirect = response.status >= 300 && response.status < 400;
  const answer = isRedirect ? `redirect to ${response.headers.get("location")}, which senders do not follow` : shown(await response.clone().text());
  console.log(`${response.status} ${answer}`.trim());
  if (!response.ok) process.exitCode = 1;
  if (check !== undefined) await check(response).catch(({ message }) => refused(message));
}

/** The forms of signature that no secret makes. */
const PRIVATE = ["ed25519", "ecdsa-p256", "v1a", "id-token"];

/** What `send` sends. */
async function signed(sender, whole, { type, data, event, broken }) {
  const { testRequest } = await import("./testing.js");
  const json = (name, text) => (text === undefined ? {} : { [name]: parsed(name, text) });
  return { request: await testRequest(sender, { ...whole, ...(type && { type }), ...(broken && { broken }), ...json("data", data), ...json("event", event) }) };
}

/** What `send --handshake` sends. */
async function asked(sender, whole, { "verify-token": token }) {
  const { testHandshake } = await import("./testing.js");
  return testHandshake(sender, { ...whole, ...(token && { verifyToken: valueOf("verify-token", token) }) });
}

function refused(message) {
  console.log(message);
  process.exitCode = 1;
}

/** The functions of an entry, such as `countersign/jwt`. */
const functionsOf = (entry) => import(`./${entry.split("/")[1] ?? "index"}.js`);

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

/** The value of the environment variable that an option names. */
function valueOf(option, name) {
  if (name === undefined) throw new Error(`name the environment variable with the ${WORDS[option]}: --${option} ${EXAMPLES[option]}`);
  const value = process.env[name];
  // Text that is not in capitals may be a secret that was passed in place of its name.
  const called = /^[A-Z][A-Z0-9_]{0,39}$/.test(name) ? name : `that --${option} names`;
  if (value === undefined || value === "") throw new Error(`the environment variable ${called} is not set, or not exported; --${option} takes its name, not the ${WORDS[option]} itself`);
  return value;
}

const WORDS = { secret: "secret", "verify-token": "token" };
const EXAMPLES = { secret: "WEBHOOK_SECRET", "verify-token": "VERIFY_TOKEN" };

try {
  await main();
} catch (error) {
  console.error(`countersign: ${error.message}`);
  process.exitCode = 2;
}
