// Every scheme of the registry: the list has it, a sample of it is genuine, and a pasted request is recognised by its headers.

import { test } from "node:test";
import assert from "node:assert/strict";
import { SCHEMES } from "../../www/src/scheme-list.js";
import { SENDERS } from "../../www/src/samples.js";
import { unmarked } from "../../www/src/senders.js";
import { chosen, drawn, make, paste, pick, verdict, verdictCode } from "./fixtures/browser.mjs";
import { visit } from "./fixtures/visit.mjs";

const page = await visit();
const values = (id) => page.locator(`#${id} + ul [role="option"]`).evaluateAll((all) => all.map(({ dataset }) => dataset.value));

test("the list has every scheme once, and a sample for each", async () => {
  await page.click("#sender");
  assert.deepEqual((await values("sender")).sort(), SCHEMES.map(({ name }) => name).sort());
  await page.keyboard.press("Escape");
  const sampled = new Set(SENDERS.map(({ scheme }) => scheme));
  assert.deepEqual(SCHEMES.filter(({ name }) => !sampled.has(name)), []);
  assert.equal(new Set(SENDERS.map(({ id }) => id)).size, SENDERS.length);
});

/** The bytes of a signature, by its form. */
const LENGTHS = { v1: 32, "hmac-sha256": 32, "hmac-sha1": 20, "hmac-sha512": 64, ed25519: 64 };

/** What a sample's breakages depend on. Of senders that agree in it, the first is broken in every way. */
const kind = ({ form, of }) => (form === "v1" ? `v1 ${of.secret} ${of.isText}` : of.name);
const generated = SENDERS.filter(({ of }) => of !== undefined);
const whole = generated.filter((sender, at) => generated.findIndex((other) => kind(other) === kind(sender)) === at);

for (const { id } of generated) {
  test(`${id}: a sample is genuine, and shows the bytes that are signed`, async () => {
    await make(page, id);
    assert.equal(await verdict(page), "genuine", await page.locator("#verdict-text").innerText());
    assert.equal(await chosen(page), id);
    assert.ok(await page.locator("#signed").isVisible());
    const [bytes] = await page.locator("#compared .cells").evaluateAll((all) => all.map(({ children }) => children.length));
    const of = SCHEMES.find(({ name }) => name === id).form;
    if (of in LENGTHS) assert.equal(bytes, LENGTHS[of], "bytes of the signature");
    assert.deepEqual(page.seen.errors, []);
  });
}

test("an age is asked for where a time is signed, and begins with the sender's own", async () => {
  const age = page.locator("#tolerance");
  for (const { id, of } of generated) {
    await pick(page, "sender", id);
    const isDated = of.tolerance !== null;
    assert.equal(await age.isVisible(), isDated, id);
    if (isDated) assert.equal(await age.inputValue(), String(of.tolerance), id);
  }
  // One that a person wrote stays, and counts for no sender that signs no time.
  await make(page, "slack");
  await age.fill("900");
  await paste(page, `POST / HTTP/1.1\nx-hub-signature-256: sha256=${"0".repeat(64)}\n\n{}`);
  assert.deepEqual([await chosen(page), await verdictCode(page)], ["github", "no_matching_signature"]);
  await pick(page, "sender", "elevenlabs");
  assert.equal(await age.inputValue(), "900");
});

test("the types of event are the sender's own, and the event is of the chosen one", async () => {
  const offered = async (id) => {
    await pick(page, "make-sender", id);
    return page.locator("#make-type option").allTextContents();
  };
  for (const { id } of generated) assert.ok(!(await offered(id)).includes("batch.succeeded"), id);
  assert.deepEqual([(await offered("gemini"))[0], (await offered("svix")).length], ["batch.succeeded", 9]);
  const [usual, ...others] = await offered("stripe");
  assert.deepEqual([usual, others.includes("invoice.paid"), others.includes(usual)], ["charge.succeeded", true, false]);
  const event = async () => JSON.parse(await page.locator("#body").inputValue());
  for (const [type, chosen] of [[undefined, usual], ["invoice.paid", "invoice.paid"]]) {
    await make(page, "stripe", "", type);
    assert.deepEqual([await verdict(page), (await event()).type, (await event()).object], ["genuine", chosen, "event"]);
  }
  assert.deepEqual(await offered("github"), ["pull_request"]);
  await make(page, "github");
  assert.match(await page.locator("#headers").inputValue(), /^x-github-event: pull_request$/m);
  assert.equal((await event()).action, "opened");
  assert.equal(await page.locator("#make-type").isEnabled(), true);
  await pick(page, "make-sender", "twilio");
  assert.equal(await page.locator("#make-type").isEnabled(), false);
  // The examples do not take the type that is chosen for another sender.
  await pick(page, "make-sender", "stripe");
  await page.locator('#examples [data-sender="gemini"]').first().click();
  await page.waitForFunction(() => document.getElementById("body").value.includes("batch.succeeded"));
});

/** Of each sender's breakages every eighth, unless all are asked for. */
const isTried = (at, all) => (_, place) => process.env.CASES === "all" || place % 8 === at % Math.min(8, all.length);

for (const [at, { id, form }] of whole.entries()) {
  test(`${id}: breakages have their codes`, async () => {
    await pick(page, "make-sender", id);
    const options = await page.locator("#make-breakage option").evaluateAll((all) => all.filter(({ value }) => value !== "").map(({ value, dataset }) => ({ value, ...dataset })));
    assert.ok(options.length >= 3, `${options.length} breakages`);
    for (const { value, code, near } of options.filter(isTried(at, options))) {
      await make(page, id, value);
      if (["keys_unavailable", "waiting_for_url"].includes(code)) {
        assert.equal(await verdict(page), "waiting", value);
        continue;
      }
      assert.equal(await verdict(page), "refused", value);
      assert.equal(await verdictCode(page), code, value);
      const found = await page.locator("#near [data-near]").evaluateAll((all) => all.map(({ dataset }) => dataset.near));
      if (near === undefined) continue;
      assert.ok(found.includes(near), `${value}: ${near} is not among ${found.join(", ")}`);
      // Those of Standard Webhooks are tried in breakages.test.mjs.
      if (form === "v1") continue;
      await page.click(`#near [data-near="${near}"] .primary`);
      await page.waitForSelector('#verdict[data-state="genuine"]');
    }
    assert.deepEqual(page.seen.errors, []);
  });
}

/** Senders whose headers are also those of others; nothing in a request tells them apart. */
const SHARED = { meta: ["github"], jira: ["bitbucket", "intercom"], intercom: ["bitbucket", "jira"], bitbucket: ["intercom", "jira"], "vapi-token": ["okta"] };

test("a pasted request is recognised by its headers, and is genuine with its key", async () => {
  for (const { id, form } of generated.filter(({ form }) => !["v1", "identity"].includes(form)).filter(isTried(0, generated))) {
    await make(page, id);
    const [headers, body, secret, url, jwks] = await Promise.all(["#headers", "#body", "#secret", "#url", "#jwks"].map((field) => page.locator(field).inputValue()));
    await page.click("#clear");
    const target = url === "" ? "/hook" : url;
    await paste(page, `POST ${target} HTTP/1.1\nHost: example.com\n${headers}\n\n${body}`);
    const scheme = await chosen(page);
    assert.ok([id, ...(SHARED[id] ?? [])].includes(scheme), `${id} was taken for ${scheme}`);
    assert.equal(await page.locator("#url").inputValue(), url, id);
    await page.fill(jwks === "" ? "#secret" : "#jwks", jwks === "" ? secret : jwks);
    await drawn(page);
    if (scheme === id) assert.equal(await verdict(page), "genuine", `${id}, ${form}`);
  }
});

test("a sender with the headers of Standard Webhooks stays chosen", async () => {
  for (const { id } of generated.filter(({ form }) => form === "v1")) {
    await make(page, id);
    const [headers, body] = await Promise.all(["#headers", "#body"].map((field) => page.locator(field).inputValue()));
    await paste(page, `POST /hook HTTP/1.1\n${headers}\n\n${body}`);
    assert.equal(await chosen(page), id);
    assert.equal(await verdict(page), "genuine", id);
  }
});

test("an identity token tells its sender from those with a token of their own", () => {
  const [identity] = SCHEMES.filter((scheme) => scheme.identity !== null);
  assert.equal(unmarked([["Authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.AA"]]), identity);
  assert.equal(unmarked([["Authorization", "Bearer abc"]]).form, "token");
  assert.equal(unmarked([["Content-Type", "application/json"]]), undefined);
});

test("a header of the sender's own tells it from others", async () => {
  const lines = {
    github: "X-Hub-Signature-256: sha256=aa\nX-GitHub-Event: push",
    bitbucket: "X-Hub-Signature: sha256=aa\nX-Event-Key: repo:push\nX-Request-UUID: 1",
    gitlab: "webhook-id: 1\nwebhook-timestamp: 1\nwebhook-signature: v1,a\nX-Gitlab-Event: Push Hook",
    heygen: "Signature: aa\nHeygen-Timestamp: 1",
  };
  for (const [scheme, text] of Object.entries(lines)) {
    await page.click("#clear");
    await paste(page, `POST / HTTP/1.1\n${text}\n\n{}`);
    assert.equal(await chosen(page), scheme);
  }
});

test("with another sender chosen, the page says whose delivery it is", async () => {
  // Their secrets have a label in them, which other senders' have not: what is wrong with a secret is said first.
  const labelled = ["okta", "vapi-token"];
  for (const { id } of generated.filter(({ id, form }) => !["v1", "fields"].includes(form) && !labelled.includes(id))) {
    await make(page, id);
    const other = id === "stripe" ? "slack" : "stripe";
    await pick(page, "sender", other);
    const text = await page.locator("#verdict-text").innerText();
    const { title } = SCHEMES.find(({ name }) => name === id);
    const named = [id, ...(SHARED[id] ?? [])].some((name) => text.includes(SCHEMES.find((scheme) => scheme.name === name).title) || text.includes(`${name}`));
    assert.ok(named, `${title}: ${text}`);
  }
});

test("a signature inside the body is recognised by the body alone", async () => {
  const { id } = generated.find(({ form }) => form === "fields");
  await make(page, id);
  const [body, secret] = await Promise.all(["#body", "#secret"].map((field) => page.locator(field).inputValue()));
  await page.click("#clear");
  await paste(page, body);
  assert.equal(await chosen(page), id);
  await page.fill("#secret", secret);
  await drawn(page);
  assert.equal(await verdict(page), "genuine");
});
