// Every sender of the package, through its own function: each accepts its own vectors, and refuses what they refuse.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";

/** Exports that are not the function of a sender. */
const OTHERS = ["WebhookVerificationError", "Webhook"];

/** The entries with functions of senders, and the least that each has. */
const ENTRIES = { index: 50, hmac: 50, jwt: 1, ecdsa: 1 };

/** Senders held to the vectors of Standard Webhooks and of tokens, which `fixtures/suite.mjs` runs in every runtime. */
const IN_THE_SUITE = ["standard", "svix", "gemini", "geminiDynamic"];

const fileOf = (sender) => new URL(`../vectors/${sender.replace(/[A-Z]/g, (initial) => `-${initial.toLowerCase()}`)}.json`, import.meta.url);

/** The headers as Fetch joins repeated ones. */
function headersOf({ headers, header_gen = [] }) {
  const joined = {};
  const generated = header_gen.map(({ name, prefix = "", repeat, count, suffix = "" }) => [name, prefix + repeat.repeat(count) + suffix]);
  for (const [name, value] of [...headers, ...generated]) {
    const known = joined[name.toLowerCase()];
    joined[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`;
  }
  return joined;
}

/** The outcome of a case: its id, or the code. */
async function outcome(sender, vector) {
  const { secret, public_key: key, jwks, audience, email, tolerance, body_base64, now, url, method } = vector;
  try {
    const verifier = jwks === undefined ? sender(secret ?? keyOf(key), { allowShortKeys: true, tolerance }) : sender(audience === undefined ? { jwks } : { jwks, audience, email, leeway: 0 });
    const body = Buffer.from(body_base64, "base64");
    // A sender that signs the URL needs one, also where a header is what is wrong.
    const options = { now, url: url ?? "https://hooks.example/", method, jsonParse: false };
    return { id: (await verifier.unwrap(body, headersOf(vector), options)).id };
  } catch (error) {
    return error.code ?? error;
  }
}

/** A public key as its sender shows it. */
const keyOf = ({ format, value }) => (format === "ed25519_raw_base64" ? `whpk_${value}` : value);

const isPublic = ({ secret, public_key: key }) => key !== undefined || [secret].flat().some((text) => /whpk_|PUBLIC KEY/.test(text));

for (const [entry, least] of Object.entries(ENTRIES)) {
  const api = await import(`${installed}/dist/node/${entry}.js`);
  const senders = Object.keys(api).filter((name) => !OTHERS.includes(name) && !IN_THE_SUITE.includes(name));

  test(`${entry}: every sender has vectors`, () => {
    assert.ok(senders.length >= least, `${senders.length} senders`);
    assert.deepEqual(senders.filter((sender) => !existsSync(fileOf(sender))), []);
  });

  for (const sender of senders.filter((name) => existsSync(fileOf(name)))) {
    test(`${entry}: ${sender}, every case of its vectors`, async () => {
      const { cases } = JSON.parse(readFileSync(fileOf(sender)));
      const own = entry === "hmac" ? cases.filter((vector) => !isPublic(vector)) : cases;
      assert.ok(own.some(({ expect }) => expect === "accept"));
      for (const vector of own) {
        const found = await outcome(api[sender], vector);
        if (vector.expect === "accept") assert.equal(found.id, vector.id ?? found.id, `${vector.name}: ${found}`);
        else assert.equal(found, vector.error, vector.name);
        assert.equal(typeof found, vector.expect === "accept" ? "object" : "string", vector.name);
      }
    });
  }
}
