// Ways to break a sample, each with the code or near miss that it causes. `before` changes the sample's plan before it is signed, `after`
// changes what is sent. `samples.js` describes both.
import { concat, fromBase64, textOf, toBase64, toBase64Url, toHex, utf8 } from "./encoding.js";
import { newKey } from "./sample-keys.js";
import { randomBytes } from "./sign.js";

const SIGNED = ["v1", "v1a"];
const isDated = ({ template }) => template?.timestamp?.header !== undefined;
const signsUrl = (scheme) => scheme.signsUrl === true;
/** Whether the text of a secret is not also a key as it is. */
const isDecoded = ({ secret = "whsec" }) => secret === "whsec";

/** Refused with a specific code. */
const refusals = [
  { id: "old", label: "Sent ten minutes ago", forms: SIGNED, code: "timestamp_too_old", before: (plan) => (plan.timestamp = String(plan.now - 600)) },
  { id: "new", label: "A clock ten minutes ahead", forms: SIGNED, code: "timestamp_too_new", before: (plan) => (plan.timestamp = String(plan.now + 600)) },
  { id: "milliseconds", label: "A timestamp in milliseconds", forms: SIGNED, code: "timestamp_too_new", before: (plan) => (plan.timestamp += "000") },
  { id: "fraction", label: "A timestamp with a fraction", forms: SIGNED, code: "invalid_timestamp", before: (plan) => (plan.timestamp += ".5") },
  { id: "no-id", label: "The id header is missing", forms: SIGNED, code: "missing_header", after: (sent) => drop(sent, "-id") },
  { id: "shifted", label: "A replay with its timestamp in the id", forms: SIGNED, code: "invalid_header", before: (plan) => (plan.id += `.${plan.now}`) },
  { id: "wrong-key", label: "Signed with another key", forms: [...SIGNED, "hmac", "key", "fields"], code: "no_matching_signature", before: otherKey },
  { id: "changed-field", label: "A signed member changed", forms: ["fields"], code: "no_matching_signature", before: (plan) => (plan.sentBody = utf8(textOf(plan.body).replace("sample1", "sample0"))) },
  { id: "wrong-token", label: "Another secret in the header", forms: ["bare"], code: "no_matching_signature", before: otherKey },
  { id: "changed-byte", label: "One byte of the body changed", forms: [...SIGNED, "hmac", "key"], code: "no_matching_signature", before: changedByte },
  { id: "changed-signature", label: "One byte of the signature changed", forms: SIGNED, code: "no_matching_signature", after: changedSignature },
  { id: "other-version", label: "Signed with Ed25519, checked with a secret", forms: ["v1"], scheme: "gemini", code: "no_matching_signature", after: (sent) => change(sent, "-signature", (value) => value.replace("v1,", "v1a,")) },
  { id: "flood", label: "1,100 signatures", forms: SIGNED, code: "too_many_signatures", after: (sent) => change(sent, "-signature", (value) => Array(1100).fill(value).join(" ")) },
  { id: "quoted", label: "Quotes around the secret", forms: ["v1"], code: "invalid_secret", after: (sent) => (sent.secret = `"${sent.secret}"`) },
  { id: "private-key", label: "A private key instead of the secret", forms: SIGNED, scheme: "standard-webhooks", code: "invalid_secret", after: (sent) => (sent.secret = `whsk_${toBase64(randomBytes(64))}`) },
  { id: "empty-secret", label: "An empty secret", forms: ["v1"], code: "empty_secret", after: (sent) => (sent.secret = "whsec_") },
  { id: "weak-key", label: "A public key under which anybody can sign", forms: ["v1a"], scheme: "standard-webhooks", code: "weak_key", after: (sent) => (sent.secret = `whpk_${toBase64(new Uint8Array([1, ...Array(31).fill(0)]))}`) },
  { id: "no-set", label: "A document that is not a key set", forms: ["v1a", "jwt"], scheme: "gemini-dynamic", code: "jwks_invalid", after: (sent) => (sent.jwks = '{"error":"not found"}') },
  { id: "no-key", label: "No key", forms: [...SIGNED, "hmac", "key", "bare", "identity", "fields"], code: "keys_unavailable", after: (sent) => Object.assign(sent, { secret: undefined, jwks: undefined }) },
  { id: "stale", label: "Sent longer ago than the tolerance", forms: ["hmac", "key"], needs: isDated, code: "timestamp_too_old", before: (plan) => (plan.timestamp = String(plan.now - beyond(plan))) },
  { id: "ahead", label: "A clock that is ahead by more than the tolerance", forms: ["hmac", "key"], needs: isDated, code: "timestamp_too_new", before: (plan) => (plan.timestamp = String(plan.now + beyond(plan))) },
  { id: "other-signature", label: "One byte of the signature is another", forms: ["hmac", "key"], code: "no_matching_signature", before: (plan) => (plan.changed = flipped) },
  { id: "no-url", label: "The URL is not given", forms: ["hmac"], needs: signsUrl, code: "waiting_for_url", after: (sent) => (sent.url = "") },
  { id: "no-token", label: "The header is missing", forms: ["bare"], code: "missing_header", after: (sent) => (sent.headers = sent.headers.slice(0, 1)) },
  { id: "expired", label: "Expired an hour ago", forms: ["jwt", "identity"], code: "jwt_expired", before: ({ claims, now }) => Object.assign(claims, { iat: now - 7200, exp: now - 3600 }) },
  { id: "early", label: "Valid from tomorrow", forms: ["jwt", "identity"], code: "jwt_not_yet_valid", before: ({ claims, now }) => Object.assign(claims, { nbf: now + 86_400, exp: now + 90_000 }) },
  { id: "other-audience", label: "For another audience", forms: ["jwt", "identity"], code: "jwt_audience", before: ({ claims }) => (claims.aud = "somebody-else") },
  { id: "other-issuer", label: "From another issuer", forms: ["jwt", "identity"], code: "jwt_issuer", before: ({ claims }) => (claims.iss = "https://example.com") },
  { id: "no-expiry", label: "Without an expiry", forms: ["jwt", "identity"], code: "jwt_claims", before: ({ claims }) => delete claims.exp },
  { id: "other-algorithm", label: "HS256 instead of RS256", forms: ["jwt", "identity"], code: "jwt_alg", before: ({ header }) => (header.alg = "HS256") },
  { id: "other-kid", label: "Names a key that is not in the set", forms: ["jwt", "identity"], code: "jwk_unknown_kid", before: ({ header }) => (header.kid = "demo-9") },
  { id: "other-account", label: "From another account", forms: ["identity"], code: "jwt_claims", before: ({ claims }) => (claims.email = "somebody@example.com") },
  { id: "unusable-key", label: "Names an encryption key", forms: ["jwt"], code: "jwk_unusable", after: forEncryption },
  { id: "changed-claim", label: "One claim changed", forms: ["jwt"], code: "jwt_signature", after: changedClaim },
  { id: "cut-token", label: "The token cut short", forms: ["jwt"], code: "jwt_malformed", after: (sent) => change(sent, "-signature", (value) => value.slice(0, value.lastIndexOf("."))) },
];

/** Refused, but one change away from a match. */
const nearMisses = [
  near("final-newline", "A final newline was added", "final_newline_removed", (plan) => (plan.sentBody = concat(plan.body, utf8("\n")))),
  { ...near("newline-added", "A newline was added to the body", "final_newline_removed", (plan) => (plan.sentBody = concat(plan.body, utf8("\n")))), forms: ["hmac"] },
  { ...near("http-url", "The URL as a proxy calls it, with http://", "url"), forms: ["hmac"], needs: signsUrl, after: (sent) => (sent.url = sent.url.replace("https:", "http:")) },
  { ...near("port-url", "The URL with a port", "url"), forms: ["hmac"], needs: signsUrl, after: (sent) => (sent.url = sent.url.replace(".com", ".com:8443")) },
  near("newline-lost", "A final newline was lost", "final_newline_added", (plan) => resign(plan, (text) => `${text}\n`, (text) => text)),
  near("crlf-lost", "A final CR LF was lost", "final_crlf_added", (plan) => resign(plan, (text) => `${text}\r\n`, (text) => text)),
  near("padded", "White space was added around the body", "trimmed", (plan) => (plan.sentBody = concat(utf8("  "), plan.body))),
  near("crlf", "LF became CR LF", "crlf_to_lf", (plan) => resign(plan, pretty, (text) => pretty(text).replaceAll("\n", "\r\n"))),
  near("lf", "CR LF became LF", "lf_to_crlf", (plan) => resign(plan, (text) => pretty(text).replaceAll("\n", "\r\n"), pretty)),
  near("bom", "A byte order mark was added", "bom_removed", (plan) => (plan.sentBody = concat(BOM, plan.body))),
  near("bom-lost", "A byte order mark was lost", "bom_added", (plan) => resign(plan, (text) => `\ufeff${text}`, (text) => text)),
  near("latin1", "The text was read as Latin-1", "latin1_undone", (plan) => resign(plan, withAccent, (text) => latin1(withAccent(text)))),
  near("base64", "A gateway passed base64", "base64_decoded", (plan) => (plan.sentBody = utf8(toBase64(plan.body)))),
  near("emptied", "The sender signed an empty body", "empty", (plan) => resign(plan, () => "", (text) => text)),
  near("indented", "The JSON was indented on the way", "json_compact", (plan) => resign(plan, (text) => text, pretty)),
  near("compacted", "Indented JSON was parsed and written again", "json_indent_2", (plan) => resign(plan, pretty, (text) => text)),
  near("python", "JSON that Python wrote was parsed and written again", "json_python", (plan) => resign(plan, python, (text) => text)),
  near("sorted", "The sender sorted the members before it signed", "json_sorted", (plan) => resign(plan, sorted, unsorted)),
  { ...near("text-secret", "The secret’s text is the key", "secret_as_text", async (plan) => keyFrom(plan, secretText())), needs: isDecoded },
  { ...near("text-secret-bare", "The text after whsec_ is the key", "secret_as_text_without_prefix", async (plan) => keyFrom(plan, secretText(), 6)), needs: isDecoded },
  { ...near("hex-secret", "The secret is hex", "secret_hex", (plan) => (plan.secret = [...plan.key].map(toHex).join(""))), needs: ({ isText = false }) => !isText },
  near("swapped", "Id and timestamp are swapped", "id_timestamp_swapped", (plan) => (plan.prefix = `${plan.timestamp}.${plan.id}.`)),
  near("signed-milliseconds", "Signed with milliseconds", "timestamp_milliseconds", (plan) => (plan.signedTimestamp = `${plan.timestamp}000`)),
  near("no-id-signed", "The id is not signed", "without_id", (plan) => (plan.prefix = `${plan.timestamp}.`)),
  near("body-alone", "The body alone is signed", "body_alone", (plan) => (plan.prefix = "")),
  { ...near("hex-signature", "The signature in hex", "signature_spelling"), after: (sent) => change(sent, "-signature", () => `v1,${[...sent.signature].map(toHex).join("")}`) },
  { id: "other-key-named", label: "Names a key that did not sign it", forms: ["jwt"], code: "jwt_signature", near: "other_key", before: ({ header }) => (header.kid = "demo-1") },
];

export const breakages = [...refusals, ...nearMisses];

function near(id, label, code, before) {
  return { id, label, forms: ["v1"], code: "no_matching_signature", near: code, before };
}

/** Signs the event as written by `signed`, and sends it as written by `sent`. */
function resign(plan, signed, sent) {
  const text = JSON.stringify(plan.event);
  plan.body = utf8(signed(text));
  plan.sentBody = utf8(sent(text));
}

function change(sent, suffix, edit) {
  sent.headers = sent.headers.map(([name, value]) => (name.endsWith(suffix) ? [name, edit(value)] : [name, value]));
}

function drop(sent, suffix) {
  sent.headers = sent.headers.filter(([name]) => !name.endsWith(suffix));
}

async function otherKey(plan) {
  if (plan.sender.of?.template) {
    const { sign, secret } = await newKey({ ...plan.sender.of, hasKeySet: false });
    // The signature inside the body is made already.
    if (plan.sender.form === "fields") return (plan.secret = secret);
    plan.secret = plan.key.secret ?? "";
    plan.key = { ...plan.key, sign, secret };
  } else if (plan.key === undefined) {
    const stranger = randomBytes(64);
    stranger[63] &= 0x0f;
    plan.keys = plan.keys.map((key) => ({ ...key, sign: async () => stranger }));
  } else {
    plan.secret = `whsec_${toBase64(randomBytes(32))}`;
  }
}

/** Another digit, or the first letter of another text: the JSON stays JSON. */
function changedByte(plan) {
  plan.sentBody = utf8(textOf(plan.body).replace(/(?:":"\w|\d)(?!.*(?:":"\w|\d))/, (found) => found.slice(0, -1) + (found.endsWith("1") ? "2" : "1")));
}

const beyond = ({ sender }) => 2 * sender.of.tolerance;

const flipped = (signature) => signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte));

function changedSignature(sent) {
  const changed = Uint8Array.from(sent.signature);
  changed[5] ^= 1;
  change(sent, "-signature", (value) => `${value.split(",")[0]},${toBase64(changed)}`);
}

function changedClaim(sent) {
  change(sent, "-signature", (value) => {
    const [header, claims, signature] = value.split(".");
    const changed = { ...JSON.parse(new TextDecoder().decode(fromBase64(claims))), sub: "somebody" };
    return [header, toBase64Url(utf8(JSON.stringify(changed))), signature].join(".");
  });
}

function forEncryption(sent) {
  const set = JSON.parse(sent.jwks);
  set.keys[1].use = "enc";
  sent.jwks = JSON.stringify(set, null, 2);
}

function keyFrom(plan, secret, from = 0) {
  plan.secret = secret;
  plan.key = utf8(secret.slice(from));
}

const secretText = () => `whsec_${toBase64(randomBytes(32))}`;
const pretty = (text) => JSON.stringify(JSON.parse(text), null, 2);
const python = (text) => text.replaceAll('":', '": ').replaceAll(',"', ', "').replace(/[^\x00-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
/** The last text that is a value gets another letter. */
const withAccent = (text) => text.replace(/":"\w+(?!.*":"\w)/, "$& é");
/** UTF-8 read as Latin-1. */
const latin1 = (text) => String.fromCharCode(...utf8(text));

function sorted(text) {
  const order = (value) => (value === null || typeof value !== "object" ? value : Object.fromEntries(Object.keys(value).sort().map((name) => [name, order(value[name])])));
  return JSON.stringify(order(JSON.parse(text)));
}

/** A sender's event may be sorted already. */
function unsorted(text) {
  const [first, ...others] = Object.entries(JSON.parse(text));
  return sorted(text) === text ? JSON.stringify(Object.fromEntries([...others, first])) : text;
}

const BOM = new Uint8Array([0xef, 0xbb, 0xbf]);
