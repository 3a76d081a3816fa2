// dedupe_header: an unsigned header that is part of the event's id, for a sender that signs none.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Loopback } from "./fixtures/loopback.mjs";
import { Worker, source } from "./fixtures/worker.mjs";
import { closeConnections } from "./fixtures/http.mjs";
import { accepted, delivered, duplicate, refused } from "./fixtures/expect.mjs";
import { newBody, newSecret } from "./fixtures/sign.mjs";

const KEY = "a secret that the sender handed out";
const ADMIN = crypto.randomBytes(24).toString("hex");
const sha256 = (text) => crypto.createHash("sha256").update(text).digest("hex");
let loopback, origin, worker;

before(async () => {
  loopback = await Loopback.start();
  origin = loopback.at("origin");
  const github = (more = {}, forward = {}) => source(origin, { scheme: "github", secrets: ["SECRET"], ...more }, forward);
  const sources = {
    plain: github(),
    apart: github({ dedupe_header: "X-GitHub-Delivery" }, { sign_with: "OURS" }),
    custom: github({ dedupe_header: "X-Custom-Attempt" }),
    stored: github({ dedupe_header: "X-GitHub-Delivery", durable: true }),
  };
  worker = await Worker.start({ sources, secrets: { SECRET: KEY, OURS: newSecret(), ADMIN_TOKEN: ADMIN } });
});

after(async () => {
  await worker?.close();
  await loopback?.close();
  closeConnections();
});

/** A delivery of a body, under an unsigned id. */
function post(name, body, delivery, header = "x-github-delivery", key = KEY) {
  const signature = crypto.createHmac("sha256", key).update(body).digest("hex");
  const headers = [["x-hub-signature-256", `sha256=${signature}`]];
  if (delivery !== undefined) headers.push([header, delivery]);
  return worker.post(name, { body, headers });
}

const idOf = (body, delivery) => (delivery === undefined ? sha256(body) : sha256(`${sha256(body)}\0${delivery}`));

test("by default the header decides nothing", async () => {
  const body = newBody();
  delivered(await post("plain", body, "d1"), idOf(body));
  duplicate(await post("plain", body, "d2"), idOf(body));
});

test("two events with the same bytes are told apart, and a copy of each is a duplicate", async () => {
  const body = newBody();
  const arrived = origin.requests.length;
  for (const delivery of ["d1", "d2", undefined]) {
    delivered(await post("apart", body, delivery), idOf(body, delivery));
    assert.equal(origin.requests.at(-1).header("webhook-id"), idOf(body, delivery), "the origin can tell them apart too");
  }
  for (const delivery of ["d1", "d2", undefined]) duplicate(await post("apart", body, delivery), idOf(body, delivery));
  assert.equal(origin.requests.length, arrived + 3);
});

test("the header may be one that the preset does not read, and is not forwarded then", async () => {
  const body = newBody();
  delivered(await post("custom", body, "1", "x-custom-attempt"), idOf(body, "1"));
  assert.equal(origin.requests.at(-1).header("x-custom-attempt"), undefined);
  delivered(await post("custom", body, "2", "x-custom-attempt"), idOf(body, "2"));
  duplicate(await post("custom", body, "2", "x-custom-attempt"), idOf(body, "2"));
});

test("an inbox stores both, and finds each by its id", async () => {
  const body = newBody();
  const arrived = origin.requests.length;
  for (const delivery of ["d1", "d2"]) {
    accepted(await post("stored", body, delivery), idOf(body, delivery));
    duplicate(await post("stored", body, delivery), idOf(body, delivery));
  }
  await origin.arrivals(arrived + 2);
  const found = await worker.get(`admin/stored/events/${idOf(body, "d2")}`, [["authorization", `Bearer ${ADMIN}`]]);
  assert.equal(found.json.id, idOf(body, "d2"), found.text);
});

test("the header proves nothing", async () => {
  refused(await post("apart", newBody(), "d1", "x-github-delivery", "another secret of some length"), 401, "no_matching_signature");
});
