// Senders whose customers choose the header of the token: the option `header`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";
import { caught, thrown } from "./fixtures/delivery.mjs";

const { explain, inspect } = await import(`${installed}/dist/node/explain.js`);
const countersign = await import(`${installed}/dist/node/index.js`);
const { assemblyai, github, okta, vapiToken } = countersign;

const TOKEN = "a token of a sender, 34 bytes long";
const BODY = '{"eventType":"com.okta.event_hook"}';
const SENDERS = { okta: [okta, "authorization"], assemblyai: [assemblyai, "x-webhook-secret"], "vapi-token": [vapiToken, "authorization"] };

for (const [scheme, [make, own]] of Object.entries(SENDERS)) {
  test(`${scheme}: the token is read from the chosen header, and from no other`, async () => {
    const verifier = make(TOKEN, { header: "X-Hook-Key" });
    const { event } = await verifier.unwrap(BODY, { "x-hook-key": TOKEN });
    assert.equal(event.eventType, "com.okta.event_hook");
    const missing = await caught(verifier.unwrap(BODY, { [own]: TOKEN }));
    assert.deepEqual([missing.code, missing.header], ["missing_header", "x-hook-key"]);
    assert.equal((await caught(verifier.unwrap(BODY, { "x-hook-key": `${TOKEN} ` + "x" }))).code, "no_matching_signature");
    for (const header of [undefined, null]) await make(TOKEN, { header }).unwrap(BODY, { [own]: TOKEN });
  });

  test(`${scheme}: a report reads the chosen header`, async () => {
    const headers = { "x-hook-key": TOKEN };
    assert.equal((await inspect(make(TOKEN, { header: "X-Hook-Key" }), BODY, headers)).ok, true);
    assert.equal((await explain({ scheme, secrets: TOKEN, header: "X-Hook-Key" }, BODY, headers)).ok, true);
    assert.equal((await explain({ scheme, secrets: TOKEN }, BODY, headers)).code, "missing_header");
  });
}

test("two verifiers of one sender read different headers", async () => {
  const [one, two] = ["X-One", "X-Two"].map((header) => okta(TOKEN, { header }));
  await one.unwrap(BODY, { "x-one": TOKEN });
  await two.unwrap(BODY, { "x-two": TOKEN });
  assert.equal((await caught(one.unwrap(BODY, { "x-two": TOKEN }))).code, "missing_header");
});

test("a header that cannot be chosen is refused at construction", async () => {
  const faults = [
    ["", /^`header` is not the name of a header/], ["X Hook", /^`header` is not the name/], ["X-Hook:", /^`header` is not the name/], ["X\nY", /^`header` is not the name/], ["é", /^`header` is not the name/],
    ["Content-Type", /^`header` is one that HTTP, Cloudflare or Countersign sets/], ["countersign-source", /^`header` is one that/],
    [1, /^`header` is text/], [["X-Hook"], /^`header` is text/],
  ];
  for (const [header, expected] of faults) {
    const error = thrown(() => okta(TOKEN, { header }));
    assert.equal(error.code, "config_invalid", String(header));
    assert.match(error.message, expected);
    assert.equal((await explain({ scheme: "okta", secrets: TOKEN, header }, BODY, {})).code, "config_invalid");
  }
  assert.match(thrown(() => github(TOKEN, { header: "X-Hook-Key" })).message, /no option `header`/);
  const { verdict } = await explain({ scheme: "github", secrets: TOKEN, header: "X-Hook-Key" }, BODY, {});
  assert.match(verdict.detail, /^`header` does not go with this scheme, whose sender uses one header/);
});
