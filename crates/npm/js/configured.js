// `hmac(…)`: senders that have no function of their own. What is described is checked in the Wasm, as the Worker's configuration is.
import { misuse } from "./error.js";
import { optionsOf } from "./options.js";

const PLACES = {
  signature: ["header", "prefix", "member", "separator", "encoding"],
  timestamp: ["header", "member", "separator", "unit"],
};

const KEYS = ["signature", "hash", "signed", "timestamp", "id"];

const HINT = '; describe how the sender signs, like `hmac({ signature: { header: "X-Signature" } })`';

/** The description as JSON. */
export function descriptionOf(given) {
  const description = textsOf(given, KEYS, "");
  for (const [place, keys] of Object.entries(PLACES)) {
    if (description[place] !== undefined) description[place] = textsOf(description[place], keys, `${place}.`);
  }
  return JSON.stringify(description);
}

function textsOf(given, known, prefix) {
  const texts = { __proto__: null, ...optionsOf(given, known, HINT) };
  for (const [key, value] of Object.entries(texts)) {
    const isPlace = prefix === "" && Object.hasOwn(PLACES, key);
    if (value !== undefined && !isPlace && typeof value !== "string") throw misuse("config_invalid", `\`${prefix}${key}\` is text`);
  }
  return texts;
}
