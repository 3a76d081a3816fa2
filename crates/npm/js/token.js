// The secret that ends a URL: what tells a receiver's own events from those of every other customer of the sender.
import { fromFault, misuse } from "./error.js";

/** Characters of a token that nobody guesses: 128 bits, in base64. */
const LEAST = 22;
const NOT_FOUND = { code: "not_found", status: 404, title: "there is nothing at this URL", message: "the last segment of the URL is not the `urlToken`: somebody else sent it, or the sender has another URL" };

const encoder = new TextEncoder();

/** A token as bytes. One that is unset is empty, and refused when it is used. */
export function tokenOf(token) {
  if (token === undefined || token === null || (typeof token === "string" && token.trim() === "")) return new Uint8Array();
  if (typeof token !== "string") throw misuse("config_invalid", "`urlToken` is text");
  const bytes = encoder.encode(token);
  if (bytes.length < LEAST) throw misuse("config_invalid", `\`urlToken\` is shorter than ${LEAST} characters, so it can be guessed: make one with \`openssl rand -hex 32\``);
  if (/[/?#%\\\s\p{C}\p{Z}]/u.test(token)) throw misuse("config_invalid", "`urlToken` has a character that no segment of a URL carries as it is (`/`, `\\`, `?`, `#`, `%`, white space or an invisible one): make one with `openssl rand -hex 32`");
  return bytes;
}

/** Fails unless the path of `url` ends with the token. */
export function checkToken(token, url) {
  if (token.length === 0) throw misuse("empty_secret", "`urlToken` is empty, or not given: set the environment variable where this runs");
  if (url === undefined || url === null) throw misuse("config_invalid", "`urlToken` needs the URL of the request: pass the request itself, or `{ url: req.originalUrl }` behind body and headers");
  if (!isSame(token, lastSegment(String(url)))) throw fromFault(NOT_FOUND);
}

/** The bytes of the last segment of a path; one trailing slash is passed over. */
function lastSegment(url) {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "").replace(/\/$/, "");
  return percentDecode(encoder.encode(path.slice(path.lastIndexOf("/") + 1)));
}

/** As the Worker does it: a `%` without two hexadecimal digits is itself. */
function percentDecode(segment) {
  const bytes = [];
  for (let at = 0; at < segment.length; at++) {
    const digits = segment[at] === 0x25 ? String.fromCharCode(...segment.subarray(at + 1, at + 3)) : "";
    const isEscape = /^[0-9a-f]{2}$/i.test(digits);
    bytes.push(isEscape ? Number.parseInt(digits, 16) : segment[at]);
    if (isEscape) at += 2;
  }
  return bytes;
}

/** Takes as long for every token, whatever of it is right. */
function isSame(token, given) {
  let different = token.length ^ given.length;
  for (let at = 0; at < given.length; at++) different |= given[at] ^ token[at % token.length];
  return different === 0;
}
