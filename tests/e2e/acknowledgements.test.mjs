// What a sender reads when its delivery was taken: the response that its preset declares, whatever became of the event.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback, answer } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate, refused, refusedForNow } from "./fixtures/expect.mjs";
import { newBody, now } from "./fixtures/sign.mjs";

const KEY = "a secret that the sender handed out";
const HEX_KEY = crypto.randomBytes(32).toString("hex");
const mac = (encoding, text, hash = "sha256", key = KEY) => crypto.createHmac(hash, key).update(text).digest(encoding);
let loopback, origin, worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  const preset = (scheme, more = {}) => source(origin, { scheme, secrets: [scheme === "adyen" ? "HEX" : "SECRET"], ...more });
  const sources = {};
  for (const scheme of ["twilio", "slack", "okta", "adyen", "zoom", "github", "assemblyai", "pagerduty"]) {
    Object.assign(sources, { [scheme]: preset(scheme), [`${scheme}-stored`]: preset(scheme, { durable: true }) });
  }
  worker = await Worker.start({ sources, secrets: { SECRET: KEY, HEX: HEX_KEY } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** Headers as each sender makes them for a source and a body. */
const sign = {
  twilio: (name) => [["x-twilio-signature", mac("base64", `${worker.url}${name}MessageSidSM${name}`, "sha1")], ["content-type", "application/x-www-form-urlencoded"]],
  slack: (_, body, t = now()) => [["x-slack-request-timestamp", `${t}`], ["x-slack-signature", `v0=${mac("hex", `v0:${t}:${body}`)}`]],
  okta: () => [["authorization", KEY]],
  adyen: (_, body) => [["hmacsignature", mac("base64", body, "sha256", Buffer.from(HEX_KEY, "hex"))]],
  zoom: (_, body, t = now()) => [["x-zm-request-timestamp", `${t}`], ["x-zm-signature", `v0=${mac("hex", `v0:${t}:${body}`)}`]],
  github: (_, body) => [["x-hub-signature-256", `sha256=${mac("hex", body)}`]],
  assemblyai: () => [["x-webhook-secret", KEY]],
  pagerduty: (_, body) => [["x-pagerduty-signature", `v1=${mac("hex", body)}`]],
};

/** An event of a sender, for a source: sent as often as it is called. */
function event(scheme, name) {
  const body = scheme === "twilio" ? `MessageSid=SM${name}` : newBody();
  return () => worker.post(name, { body, headers: sign[scheme](name, body) });
}

const EXPECTED = {
  twilio: [200, "text/xml", "<Response/>"],
  slack: [200, "text/plain", ""],
  okta: [204, "application/json", ""],
  adyen: [200, "text/plain", "[accepted]"],
};

for (const [scheme, expected] of Object.entries(EXPECTED)) {
  test(`${scheme} reads its own acknowledgement, also of a duplicate`, async () => {
    for (const name of [scheme, `${scheme}-stored`]) {
      const arrived = origin.requests.length;
      const send = event(scheme, name);
      for (const code of [name === scheme ? "delivered" : "accepted", "duplicate"]) {
        const reply = await send();
        assert.deepEqual([reply.status, reply.headers["content-type"].split(";")[0], reply.text], expected, `${name}: ${code}`);
        const line = await worker.line((line) => line.source === name && line.code === code, `${name}: ${code}`);
        assert.equal(line.status, expected[0]);
      }
      await origin.arrivals(arrived + 1);
    }
  });
}

test("a copy of what is under way asks each sender to try again by a status after which it does", async () => {
  for (const [scheme, status] of [["github", 409], ["assemblyai", 503], ["pagerduty", 503]]) {
    const [send, held] = [event(scheme, scheme), origin.hold()];
    const first = send();
    await held.arrived();
    refusedForNow(await send(), status, "in_flight");
    held.answer(answer(200));
    assert.equal((await first).status, 200);
  }
});

test("a sender that counts only 200 as a success gets it for a stored event too", async () => {
  for (const [scheme, stored] of [["zoom", 200], ["github", 202]]) {
    const [send, store] = [event(scheme, scheme), event(scheme, `${scheme}-stored`)];
    const { json: { id } } = await send();
    duplicate(await send(), id);
    const reply = await store();
    assert.equal(`${reply.status} ${reply.json?.status}`, `${stored} accepted`, reply.text);
    if (stored === 202) accepted(reply, reply.json.id);
    duplicate(await store(), reply.json.id);
  }
});

test("what is refused or fails is a problem for every sender", async () => {
  const body = newBody();
  refused(await worker.post("slack", { body, headers: sign.slack("slack", `${body} `) }), 401, "no_matching_signature");
  refused(await worker.post("twilio", { body, headers: [["x-twilio-signature", "x"]] }), 401, "no_matching_signature");
  origin.next(answer(500));
  refused(await event("adyen", "adyen")(), 502, "destination_failed");
  const retried = event("github", "github");
  origin.next(answer(500));
  refused(await retried(), 502, "destination_failed");
  delivered(await retried(), (await retried()).json.id);
});
