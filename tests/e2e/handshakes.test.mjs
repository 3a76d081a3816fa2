// Handshakes are answered at the edge, for their source alone: they are no events, and sign nothing that a stranger asks for.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections, send } from "./fixtures/http.mjs";
import { delivered, refused } from "./fixtures/expect.mjs";
import { newBody, now } from "./fixtures/sign.mjs";
import { KEY, SECRETS, SIGN, VERIFY_TOKEN, hex, holds, requests } from "../senders/handshakes.mjs";

let loopback, worker;

before(async () => {
  loopback = await Loopback.start();
  const preset = (scheme, more = {}) => source(loopback.at(scheme), { scheme, secrets: ["SECRET"], ...more });
  const sources = {
    ...Object.fromEntries(Object.keys(SECRETS).map((scheme) => [scheme, preset(scheme)])),
    discord: preset("discord", { secrets: ["DISCORD"] }),
    meta: preset("meta", { verify_token: "VERIFY_TOKEN" }),
    "meta-without": preset("meta"),
    github: preset("github"),
    notion: preset("notion"),
    acme: preset("hmac", { signature: { header: "Acme", member: "v1" }, timestamp: { header: "Acme", member: "t" }, signed: "{timestamp}.{body}", id: "/data/id" }),
  };
  worker = await Worker.start({ sources, secrets: { SECRET: KEY, DISCORD: SECRETS.discord, VERIFY_TOKEN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

test("each sender's handshake is answered, and nobody else's", async () => {
  for (const asked of requests()) {
    const { scheme, method, query, headers, body } = asked;
    const before = loopback.at(scheme).requests.length;
    holds(asked, await send(`${worker.url}${scheme}${query}`, { method, headers, body }));
    assert.equal(loopback.at(scheme).requests.length - before, asked.event ? 1 : 0, `a handshake is not forwarded, and an event is: ${scheme} ${body}`);
  }
});

test("the log has a handshake, without what was asked", async () => {
  const body = JSON.stringify({ type: "url_verification", challenge: "a-challenge-of-some-length" });
  await worker.post("slack", { body, headers: SIGN.slack(body) });
  const line = await worker.line(({ code }) => code === "handshake", "the handshake");
  assert.deepEqual([line.source, line.scheme, line.status, line.dup, line.id_hash], ["slack", "slack", 200, false, undefined]);
  assert.ok(!JSON.stringify(worker.lines("delivery")).includes("a-challenge"));
});

test("without a verify token, or below the endpoint, there is no handshake", async () => {
  const query = new URLSearchParams({ "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN });
  for (const name of ["meta-without", "github"]) refused(await worker.get(`${name}?${query}`), 405, "method_not_allowed");
  for (const [name, method] of [["intercom", "HEAD"], ["heygen", "OPTIONS"]]) {
    assert.equal((await send(`${worker.url}${name}/more`, { method })).status, 404, name);
    assert.equal((await send(`${worker.url}github`, { method })).status, 405);
  }
});

test("a token that comes without a signature is neither taken nor logged", async () => {
  const token = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";
  refused(await worker.post("notion", { body: JSON.stringify({ verification_token: token }) }), 400, "missing_header");
  const body = JSON.stringify({ id: "1782edd6-a853-4d4a-b02c-9c8c16f28e53", type: "page.created" });
  const signed = (key) => worker.post("notion", { body, headers: [["x-notion-signature", `sha256=${hex(key, body)}`]] });
  refused(await signed(token), 401, "no_matching_signature");
  assert.equal(loopback.at("notion").requests.length, 0);
  delivered(await signed(KEY), "1782edd6-a853-4d4a-b02c-9c8c16f28e53");
  const lines = worker.lines("delivery", ({ source }) => source === "notion");
  assert.ok(!JSON.stringify(lines).includes(token.slice(0, 12)), "no part of it is in the log");
});

test("a sender that is only configured is verified like any other", async () => {
  const body = newBody();
  const { id } = JSON.parse(body).data;
  const headers = (t, key = KEY) => [["acme", `t=${t},v1=${hex("old", "x")},v1=${hex(key, `${t}.${body}`)}`]];
  delivered(await worker.post("acme", { body, headers: headers(now()) }), id);
  assert.equal(loopback.at("hmac").requests[0].header("countersign-scheme"), "hmac");
  refused(await worker.post("acme", { body, headers: headers(now() - 301) }), 401, "timestamp_too_old");
  refused(await worker.post("acme", { body, headers: headers(now(), "another") }), 401, "no_matching_signature");
});
