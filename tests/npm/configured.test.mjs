// `hmac(…)`: senders that the receiver describes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import crypto from "node:crypto";
import { folder, installed, output } from "./fixtures/app.mjs";
import { caught, thrown } from "./fixtures/delivery.mjs";

/** Senders that have a function of their own, described: they have to do what that function does. */
const DESCRIBED = {
  github: { signature: { header: "X-Hub-Signature-256", prefix: "sha256=" } },
  woocommerce: { signature: { header: "X-WC-Webhook-Signature", encoding: "base64" } },
  stripe: { signature: { header: "Stripe-Signature", member: "v1" }, timestamp: { header: "Stripe-Signature", member: "t" }, signed: "{timestamp}.{body}", id: "/id" },
  paddle: { signature: { header: "Paddle-Signature", member: "h1", separator: ";" }, timestamp: { header: "Paddle-Signature", member: "ts" }, signed: "{timestamp}:{body}", id: "/event_id" },
  slack: { signature: { header: "X-Slack-Signature", prefix: "v0=" }, timestamp: { header: "X-Slack-Request-Timestamp" }, signed: "v0:{timestamp}:{body}", id: "/event_id" },
  workos: { signature: { header: "WorkOS-Signature", member: "v1" }, timestamp: { header: "WorkOS-Signature", member: "t", unit: "ms" }, signed: "{timestamp}.{body}", id: "/id" },
  vercel: { signature: { header: "x-vercel-signature" }, hash: "sha1", id: "/id" },
};

const KEY = "an acme secret of some length";
const NOW = 1_700_000_000;
const BODY = '{"id":"evt_1"}';
const mac = (signed, encoding, hash = "sha256") => crypto.createHmac(hash, KEY).update(signed).digest(encoding);
const SIGNATURE = { header: "S" };

/** Descriptions at fault, and what the message says. */
const FAULTS = [
  [undefined, /^`signature` is required; say where it is, like \{ header: "X-Signature"/],
  [{}, /^`signature` is required/],
  ["stripe", /^options are an object, and a string was passed; describe how the sender signs/],
  [{ signature: "S" }, /^options are an object, and a string was passed/],
  [{ signatur: SIGNATURE }, /did you mean `signature`\?/],
  [{ signature: { hedaer: "S" } }, /did you mean `header`\?/],
  [{ signature: {} }, /^`signature\.header` is required/],
  [{ signature: { header: 7 } }, /^`signature\.header` is text$/],
  [{ signature: { header: "a b" } }, /^`signature\.header` is not the name of a header/],
  [{ signature: { header: "Content-Type" } }, /^`signature\.header` is one that HTTP/],
  [{ signature: { header: "S", encoding: "HEX" } }, /^`signature\.encoding` is not known; use one of "hex", "base64", "base64url"$/],
  [{ signature: { header: "S", member: "v1", prefix: "x" } }, /^`signature\.prefix` does not go with `member`/],
  [{ signature: SIGNATURE, hash: "md5" }, /^`hash` is not known/],
  [{ signature: SIGNATURE, hash: null }, /^`hash` is text$/],
  [{ signature: SIGNATURE, signed: "{timestamp}.{body}" }, /nothing says where the sender puts it; add `timestamp`, like \{ header: "X-Timestamp" \}/],
  [{ signature: SIGNATURE, timestamp: { header: "T" } }, /^`timestamp` is not part of `signed`/],
  [{ signature: SIGNATURE, timestamp: { header: "T" }, signed: "{timestamp}{body}" }, /could be split another way/],
  [{ signature: SIGNATURE, timestamp: { header: "T", unit: "us" }, signed: "{timestamp}.{body}" }, /^`timestamp\.unit` is not known/],
  [{ signature: SIGNATURE, timestamp: { header: "S" }, signed: "{timestamp}.{body}" }, /^`timestamp\.member` is required/],
  [{ signature: SIGNATURE, id: "id" }, /^`id` is neither a JSON pointer/],
  [{ signature: SIGNATURE, id: {} }, /^`id\.header` is required/],
  [{ signature: SIGNATURE, id: { header: "I" } }, /^`id\.header` is not part of `signed`/],
  [{ signature: SIGNATURE, id: { pointer: "/id" } }, /there is no option `pointer`/],
  [{ signature: SIGNATURE, secretEncoding: "HEX" }, /^`secretEncoding` is not known; use one of "text", "hex", "base64"$/],
];

const { hmac } = await import(`${installed}/dist/node/custom.js`);
const { inspect } = await import(`${installed}/dist/node/explain.js`);
const senders = await import(`${installed}/dist/node/hmac.js`);

for (const [sender, description] of Object.entries(DESCRIBED)) {
  test(`${sender} described does what its own function does`, async () => {
    const [described, own] = [hmac(description), senders[sender]];
    let accepted = 0;
    for (const { secret, headers, body_base64, now, tolerance } of JSON.parse(readFileSync(new URL(`../vectors/${sender}.json`, import.meta.url))).cases) {
      const outcome = async (verifier) => {
        const { id, timestamp, scheme, keyIndex } = await verifier(secret, { allowShortKeys: true, tolerance }).unwrap(Buffer.from(body_base64, "base64"), headers, { now, jsonParse: false });
        return { id, timestamp, scheme, keyIndex };
      };
      const [expected, found] = await Promise.all([own, described].map((verifier) => outcome(verifier).catch(({ code, message, header }) => ({ code, message, header }))));
      assert.deepEqual(found, expected);
      accepted += "id" in expected ? 1 : 0;
    }
    assert.ok(accepted > 0);
  });
}

/** Without those of the specifications, whose keys everybody knows: the package refuses such keys. */
const CASES = JSON.parse(readFileSync(new URL("../vectors/hmac.json", import.meta.url))).cases.filter(({ official }) => !official);

/** Runs the cases with the package at hand. It is a text too, for a process of its own. */
async function failuresOf(cases, hmac) {
  const failures = [];
  for (const { name, description, secret, headers, body_base64, body_gen, now, id, error } of cases) {
    const { secret_encoding: secretEncoding, ...rest } = description;
    const body = body_gen ? Buffer.from(Buffer.from(body_gen.repeat_base64, "base64").toString().repeat(body_gen.count)) : Buffer.from(body_base64, "base64");
    const outcome = await hmac({ ...rest, secretEncoding })(secret).unwrap(body, headers, { now, jsonParse: false }).catch(({ code }) => ({ code }));
    if (outcome.code !== error || (id !== undefined && outcome.id !== id)) failures.push([name, outcome]);
  }
  return failures;
}

test("every described sender of the vectors, for each hash", async () => {
  assert.deepEqual(await failuresOf(CASES, hmac), []);
  for (const hash of ["sha256", "sha1", "sha512"]) assert.ok(CASES.filter(({ description }) => description.hash === hash).length >= 20, hash);
});

test("the same on a platform without node:crypto, such as a browser", async () => {
  const dir = folder("no-crypto", {
    "cases.json": JSON.stringify(CASES),
    "use.mjs": `import { readFileSync } from "node:fs";\ndelete process.getBuiltinModule;\nconst { hmac } = await import("countersign/custom");\n${failuresOf}
const cases = JSON.parse(readFileSync(new URL("cases.json", import.meta.url)));\nconsole.log(typeof process.getBuiltinModule, JSON.stringify(await failuresOf(cases, hmac)));\n`,
  });
  assert.equal(await output(process.execPath, [`${dir}/use.mjs`]), "undefined []\n");
});

test("a description at fault names what is wrong, and the fix", () => {
  for (const [description, message] of FAULTS) {
    const error = thrown(() => hmac(description));
    assert.deepEqual([error.code, error.status], ["config_invalid", 500], error.message);
    assert.match(error.message, message);
  }
});

test("lists, time zones and keys that are bytes", async () => {
  const at = "2023-11-14T23:13:20+01:00";
  const acme = hmac({ signature: { header: "S", encoding: "base64url" }, timestamp: { header: "T", member: "at", separator: " ", unit: "rfc3339" }, signed: "{timestamp}\t{body}" });
  const headers = { s: mac(`${at}\t${BODY}`, "base64url"), t: `v=1 at=${at}` };
  for (const secret of [KEY, Buffer.from(KEY)]) {
    const { timestamp, keyIndex } = await acme(["another secret of some length", secret]).unwrap(BODY, headers, { now: NOW });
    assert.deepEqual([timestamp.getTime(), keyIndex], [NOW * 1000, 1]);
  }
  assert.equal((await caught(acme(KEY).unwrap(BODY, headers, { now: NOW + 301 }))).code, "timestamp_too_old");
  assert.equal((await caught(acme(KEY).unwrap(`${BODY} `, headers, { now: NOW }))).code, "no_matching_signature");
});

test("an id that is signed, and keys in hexadecimal digits", async () => {
  const acme = hmac({ signature: SIGNATURE, id: { header: "I" }, signed: "{id}.{body}", secretEncoding: "hex" });
  const headers = { s: mac(`msg_1.${BODY}`, "hex"), i: "msg_1" };
  assert.equal((await acme(Buffer.from(KEY).toString("hex")).unwrap(BODY, headers, { now: NOW })).id, "msg_1");
  assert.equal((await caught(acme(Buffer.from(KEY).toString("hex")).unwrap(BODY, { ...headers, i: "msg_2" }, { now: NOW }))).code, "no_matching_signature");
});

test("a polluted prototype describes nothing", async () => {
  const { prototype } = Object;
  Object.assign(prototype, { hash: "sha1", prefix: "x", toJSON: () => ({ signature: { header: "other" } }) });
  try {
    const acme = hmac({ signature: SIGNATURE, id: "/id" });
    assert.equal((await acme(KEY).unwrap(BODY, { s: mac(BODY, "hex") }, { now: NOW })).id, "evt_1");
  } finally {
    for (const name of ["hash", "prefix", "toJSON"]) delete prototype[name];
  }
});

test("a described sender is explained", async () => {
  for (const hash of ["sha256", "sha1", "sha512"]) {
    const explained = (signed) => inspect(hmac({ signature: SIGNATURE, hash })(KEY), BODY, { s: mac(signed, "hex", hash) }, { now: NOW });
    assert.deepEqual((await explained(`${BODY}\n`)).nearMisses.map(({ code }) => code), ["final_newline_added"]);
    const { ok, form } = await explained(BODY);
    assert.deepEqual([ok, form], [true, `hmac-${hash}`]);
  }
});
