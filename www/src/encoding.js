// Bytes as text, and back. Returns undefined for what cannot be decoded; never guesses.

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What stands before the base64 of a secret. */
export const PREFIXED = /^(?:v1,)?whsec_/;

export const utf8 = (text) => encoder.encode(text);

/** UTF-8 as text, with its byte order mark; undefined for anything else. */
export function textOf(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

export const toBase64 = (bytes) => btoa(toByteString(bytes));

/** Standard or URL-safe base64, with or without padding. */
export function fromBase64(text) {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) return undefined;
  return fromByteString(atob(standard));
}

/** One character per byte, for code that parses bytes as text. */
export function toByteString(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

export const fromByteString = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const toBase64Url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

export const toHex = (byte) => byte.toString(16).padStart(2, "0");

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** Whether bytes are JSON. */
export function isJson(bytes) {
  try {
    JSON.parse(textOf(bytes));
    return true;
  } catch {
    return false;
  }
}

/** The number of arguments that is safe in one call. */
const CHUNK = 0x2000;
