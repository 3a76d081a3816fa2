// Whether a delivery contains the secret that checks it.
import { PREFIXED, textOf, toByteString, utf8 } from "./encoding.js";

/** The shortest of several words in the field that is looked for: shorter ones stand in any text. */
const SHORTEST = 16;

/** Whether one of the texts or the body has a secret, or the key without its prefix, also as JSON escapes it. `secrets` are texts or bytes. */
export function contains(texts, body, secrets) {
  const places = [...texts.map((text) => toByteString(utf8(text))), toByteString(body)];
  return secrets.flatMap(spellings).some((secret) => places.some((place) => place.includes(toByteString(utf8(secret)))));
}

/** A secret as it may stand in a text. The field may have white space around it, and for some senders several secrets. */
function spellings(secret) {
  const text = (typeof secret === "string" ? secret : (textOf(secret) ?? "")).trim();
  const words = text.split(/\s+/).filter((word) => word.length >= SHORTEST);
  const bare = [text, ...words].map((word) => word.replace(PREFIXED, "")).filter((word) => word !== "");
  return bare.flatMap((word) => [word, JSON.stringify(word).slice(1, -1)]);
}
