// What "Apply this fix" puts into the fields: the one change under which a signature matches. The report has the replacement of a body, a
// URL, a method or headers. A secret it never contains, so its replacement is made here.
import { PREFIXED, fromBase64, textOf as decoded, toBase64, toByteString, utf8 } from "./encoding.js";
import { schemeNamed } from "./senders.js";

/**
 * The replacement for a near miss: `{ fill }`, what to fill into the form, and, unless it is a secret, `{ name, before, after }`, the bytes
 * that differ. Undefined if no single field can be changed: the sender, or the scheme, is what has to change.
 */
export function replacementFor({ code, matchesIf, instead = {} }, delivery) {
  const { body, url, method, headers } = instead;
  if (body !== undefined) return { name: "Body", before: delivery.body, after: body, fill: { body } };
  if (url !== undefined) return { name: "URL", before: utf8(delivery.url), after: utf8(url), fill: { url } };
  if (method !== undefined) return { name: "Method", before: utf8(delivery.method), after: utf8(method), fill: { method } };
  if (headers !== undefined) return ofHeaders(delivery, headers.reduce((changed, [name, value]) => replaced(changed, [name], () => value), delivery.headers));
  if (code in HEADERS) return ofHeaders(delivery, HEADERS[code](delivery));
  if (delivery.secrets.length !== 1) return undefined;
  if (code === "secret_prefix_lost") return ofPrefix(matchesIf, delivery);
  return code in SECRETS ? ofSecret(SECRETS[code], delivery) : undefined;
}

const HEADERS = {
  timestamp_seconds: ({ headers }) => replaced(headers, ["webhook-timestamp", "svix-timestamp"], (value) => String(Math.floor(Number(value) / 1000))),
};

/** Undefined if the change finds no header: in a list, a timestamp is part of a value. */
function ofHeaders({ headers }, changed) {
  if (headers.every(([, value], at) => value === changed[at][1])) return undefined;
  const text = (list) => utf8(list.map(([name, value]) => `${name}: ${value}`).join("\n"));
  return { name: "Headers", before: text(headers), after: text(changed), fill: { headers: changed } };
}

/** The headers, with another value for those of some names. */
function replaced(headers, names, change) {
  return headers.map(([name, value]) => [name, names.includes(name.toLowerCase()) ? change(value) : value]);
}

/** Each secret variant as the field has it: `[text, whether the text itself is the key]`. */
const SECRETS = {
  secret_unquoted: (text) => [unquoted(text), false],
  secret_as_text: (text) => [text.trim(), true],
  secret_as_text_without_prefix: (text) => [inner(text), true],
  secret_hex: (text, scheme) => [asShown(Uint8Array.from(inner(text).match(/../g) ?? [], (digits) => parseInt(digits, 16)), scheme), false],
  secret_base64url: (text) => [encoded(fromBase64(inner(text))), false],
  secret_base64_twice: (text) => [encoded(fromBase64(inner(toByteString(fromBase64(inner(text)))))), false],
  secret_raw_trimmed: (text) => [text.trim(), true],
  secret_base64: (text, scheme, isRaw) => [PREFIXED.test(text.trim()) || (isRaw && !scheme.isText) ? text : asShown(fromBase64(text.replace(/\s+/g, "")), scheme), false],
  secret_without_prefix: (text) => [text.trim().replace(/^whsec_/, ""), true],
  secret_prefixed: (text) => [`whsec_${text.trim()}`, true],
};

/** The secret with the prefix that it lost, which the report names. */
function ofPrefix(matchesIf, { secrets: [given] }) {
  const [, prefix] = /`([^`]+)`/.exec(matchesIf);
  return { fill: { secret: prefix + textOf(given).trim() } };
}

/** The field's text for what a stored secret encodes: the secret as its sender shows it, or the bytes of the key. */
function asShown(bytes, { isText }) {
  const text = decoded(bytes)?.trim();
  if (text !== undefined && (PREFIXED.test(text) || (!isText && BASE64.test(text)))) return text;
  return encoded(isText && text !== undefined ? utf8(text) : bytes);
}

/** A key in base64, whole. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const textOf = (secret) => (typeof secret === "string" ? secret : new TextDecoder().decode(secret));

/** Only where text can be a key in both ways does the form have a choice. */
function ofSecret(change, { scheme, secrets: [given] }) {
  const known = schemeNamed(scheme);
  if (!known.secret.endsWith("whsec")) return undefined;
  try {
    const [secret, raw] = change(textOf(given), known, typeof given !== "string");
    return { fill: { secret, raw } };
  } catch {
    return undefined;
  }
}

const unquoted = (text) => text.trim().replace(/^["'`]+|["'`]+$/g, "");
const inner = (text) => unquoted(text).replace(/^v1,/, "").replace(/^whsec_/, "");
const encoded = (bytes) => `whsec_${toBase64(bytes)}`;
