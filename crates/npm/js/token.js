// `urlToken`: the secret at the end of a URL, which separates a receiver's events from those of the sender's other customers.
import { fromFault, misuse } from "./error.js";

/** The least characters of a token that cannot be guessed: 128 bits in base64. */
const LEAST = 22;
const NOT_FOUND = { code: "not_found", status: 404, title: "there is nothing at this URL", message: "the last segment of the URL is not the `urlToken`: another customer's event, or the sender has another URL" };

const encoder = new TextEncoder();

/** The token as bytes. An unset one becomes empty, and is refused at first use. */
export function tokenOf(token) {
  if (token === undefined || token === null || (typeof token === "string" && token.trim() === "")) return new Uint8Array();
  if (typeof token !== "string") throw misuse("config_invalid", "`urlToken` is text");
  const bytes = encoder.encode(token);
  if (bytes.length < LEAST) throw misuse("config_invalid", `\`urlToken\` is shorter than ${LEAST} characters, so it can be guessed: make one with \`openssl rand -hex 32\``);
  if (/[/?#%\\\s\p{C}\p{Z}]/u.test(token)) throw misuse("config_invalid", "`urlToken` has a character that a URL's segment cannot contain unescaped (`/`, `\\`, `?`, `#`, `%`, white space or an invisible one): make one with `openssl rand -hex 32`");
  return bytes;
}

/** Throws unless the path of `url` ends with the token. */
export function checkToken(token, url) {
  if (token.length === 0) throw misuse("empty_secret", "`urlToken` is empty or not given: set the environment variable where this runs");
  if (url === undefined || url === null) throw misuse("config_invalid", "`urlToken` needs the URL of the request: pass the request itself, or `{ url: req.originalUrl }` after body and headers");
  if (!isSame(token, lastSegment(String(url)))) throw fromFault(NOT_FOUND);
}

/** The bytes of a path's last segment. One trailing slash is ignored. */
function lastSegment(url) {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "").replace(/\/$/, "");
  return percentDecode(encoder.encode(path.slice(path.lastIndexOf("/") + 1)));
}

/** Decodes as the Worker does: a `%` without two hexadecimal digits stands for itself. */
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

/** Compares in a time that does not depend on how much of the token is right. */
export function isSame(token, given) {
  let different = token.length ^ given.length;
  for (let at = 0; at < given.length; at++) different |= given[at] ^ token[at % token.length];
  return different === 0;
}
