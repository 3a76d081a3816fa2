// Signs samples with the browser's own cryptography, so that the verifier does not check its own output.
import { concat, toBase64, toBase64Url, utf8 } from "./encoding.js";

/** Why this browser cannot make samples; undefined if it can. */
export const missing = globalThis.crypto?.subtle === undefined ? "The browser signs only on https pages and on localhost." : undefined;

export async function hmac(key, message, hash = "SHA-256") {
  const algorithm = { name: "HMAC", hash };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

/** `{ jwk, raw, whpk, sign }`. Throws an error that names what the browser lacks. */
export async function newEd25519() {
  const pair = await generate({ name: "Ed25519" }, "Ed25519");
  const { kty, crv, x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const sign = async (message) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
  return { jwk: { kty, crv, x }, raw, whpk: `whpk_${toBase64(raw)}`, sign };
}

/** `{ spki, sign }`: a key on P-256, whose signatures are in DER. */
export async function newP256() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const pair = await generate(algorithm, "ECDSA");
  const spki = toBase64(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
  const sign = async (message) => der(new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, message)));
  return { spki, sign };
}

/** The two halves of a signature as a sequence of two integers. */
function der(signature) {
  const integers = [signature.slice(0, 32), signature.slice(32)].map((half) => {
    const digits = half.slice(Math.max(half.findIndex((byte) => byte !== 0), 0));
    const bytes = digits[0] > 0x7f ? [0, ...digits] : [...digits];
    return [2, bytes.length, ...bytes];
  });
  const content = integers.flat();
  return Uint8Array.from([0x30, content.length, ...content]);
}

export async function newRsa(kid) {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const pair = await generate(algorithm, "RS256");
  const { kty, n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const sign = async (message) => new Uint8Array(await crypto.subtle.sign(algorithm.name, pair.privateKey, message));
  return { jwk: { kid, kty, alg: "RS256", use: "sig", n, e }, sign };
}

/** A compact JWS. */
export async function token(header, claims, sign) {
  const part = (value) => toBase64Url(utf8(JSON.stringify(value)));
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${toBase64Url(await sign(utf8(input)))}`;
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The signed content of the Standard Webhooks family. */
export const content = (prefix, body) => concat(utf8(prefix), body);

async function generate(algorithm, name) {
  try {
    return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  } catch (cause) {
    throw new Error(`This browser cannot sign with ${name}.`, { cause });
  }
}
