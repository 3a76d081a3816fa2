// Countersign as a judge: the packed npm package, which `cargo xtask test senders` installs.
import { createPublicKey } from "node:crypto";
import { installed } from "../npm/fixtures/app.mjs";
import { EMAIL, senders } from "./signers.mjs";

const entries = await Promise.all(["ecdsa", "jwt", "index"].map((entry) => import(`${installed}/dist/${entry}.js`)));
const countersign = Object.assign({}, ...entries);

/** Senders whose receivers configure a key set, not a secret. */
const WITH_A_KEY_SET = ["google-pubsub"];

const DIFFERENCES = {
  "google-pubsub": [
    {
      why: "it holds a token to `exp` and `nbf`, as OpenID Connect requires; Google's library also refuses one whose `iat` is in the future",
      cases: ["a token that is not valid yet"],
    },
  ],
  "twilio, a shared key": [
    {
      why: "it tells SHA-256 by the signature's length, so the unsigned header that names the algorithm may be missing",
      cases: ["a required header is missing"],
    },
  ],
};

/** The package's function for a preset, if it has one. */
const functionOf = (preset) => countersign[preset === "standard-webhooks" ? "standard" : preset.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];

/** The verifier of a delivery. A token of Google's names the URL as its audience. */
function verifierOf({ preset }, { secret, url }) {
  if (!WITH_A_KEY_SET.includes(preset)) return functionOf(preset)(secret);
  const jwk = { ...createPublicKey(secret).export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" };
  return functionOf(preset)({ jwks: { keys: [jwk] }, audience: url, email: EMAIL });
}

async function accepts(sender, delivery) {
  const { headers, body, url, method, now } = delivery;
  try {
    await verifierOf(sender, delivery).unwrap(body, headers, { now, url, method, jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof countersign.WebhookVerificationError) return false;
    throw error;
  }
}

/** The names of senders for which the package has no function. */
export const missing = Object.values(senders).filter(({ preset }) => functionOf(preset) === undefined).map(({ name }) => name);

/** Countersign. The cases say what it accepts, so it hardly differs. */
export const judge = { title: () => "countersign", knows: ({ name }) => !missing.includes(name), differences: ({ name }) => DIFFERENCES[name] ?? [], accepts };
