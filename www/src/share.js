// A delivery in the fragment of a link, which browsers never send to a server. It never contains the secret, nor a header that the
// check does not use: that may be a credential.
import { SCHEMES } from "./scheme-list.js";
import { fromBase64, textOf, toBase64Url } from "./encoding.js";
import { fragmentWith } from "./fragment.js";
import { contains } from "./secret-within.js";

/** Headers of schemes that sign. A token in a header is the secret itself, and the receiver may have given that header any name. */
const SIGNED = SCHEMES.filter(({ form, identity }) => form !== "token" && identity === null).flatMap(({ signatures, others }) => [...signatures, ...others]);

/** The link's fragment. Throws an error whose message is for people. */
export function fragmentOf({ scheme, headers, body, jwks, audience, issuer, email, header, url, method, tolerance, now, secrets }) {
  const isKept = (name) => (name === "content-type" || SIGNED.includes(name)) && name !== header?.toLowerCase();
  const kept = headers.filter(([name]) => isKept(name.toLowerCase()));
  const shared = { scheme, headers: kept, body: toBase64Url(body), jwks, audience, issuer, email, header, url, method, tolerance, now };
  const texts = [...kept.flat(), jwks, audience, issuer, email, header, url].filter((text) => text !== undefined);
  if (contains(texts, body, secrets)) {
    throw new Error("The headers, the body or the key set contain the secret itself. Take it out before you share this.");
  }
  return fragmentWith(shared);
}

/** The delivery in a fragment; undefined for any other fragment. */
export function readFragment(fragment) {
  try {
    const { scheme, headers, body, jwks, audience, issuer, email, header, url, method, tolerance, now } = JSON.parse(textOf(fromBase64(fragment.slice(1))));
    if (typeof scheme !== "string" || fromBase64(body) === undefined || !headers.every(isPair)) return undefined;
    const text = (value) => (typeof value === "string" ? value : undefined);
    const number = (value) => (Number.isSafeInteger(value) && value >= 0 ? value : undefined);
    return { scheme, headers, body: fromBase64(body), jwks: text(jwks), audience: text(audience), issuer: text(issuer), email: text(email), header: text(header), url: text(url), method: text(method), tolerance: number(tolerance), now: number(now) };
  } catch {
    return undefined;
  }
}

/** A line break in a value would begin another header. */
const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string" && !/[\0\r\n]/.test(text));
