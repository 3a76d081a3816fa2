// Throwaway keys for samples, written as each sender writes its keys.
import { toBase64, toHex, utf8 } from "./encoding.js";
import { hmac, newEd25519, newP256, newRsa, randomBytes } from "./sign.js";

const hex = (bytes) => [...bytes].map(toHex).join("");

/** A secret as a person would see it: hexadecimal digits, whose text is the key unless the sender says otherwise. */
const newSecret = () => hex(randomBytes(24));

/**
 * A new key for a scheme that has a template: `{ secret, sign }`, or `{ jwks, sign }` for a sender with a key set. `sign` makes the bytes
 * of a signature. A scheme whose header holds the secret itself has no `sign`.
 */
export async function newKey({ form, secret, hasKeySet }) {
  if (form === "ed25519") return hasKeySet ? ofSet(await ed25519()) : ofPair(await newEd25519(), secret);
  if (form === "ecdsa-p256") return newP256().then(({ spki, sign }) => ({ secret: spki, sign }));
  const text = newSecret();
  if (form === "token") return { secret: secret === "header" ? `Bearer ${text}` : text };
  return sharedKey({ form, secret }, secret === "hex" ? hex(randomBytes(32)) : text);
}

/** The key of a secret that sender and receiver share, for a scheme that has a template. */
export function sharedKey({ form, secret }, text) {
  if (form === "token") return { secret: text };
  const key = secret === "hex" ? fromHex(text) : utf8(text);
  return { secret: text, sign: (message) => hmac(key, message, HASHES[form]) };
}

/** The hashes of the forms that do not sign with SHA-256. */
const HASHES = { "hmac-sha1": "SHA-1", "hmac-sha512": "SHA-512" };

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

const ofPair = ({ raw, sign }, written) => ({ secret: written === "ed25519-hex" ? hex(raw) : toBase64(raw), sign });
const ofSet = (keys) => ({ jwks: setOf(keys), sign: keys[1].sign });

/** The document of a key set. */
export const setOf = (keys) => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }, null, 2);

/** Made once, because keys take a moment. The second key of each set signs, so that the report shows one that does not match. */
const once = (work) => {
  let made;
  return () => (made ??= work());
};
export const ed25519 = once(() => Promise.all([newEd25519(), newEd25519(), newEd25519()]));
export const rsa = once(() => Promise.all([newRsa("demo-1"), newRsa("demo-2")]));
