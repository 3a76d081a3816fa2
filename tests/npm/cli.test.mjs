// `npx countersign`, as a program: a delivery is captured, checked and explained, and one is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import { app, folder, installed, tool } from "./fixtures/app.mjs";

const SECRET = "a secret of the user's own";
/** Looks like the name of a variable. */
const WORD = "whsec_aSecretForTests0123456789";
const dir = folder("cli", {});
const { bin } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));

/** Runs the program to its end: `{ status, said, failed }`. */
async function run(...args) {
  const program = start(...args);
  const [said, failed] = await Promise.all([program.stdout, program.stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()));
  if (program.exitCode === null) await once(program, "exit");
  return { status: program.exitCode, said, failed };
}

/** In the oldest Node that the package supports. */
const start = (...args) => spawn(tool("node20/bin/node"), [`${app}/node_modules/countersign/${bin.countersign}`, ...args], { cwd: dir, env: { PATH: process.env.PATH, HOOK_SECRET: SECRET, OTHER: "another secret of theirs", META_TOKEN: "a-verify-token-of-some-length" } });

const SENDER = ["--sender", "github", "--secret", "HOOK_SECRET"];

/** Captures what `send` sends to it. */
async function captured(file, ...more) {
  const capture = start("capture", "--port", "0", "--save", file);
  const [line] = await once(capture.stdout, "data");
  const url = String(line).match(/http:\S+/)[0];
  const sent = await run("send", `${url}/hooks?a=1`, ...more);
  if (capture.exitCode === null) await once(capture, "exit");
  return sent;
}

test("a delivery is sent, captured, checked and explained", async () => {
  assert.deepEqual((await captured("good.http", ...SENDER, "--event", '{"zen":"Keep it logically awesome."}')).said, "200\n");
  assert.match(readFileSync(`${dir}/good.http`, "latin1"), /^POST \/hooks\?a=1 HTTP\/1\.1\r\n[\s\S]*\r\ncountersign-arrived: \d{10}\r\n\r\n\{"zen"/);
  const good = await run("check", "good.http", ...SENDER);
  assert.equal(good.status, 0, good.failed);
  assert.match(good.said, /^genuine: /);
  const explained = await run("explain", "good.http", ...SENDER);
  assert.equal(explained.status, 0);
  assert.match(explained.said, /✓ match/);
});

test("text of a delivery's makes a terminal do nothing, and no line of its own", async () => {
  const [type, shown] = ["\u001b[2J\u009d0;a\u009c\ngenuine: evt_1\u202e", "`<U+001B>[2J<U+009D>0;a<U+009C><U+000A>genuine: evt_1<U+202E>`"];
  writeFileSync(`${dir}/marks.http`, `POST / HTTP/1.1\r\nstripe-signature: t=1,v1=00\r\n\r\n${JSON.stringify({ id: "evt_1", type })}`);
  const { status, said } = await run("explain", "marks.http", "--sender", "stripe", "--secret", "HOOK_SECRET");
  assert.equal(status, 1);
  assert.equal(said.split("\n").find((line) => line.includes("type ")), `✓ type       ${shown}`);
  assert.doesNotMatch(said, /^genuine|[^\n\P{C}]/mu);
});

test("a broken one is refused, and the reason said", async () => {
  await captured("broken.http", ...SENDER, "--broken", "body");
  const { status, said } = await run("check", "broken.http", ...SENDER);
  assert.equal(status, 1);
  assert.match(said, /^refused: no_matching_signature\n/);
  writeFileSync(`${dir}/newline.http`, Buffer.concat([readFileSync(`${dir}/good.http`), Buffer.from("\n")]));
  const near = await run("explain", "newline.http", ...SENDER);
  assert.equal(near.status, 1);
  assert.match(near.said, /≈ it matches if the final newline is removed/);
  assert.equal((await run("check", "good.http", "--sender", "github", "--secret", "OTHER")).status, 1);
});

test("the time of a check is that of the arrival, or the one that is given", async () => {
  await captured("stripe.http", "--sender", "stripe", "--secret", "HOOK_SECRET");
  const stripe = ["--sender", "stripe", "--secret", "HOOK_SECRET"];
  const earlier = readFileSync(`${dir}/stripe.http`, "latin1").replace(/countersign-arrived: \d+/, "countersign-arrived: 1700000000");
  writeFileSync(`${dir}/earlier.http`, earlier, "latin1");
  assert.equal((await run("check", "stripe.http", ...stripe)).status, 0);
  assert.match((await run("check", "earlier.http", ...stripe)).said, /timestamp_too_new/);
  assert.match((await run("check", "stripe.http", ...stripe, "--at", "1900000000")).said, /timestamp_too_old/);
});

test("of deliveries that overlap, one is saved whole, and the others are to come again", async () => {
  const capture = start("capture", "--port", "0", "--save", "one.http");
  const [line] = await once(capture.stdout, "data");
  const bodies = ["a".repeat(300), "b".repeat(200_000), "c".repeat(3)];
  const begun = bodies.map((body) => http.request(String(line).match(/http:\S+/)[0], { method: "POST", agent: false, headers: { "content-length": body.length, expect: "100-continue" } }));
  // Each has arrived but for its body, before any ends.
  await Promise.all(begun.map((request) => (request.flushHeaders(), once(request, "continue"))));
  const statuses = await Promise.all(begun.map(async (request, at) => {
    request.end(bodies[at]);
    const [response] = await once(request, "response");
    response.resume();
    return response.statusCode;
  }));
  if (capture.exitCode === null) await once(capture, "exit");
  assert.deepEqual([...statuses].sort(), [200, 503, 503]);
  const saved = readFileSync(`${dir}/one.http`, "latin1");
  assert.equal(saved.slice(saved.indexOf("\r\n\r\n") + 4), bodies[statuses.indexOf(200)]);
});

test("the time that a sender notes is not that of the arrival", async () => {
  const capture = start("capture", "--port", "0", "--save", "noted-by-it.http");
  const [line] = await once(capture.stdout, "data");
  await fetch(String(line).match(/http:\S+/)[0], { method: "POST", body: "{}", headers: { "Countersign-Arrived": "1700000000" } });
  if (capture.exitCode === null) await once(capture, "exit");
  const [, ...noted] = readFileSync(`${dir}/noted-by-it.http`, "latin1").split(/countersign-arrived: /i);
  assert.deepEqual([noted.length, noted[0].startsWith("1700000000")], [1, false]);
});

test("a sender that publishes its keys has them in a file", async () => {
  const { fal } = await import(`${installed}/dist/node/index.js`);
  const { testKeys, testRequest } = await import(`${installed}/dist/node/testing.js`);
  const keys = await testKeys(fal);
  const request = await testRequest(fal, { keys });
  const lines = [...request.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  writeFileSync(`${dir}/fal.http`, `POST / HTTP/1.1\r\n${lines}\r\n${await request.text()}`);
  writeFileSync(`${dir}/keys.json`, JSON.stringify(keys.jwks));
  const { status, said, failed } = await run("check", "fal.http", "--sender", "fal", "--keys", "keys.json");
  assert.deepEqual([status, failed, /^genuine: /.test(said)], [0, "", true], said);
  for (const more of [[], ["--secret", "HOOK_SECRET"]]) {
    assert.match((await run("check", "fal.http", "--sender", "fal", ...more)).failed, /it publishes its keys\. Save https:\/\/rest\.fal\.ai\/\S+ in a file, and name that: --keys keys\.json/);
  }
});

test("a token of Google's is checked for its audience and account, and one in a header of one's own is found there", async () => {
  const { googlePubsub } = await import(`${installed}/dist/node/jwt.js`);
  const { testKeys, testRequest } = await import(`${installed}/dist/node/testing.js`);
  const keys = await testKeys(googlePubsub);
  const request = await testRequest(googlePubsub, { keys });
  writeFileSync(`${dir}/pubsub.http`, `POST / HTTP/1.1\r\nauthorization: ${request.headers.get("authorization")}\r\n\r\n${await request.text()}`);
  writeFileSync(`${dir}/google.json`, JSON.stringify(keys.jwks));
  const google = ["check", "pubsub.http", "--sender", "googlePubsub", "--keys", "google.json"];
  assert.match((await run(...google, "--audience", keys.audience, "--email", keys.email)).said, /^genuine: /);
  assert.match((await run(...google, "--audience", "another", "--email", keys.email)).said, /^refused: jwt_audience\n/);
  for (const less of [[], ["--audience", keys.audience], ["--email", keys.email]]) {
    assert.match((await run(...google, ...less)).failed, /--audience and --email, as the receiver has them/);
  }
  writeFileSync(`${dir}/okta.http`, `POST / HTTP/1.1\r\nx-hook-key: ${SECRET}\r\n\r\n{}`);
  const okta = ["explain", "okta.http", "--secret", "HOOK_SECRET", "--header", "X-Hook-Key", "--sender"];
  assert.equal((await run(...okta, "okta")).status, 0);
  assert.match((await run(...okta, "stripe")).failed, /--header is for a sender whose header you choose: `assemblyai`, `okta`, `vapiToken`/);
});

test("capture replies to what a sender asks first, and saves the delivery after it", async () => {
  for (const [name, ...token] of [["slack"], ["zoom"], ["twitch"], ["okta"], ["intercom"], ["heygen"], ["meta", "--verify-token", "META_TOKEN"]]) {
    const [sender, file] = [["--sender", name, "--secret", "HOOK_SECRET", ...token], `${name}.http`];
    const capture = start("capture", "--port", "0", "--save", file, ...sender);
    const said = [];
    capture.stdout.on("data", (text) => said.push(text));
    const [line] = await once(capture.stdout, "data");
    const url = `${String(line).match(/http:\S+/)[0]}/hooks?a=1`;
    const asked = await run("send", url, ...sender, "--handshake");
    assert.deepEqual([asked.status, asked.said.split(" ")[0].trim()], [0, "200"], `${name}: ${asked.said}${asked.failed}`);
    const [, sent] = await Promise.all([once(capture, "close"), run("send", url, ...sender.slice(0, 4))]);
    assert.equal(sent.said, "200\n", name);
    assert.match(said.join(""), /^listening on \S+\nreplied to the sender's [A-Z]+, which is no delivery; still listening\nsaved in /);
    assert.equal((await run("check", file, ...sender.slice(0, 4))).status, 0, name);
  }
});

test("a handshake that does not hold is captured, as it is worth explaining", async () => {
  const capture = start("capture", "--port", "0", "--save", "asked.http", "--sender", "slack", "--secret", "OTHER");
  const [line] = await once(capture.stdout, "data");
  const asked = await run("send", String(line).match(/http:\S+/)[0], "--sender", "slack", "--secret", "HOOK_SECRET", "--handshake");
  assert.equal(asked.status, 1);
  assert.match(asked.said, /^200\nSlack wants status 200 and the challenge `[0-9a-f]{32}` as text; the response has 200 and ``\n$/);
  if (capture.exitCode === null) await once(capture, "exit");
  assert.match((await run("check", "asked.http", "--sender", "slack", "--secret", "OTHER")).said, /^refused: no_matching_signature/);
});

test("a response that is not 2xx is a failure of send", async (t) => {
  const answer = { "/": [401, {}, "no"], "/moved": [307, { location: "/accepts" }, ""], "/accepts": [204, {}, ""] };
  const server = http.createServer(({ url }, response) => response.writeHead(...answer[url].slice(0, 2)).end(answer[url][2])).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  for (const [path, expected] of [["/", "401 no\n"], ["/moved", "307 redirect to /accepts, which senders do not follow\n"]]) {
    const { status, said } = await run("send", `http://127.0.0.1:${server.address().port}${path}`, "--sender", "coinbaseCommerce", "--secret", "HOOK_SECRET");
    assert.deepEqual([status, said], [1, expected]);
  }
});

test("a sender is found by its name in any spelling", async () => {
  for (const name of ["GitHub", "git-hub", "github"]) {
    assert.equal((await run("check", "good.http", "--sender", name, "--secret", "HOOK_SECRET")).status, 0, name);
  }
});

test("for a sender that signs its URL, explain names the URL and takes another", async () => {
  const twilio = ["--sender", "twilio", "--secret", "HOOK_SECRET"];
  await captured("twilio.http", ...twilio);
  const [, host] = readFileSync(`${dir}/twilio.http`, "latin1").match(/host: (\S+)/i);
  assert.equal((await run("check", "twilio.http", ...twilio)).status, 0, "it came over HTTP, from this machine");
  const behind = readFileSync(`${dir}/twilio.http`, "latin1").replace(/host: \S+/i, "host: app:3000");
  writeFileSync(`${dir}/behind.http`, behind, "latin1");
  writeFileSync(`${dir}/noted.http`, behind.replace("\r\n\r\n", `\r\nx-forwarded-host: ${host}\r\nx-forwarded-proto: http\r\n\r\n`), "latin1");
  assert.equal((await run("check", "noted.http", ...twilio)).status, 0, "as the proxy notes");
  writeFileSync(`${dir}/several.http`, behind.replace("\r\n\r\n", `\r\nx-forwarded-host: ${host}, app:3000\r\nx-forwarded-proto: http, https\r\n\r\n`), "latin1");
  assert.equal((await run("check", "several.http", ...twilio)).status, 0, "as the first of several proxies notes");
  writeFileSync(`${dir}/forwarded.http`, behind.replace("\r\n\r\n", `\r\nforwarded: for=192.0.2.1;host="${host}";proto=http, host=other.example\r\n\r\n`), "latin1");
  assert.equal((await run("check", "forwarded.http", ...twilio)).status, 0, "as `Forwarded` notes");
  writeFileSync(`${dir}/no-host.http`, behind.replace(/host: \S+/i, `host: ${host}\r\nforwarded: host="other.example/x?y=";proto=http`), "latin1");
  assert.equal((await run("check", "no-host.http", ...twilio)).status, 0, "as no part of a URL is a host");
  writeFileSync(`${dir}/http2.http`, behind.replace(/host: \S+/i, `:authority: ${host}\r\n:scheme: http`), "latin1");
  assert.equal((await run("check", "http2.http", ...twilio)).status, 0, "as HTTP/2 has it");
  const unknown = await run("explain", "behind.http", ...twilio);
  assert.equal(unknown.status, 1);
  assert.match(unknown.said, /\nrefused: .*the sender calls another URL.*\npass the public URL/);
  const called = await run("explain", "behind.http", ...twilio, "--url", `http://${host}/hooks?a=1`);
  assert.deepEqual([called.status, /✗/.test(called.said)], [0, false], called.said);
});

test("capture says that a port is taken", async (t) => {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { status, failed } = await run("capture", "--port", String(server.address().port));
  assert.equal(status, 2);
  assert.match(failed, /^countersign: port \d+ cannot be listened on \(EADDRINUSE\): choose another with --port\n$/);
});

test("capture says that it cannot write, and waits for the next delivery if a sender hangs up", async () => {
  const capture = start("capture", "--port", "0", "--save", "nowhere/delivery.http");
  const [line] = await once(capture.stdout, "data");
  const url = String(line).match(/http:\S+/)[0];
  const socket = connect(new URL(url).port, "127.0.0.1");
  socket.end("POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 9\r\n\r\n{").resume();
  await once(socket, "close");
  const [{ said }, failed] = await Promise.all([run("send", url, ...SENDER), capture.stderr.toArray()]);
  if (capture.exitCode === null) await once(capture, "exit");
  assert.deepEqual([said, capture.exitCode, String(Buffer.concat(failed))], ["500\n", 2, "countersign: nowhere/delivery.http cannot be written (ENOENT): choose another file with --save\n"]);
});

test("a file that an editor began with a byte order mark is read", async () => {
  writeFileSync(`${dir}/bom.http`, Buffer.concat([Buffer.from("\u{feff}"), readFileSync(`${dir}/good.http`)]));
  const { status, failed } = await run("check", "bom.http", ...SENDER);
  assert.equal(status, 0, failed);
});

test("wrong arguments say what to do, and never repeat a secret", async () => {
  writeFileSync(`${dir}/curl.txt`, "curl https://a.example -H 'x-hub-signature-256: sha256=aa' -d '{}'\n");
  writeFileSync(`${dir}/noline.http`, "x-hub-signature-256: sha256=aa\n\n{}");
  for (const [args, message] of [
    [["forge"], /there is no command `forge`/],
    [["check"], /name the file of a delivery/],
    [["check", "good.http", "--sender", "github"], /--secret WEBHOOK_SECRET/],
    [["check", "good.http", "--sender", "github", "--secret", SECRET], /that --secret names is not set, or not exported; --secret takes its name/],
    [["check", "good.http", "--sender", "github", "--secret", "UNSET"], /the environment variable UNSET is not set/],
    [["check", "good.http", "--sender", "github", "--secret", WORD], /that --secret names is not set/],
    [["check", "good.http", "--sender", "github", "--secret", "HOOK_SECRET", "--at", "yesterday"], /--at takes whole Unix seconds/],
    [["check", "good.http", "--sender", "github", "--secret", "HOOK_SECRET", "--at", "1764068070000"], /--at takes whole Unix seconds, .* not milliseconds/],
    [["check", "good.http", "broken.http", ...SENDER], /`check` takes one FILE at a time/],
    [["send", "http://127.0.0.1:9/", "http://127.0.0.1:9/other", ...SENDER], /`send` takes one URL at a time/],
    [["capture", "delivery.http"], /`capture` takes no FILE: name it with --save/],
    [["explain", "curl.txt", "--sender", "github", "--secret", "HOOK_SECRET"], /no empty line .*; the page reads curl, JSON and logs: https:/],
    [["explain", "noline.http", "--sender", "github", "--secret", "HOOK_SECRET"], /does not begin with a line like .*; the page reads curl/],
    [["check", "good.http", "--secret", "HOOK_SECRET"], /--sender stripe/],
    [["send", "http://127.0.0.1:9/", "--sender", "nobody", "--secret", "HOOK_SECRET"], /there is no sender `nobody`; there are: standard, svix, gemini, /],
    [["send", "http://127.0.0.1:9/", "--sender", "strpe", "--secret", "HOOK_SECRET"], /there is no sender `strpe`; did you mean `stripe`\?/],
    [["check", "good.http", "--sender", "coinbase_comerce", "--secret", "HOOK_SECRET"], /did you mean `coinbaseCommerce`\?/],
    [["send", "http://127.0.0.1:9/", "--sender", SECRET, "--secret", "HOOK_SECRET"], /there is no sender of that name/],
    [["send", "http://127.0.0.1:9/", "--sender", "github", "--secret", "HOOK_SECRET", "--handshake"], /this sender asks nothing of an endpoint; those that do are `slack`/],
    [["send", "http://127.0.0.1:9/", "--sender", "meta", "--secret", "HOOK_SECRET", "--handshake"], /`verifyToken` is the token that you give the sender/],
    [["send", "http://127.0.0.1:9/", "--sender", "meta", "--secret", "HOOK_SECRET", "--handshake", "--verify-token", SECRET], /that --verify-token names is not set/],
    [["send", "http://127.0.0.1:9/", "--sender", "discord", "--secret", "HOOK_SECRET"], /`discord` signs with a private key, which only the sender has; for a test of your application, `testKeys` of countersign\/testing makes one/],
    [["capture", "--sender", "slack"], /--secret WEBHOOK_SECRET/],
    [["capture", "--sender", "slack", "--secret", "HOOK_SECRET", "--verify-token", "OTHER"], /for a sender that asks for one/],
    [["send", "localhost:9/hooks", "--sender", "github", "--secret", "HOOK_SECRET"], /name the URL to send to: http:\/\//],
    [["send", "http://127.0.0.1:9/", "--sender", "github", "--secret", "HOOK_SECRET", "--data", "{x"], /--data is not JSON: /],
    [["send", "http://127.0.0.1:9/", "--sender", "github", "--secret", "HOOK_SECRET", "--broken", "stale"], /`broken` is one of/],
    [["send", `http://user:${WORD}@127.0.0.1:9/`, ...SENDER], /`url` has a user name or a password/],
    // Port 0 takes no connections.
    [["send", "http://127.0.0.1:0/", "--sender", "github", "--secret", "HOOK_SECRET"], /no response from http:\/\/127\.0\.0\.1:0: /],
  ]) {
    const { status, failed } = await run(...args);
    assert.deepEqual([status, message.test(failed)], [2, true], failed);
    assert.ok(!failed.includes(SECRET) && !failed.includes(WORD), failed);
  }
  assert.match((await run("--help")).said, /countersign capture/);
});
