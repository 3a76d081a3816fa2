// The errors for a wrong or missing secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { installed } from "./fixtures/app.mjs";
import { BODY, HEADERS, NOW, SECRET, at, caught, thrown } from "./fixtures/delivery.mjs";

const { inspect } = await import(`${installed}/dist/node/explain.js`);
const { Webhook, gemini, standard, svix } = await import(`${installed}/dist/node/index.js`);

test("each mistake with a secret is named with its fix, without the secret", () => {
  const url = "whsec_-_-_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const cases = [
    [`"${SECRET}"`, "invalid_secret", /quotes around it; remove the quotes/],
    [url, "invalid_secret", /URL-safe base64/],
    ["whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", "invalid_secret", /private key.*`whpk_`/],
    ["my secret", "invalid_secret", /white space/],
    ["correct!horse", "invalid_secret", /raw bytes/],
    [7, "invalid_secret", /text.*bytes/],
    [`whpk_${Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString("base64")}`, "weak_key", /anybody can sign under it; use the sender's real public key$/],
  ];
  for (const [secret, code, words] of cases) {
    for (const make of [() => new Webhook(secret), () => standard(secret)]) {
      const error = thrown(make);
      assert.deepEqual([error.code, error.status], [code, 500]);
      assert.match(error.message, words);
      if (typeof secret === "string" && secret.length > 20) assert.ok(!JSON.stringify([error.message, error.stack]).includes(secret.slice(6, 30)));
    }
  }
});

test("a missing secret is reported at first use, not when a bundler imports the module", async () => {
  const none = [undefined, null, "", "  ", "\n", [], [undefined], [SECRET, undefined], ["", SECRET], new Uint8Array(), [SECRET, new Uint8Array()]];
  for (const secret of none) {
    for (const options of [undefined, { tolerance: 60 }, { format: "raw" }]) {
      const webhook = new Webhook(secret, options);
      for (const act of [() => webhook.verify(BODY, HEADERS, at), () => webhook.sign("msg_1", NOW, BODY)]) {
        const error = thrown(act);
        assert.deepEqual([error.code, error.status], ["empty_secret", 500]);
        assert.match(error.message, /environment variable/);
        assert.ok(error.stack.includes("secrets.test.mjs"));
      }
    }
    for (const make of [standard, svix, gemini]) {
      const verifier = make(secret);
      for (let round = 0; round < 2; round++) assert.equal((await caught(verifier.unwrap(BODY, HEADERS, at))).code, "empty_secret");
      const report = await inspect(verifier, BODY, HEADERS, at);
      assert.deepEqual([report.ok, report.code], [false, "empty_secret"]);
    }
  }
  assert.match(thrown(() => new Webhook([SECRET, undefined]).verify(BODY, HEADERS, at)).message, /secret 2 of 2/);
});
