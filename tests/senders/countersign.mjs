// Countersign as a judge: the packed npm package, which `cargo xtask test senders` installs.
import { installed } from "../npm/fixtures/app.mjs";
import { senders } from "./signers.mjs";

const countersign = await import(`${installed}/dist/index.js`);

/** Senders that the package may lack. If it gains one, the tests include it. */
const MAY_BE_MISSING = ["google-pubsub"];
/** Senders whose receivers configure a key set, not a secret. */
const WITH_A_KEY_SET = ["google-pubsub"];

const DIFFERENCES = {
  "adyen, classic": [
    {
      why: "it verifies notifications that are signed in a header; Adyen's SDK also takes a signature inside the body, over eight fields",
      cases: ["as signed", "a body beyond ASCII", "a body with escapes and spaces", "a changed unsigned member"],
    },
  ],
  "twilio, a shared key": [
    {
      why: "it verifies signatures made with the account's token, which are SHA-1; Twilio's SDK also takes shared keys",
      cases: ["as signed", "a body beyond ASCII", "a body with escapes and spaces"],
    },
  ],
};

/** The package's function for a preset, if it has one. */
const functionOf = (preset) => countersign[preset === "standard-webhooks" ? "standard" : preset.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];

/** Verifies; a preset without a function is verified by `explain`. */
async function accepts({ preset }, { secret, headers, body, url, method, now }) {
  const verifier = functionOf(preset);
  if (verifier === undefined) return (await countersign.explain({ scheme: preset, secrets: secret }, body, headers, { now })).ok;
  try {
    await verifier(secret).unwrap(body, headers, { now, url, method, jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof countersign.WebhookVerificationError) return false;
    throw error;
  }
}

async function isKnown({ name, keys, preset }) {
  if (WITH_A_KEY_SET.includes(preset)) return false;
  if (functionOf(preset) !== undefined) return true;
  return (await countersign.explain({ scheme: preset, secrets: keys(name).secret }, "", [])).code !== "config_invalid";
}

const unknown = [];
for (const sender of Object.values(senders)) if (!(await isKnown(sender))) unknown.push(sender.name);

/** The names of senders that the package should verify, and does not know. */
export const missing = unknown.filter((name) => !MAY_BE_MISSING.includes(name));

/** Countersign. The cases say what it accepts, so it hardly differs. */
export const judge = { title: () => "countersign", knows: ({ name }) => !unknown.includes(name), differences: ({ name }) => DIFFERENCES[name] ?? [], accepts };
