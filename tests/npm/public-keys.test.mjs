// Senders with public keys and with tokens: each accepts its own vectors, and refuses what they refuse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";

const api = await import(`${installed}/dist/index.js`);

const casesOf = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url))).cases;

/** The outcome of a case: `accept`, or the code. */
async function outcome(sender, { secret, public_key: key, jwks, headers, body_base64, now }) {
  try {
    const options = { allowShortKeys: true };
    const verifier = jwks === undefined ? sender(secret ?? key.value, options) : sender({ jwks });
    // As Fetch joins repeated lines.
    const joined = new Headers();
    for (const [name, value] of headers) joined.append(name, value);
    await verifier.unwrap(Buffer.from(body_base64, "base64"), joined, { now, jsonParse: false });
    return "accept";
  } catch (error) {
    return error.code;
  }
}

for (const [name, sender] of Object.entries({
  discord: api.discord, telnyx: api.telnyx, fal: api.fal, sendgrid: api.sendgrid,
  "gitlab-token": api.gitlabToken, assemblyai: api.assemblyai, okta: api.okta,
})) {
  test(`${name}: every case of its vectors`, async () => {
    const cases = casesOf(name);
    assert.ok(cases.some(({ expect }) => expect === "accept"));
    for (const vector of cases) {
      assert.equal(await outcome(sender, vector), vector.expect === "accept" ? "accept" : vector.error, vector.name);
    }
  });
}
