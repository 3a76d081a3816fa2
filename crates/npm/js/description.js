// `hmac(…)`: senders that have no function of their own. What is described is checked in the Wasm, as the Worker's configuration is.
import { misuse } from "./error.js";
import { optionsOf } from "./options.js";

const PLACES = {
  signature: ["header", "prefix", "member", "separator", "encoding"],
  timestamp: ["header", "member", "separator", "unit"],
};

const ID = ["header"];

const KEYS = ["signature", "hash", "signed", "timestamp", "id", "secretEncoding"];

const HINT = '; describe how the sender signs, like `hmac({ signature: { header: "X-Signature" } })`';

/** The description as JSON, with the names of the configuration. */
export function descriptionOf(given) {
  const { secretEncoding: secret_encoding, ...description } = { __proto__: null, ...optionsOf(given, KEYS, HINT) };
  const places = typeof description.id === "string" ? PLACES : { ...PLACES, id: ID };
  for (const [place, keys] of Object.entries(places)) {
    if (description[place] !== undefined) description[place] = textsOf({ __proto__: null, ...optionsOf(description[place], keys, HINT) }, `${place}.`);
  }
  const { signature, timestamp, id, ...texts } = description;
  return JSON.stringify({ __proto__: null, signature, timestamp, id, ...textsOf({ __proto__: null, ...texts, secret_encoding }, "") });
}

/** Refuses what is not text: it would not be JSON of the same meaning. */
function textsOf(texts, prefix) {
  for (const [key, value] of Object.entries(texts)) {
    if (value !== undefined && typeof value !== "string") throw misuse("config_invalid", `\`${prefix}${key}\` is text`);
  }
  return texts;
}
