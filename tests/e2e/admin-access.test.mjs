// Cloudflare Access in front of /admin: its token is verified, whoever sends it.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Worker, source } from "./fixtures/worker.mjs";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { serving } from "./fixtures/keysets.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { refused } from "./fixtures/expect.mjs";
import { jwt, newRsa, newSecret } from "./fixtures/sign.mjs";

const AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const ADMIN_TOKEN = "access-token-of-those-who-operate";
const FROM_CONSOLE = [["sec-fetch-site", "same-origin"], ["x-countersign-console", "1"]];
const CERTS = "cdn-cgi/access/certs";
const secret = newSecret();
const [rsa, newer, other] = ["one", "two", "three"].map((kid) => newRsa(kid));
let loopback, worker, team, access, sources;

before(async () => {
  loopback = await Loopback.start();
  loopback.at(CERTS).always(serving([rsa.jwk]));
  team = new URL(loopback.at(CERTS).url).origin;
  access = { team, audience: AUDIENCE };
  sources = { stored: source(loopback.at("origin"), { durable: true }) };
  worker = await Worker.start({ build: "worker-test", sources, variables: { ADMIN: { access } }, secrets: { SECRET: secret } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

const claims = (more = {}) => ({
  aud: [AUDIENCE], email: "ana@example.com", exp: worker.now() + 3600, iat: worker.now(), nbf: worker.now(), iss: team, type: "app",
  identity_nonce: "6ei69kawdKzMIAPF", sub: "7335d417-61da-459d-899c-0a01c76a2f94", country: "PT", ...more,
});
const asserted = (token) => [["cf-access-jwt-assertion", token]];
const session = (headers) => worker.get("admin/session", headers);
const tokenOf = (more, by = rsa) => jwt(by, claims(more));

test("whoever Access lets in looks, under their address", async () => {
  for (const headers of [asserted(tokenOf()), [["cookie", `a=b; CF_Authorization=${tokenOf()}`]]]) {
    const reply = await session(headers);
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual([reply.json.role, reply.json.by, reply.json.name], ["viewer", "access", "ana@example.com"]);
    assert.ok(Math.abs(Date.parse(reply.json.until) / 1000 - worker.now() - 3600) < 60);
    refused(await worker.post("admin/stored/pause", { headers: [...headers, ...FROM_CONSOLE] }), 403, "forbidden");
  }
  const service = tokenOf({ email: undefined, sub: "", common_name: "e367826f93b8d71185e03fe518aff3b4.access" });
  assert.equal((await session(asserted(service))).json.name, "e367826f93b8d71185e03fe518aff3b4.access");
});

test("a token that Access did not issue for this application is none", async () => {
  const wrong = {
    "another team": tokenOf({ iss: "https://other.cloudflareaccess.com" }),
    "another application": tokenOf({ aud: ["f".repeat(64)] }),
    "no audience": tokenOf({ aud: undefined }),
    "a key of nobody": tokenOf({}, { ...other, kid: "one" }),
    "an unknown key": tokenOf({}, other),
    expired: tokenOf({ exp: worker.now() - 120 }),
    "no end": tokenOf({ exp: undefined }),
    "not yet": tokenOf({ nbf: worker.now() + 120 }),
    nobody: tokenOf({ email: undefined }),
    "a name with a line feed": tokenOf({ email: "a\nb@example.com" }),
    unsigned: jwt(rsa, claims(), { alg: "none" }),
    "a shared key": jwt(rsa, claims(), { alg: "HS256" }),
    critical: jwt(rsa, claims(), { crit: ["x"] }),
    empty: "..",
    huge: `${tokenOf().slice(0, -1)}${"A".repeat(6_000)}`,
  };
  // So many guesses are held back.
  await worker.hurryTimers(1000);
  for (const [why, token] of Object.entries(wrong)) {
    const reply = await session(asserted(token));
    assert.equal(`${reply.status} ${reply.json?.code}`, "401 unauthorized", why);
  }
  refused(await session([["cookie", `CF_Authorization=${tokenOf()}; CF_Authorization=${tokenOf()}`]]), 401, "unauthorized");
  refused(await session([["authorization", `Bearer ${tokenOf()}`]]), 401, "unauthorized");
  refused(await session([]), 401, "unauthorized");
  await worker.hurryTimers();
});

test("keys are rotated, and a set that cannot be had locks out nobody with a token", async () => {
  loopback.at(CERTS).always(serving([rsa.jwk, newer.jwk]));
  await worker.setClock(3600);
  assert.equal((await session(asserted(tokenOf({}, newer)))).status, 200);
  loopback.at(CERTS).always(answer(500));
  await worker.restart({ kv: false, secrets: { SECRET: secret, ADMIN_TOKEN } });
  const reply = await session(asserted(tokenOf()));
  assert.equal(`${reply.status} ${reply.json.code}`, "503 keys_unavailable");
  assert.equal((await session([["authorization", `Bearer ${ADMIN_TOKEN}`]])).status, 200);
  loopback.at(CERTS).always(serving([rsa.jwk]));
});

test("with the role of an operator, Access's users change things from the console alone", async () => {
  await worker.restart({ kv: true, variables: { ADMIN: { access: { ...access, role: "operator" } } } });
  const headers = asserted(tokenOf());
  assert.equal((await session(headers)).json.role, "operator");
  refused(await worker.post("admin/stored/pause", { headers }), 403, "forbidden");
  refused(await worker.post("admin/stored/pause", { headers: [...headers, ["sec-fetch-site", "cross-site"], ["x-countersign-console", "1"]] }), 403, "forbidden");
  assert.equal((await worker.post("admin/stored/pause", { headers: [...headers, ...FROM_CONSOLE] })).status, 200);
  assert.equal((await worker.post("admin/stored/resume", { headers: [...headers, ...FROM_CONSOLE] })).status, 200);
});

test("a session counts before Access, and Access when it has ended", async () => {
  const signedIn = await worker.post("admin/session", { headers: FROM_CONSOLE, body: JSON.stringify({ token: ADMIN_TOKEN }) });
  const cookie = ["cookie", signedIn.headers["set-cookie"][0].split(";")[0]];
  assert.equal((await session([cookie, ...asserted(tokenOf())])).json.by, "token");
  await worker.setClock(9 * 3600);
  assert.equal((await session([cookie, ...asserted(tokenOf())])).json.by, "access");
  refused(await session([cookie]), 401, "unauthorized");
  await worker.setClock(0);
});

test("a table that cannot be read is a fault, and opens nothing", async () => {
  await worker.restart({ variables: { ADMIN: { access: { team: "not a team", audience: AUDIENCE } } }, secrets: { SECRET: secret } });
  refused(await session(asserted(tokenOf())), 404, "not_found");
  assert.match((await worker.get("healthz")).text, /ADMIN/);
});
