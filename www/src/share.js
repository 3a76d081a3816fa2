// A delivery in the fragment of a link, which no browser sends to a server. The secret is never in it, nor is any header that
// the check does not look at: those may be credentials.
import { fromBase64, textOf, toBase64Url, utf8 } from "./encoding.js";

const KEPT = /^(webhook-|svix-|content-type$)/i;
/** Browsers and chat programs cut longer links. */
const LONGEST = 64_000;

/** The link's fragment; throws with a reason for people. */
export function fragmentOf({ scheme, headers, body, jwks, audience, issuer, tolerance, now, secrets }) {
  const kept = headers.filter(([name]) => KEPT.test(name));
  const shared = { scheme, headers: kept, body: toBase64Url(body), jwks, audience, issuer, tolerance, now };
  const text = JSON.stringify(shared);
  const plain = text + (textOf(body) ?? "");
  if (secrets.some((secret) => typeof secret === "string" && secret.length > 0 && plain.includes(secret))) {
    throw new Error("The secret itself stands in the headers, the body or the key set. Take it out before you share this.");
  }
  const fragment = `#${toBase64Url(utf8(text))}`;
  if (fragment.length > LONGEST) throw new Error("This delivery is too large for a link. Share it as a file instead: copy it as a curl command.");
  return fragment;
}

/** What a fragment holds; undefined where it is not one of ours. */
export function readFragment(fragment) {
  try {
    const { scheme, headers, body, jwks, audience, issuer, tolerance, now } = JSON.parse(textOf(fromBase64(fragment.slice(1))));
    if (typeof scheme !== "string" || fromBase64(body) === undefined || !headers.every(isPair)) return undefined;
    const text = (value) => (typeof value === "string" ? value : undefined);
    const number = (value) => (Number.isSafeInteger(value) && value >= 0 ? value : undefined);
    return { scheme, headers, body: fromBase64(body), jwks: text(jwks), audience: text(audience), issuer: text(issuer), tolerance: number(tolerance), now: number(now) };
  } catch {
    return undefined;
  }
}

/** A line break would make another header of what is behind it. */
const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string" && !/[\0\r\n]/.test(text));
