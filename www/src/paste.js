// Recognises the form of pasted text, and extracts the delivery.
import { textOf } from "./encoding.js";
import { withoutPrefix } from "./log-prefix.js";
import { aboutRecord } from "./log-record.js";
import { httpie, powershell } from "./paste-commands.js";
import { curl } from "./paste-curl.js";
import { headerBlock, http, table } from "./paste-http.js";
import { NO_BODY, event, jsonLog, keySet, parse, recordIn } from "./paste-json.js";
import { logfmt, printed, printedBody } from "./paste-printed.js";
import { aboutOther, familyMember, isDelivery, mentionsOne, otherSender, schemeNamed, signedInside, unmarked } from "./senders.js";
import { targetOf } from "./target.js";

const SECRET = /(?<![A-Za-z0-9_])(?:v1,)?wh(?:sec|pk|sk)_[A-Za-z0-9+/_-]+=*/;
/** A line with a secret and its name, as notes and files of an environment have it. */
const NOTED = new RegExp(`^(?:export )?(?:[\\w .-]{1,40}[:=] *)?["']?(${SECRET.source})["']?;?$`);
const TOKEN = /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/;
const BEARER = /^(?:authorization:\s*)?bearer\s+(?=ey)/i;
const SIGNATURE = /^\s*v1a?,[A-Za-z0-9+/=]+(?:\s+v1a?,[A-Za-z0-9+/=]+)*\s*$/;
/** Longer than any delivery. Text pasted by mistake must not freeze the page. */
export const LONGEST = 16 * 1024 * 1024;
/** The longest text that is searched for printed values, which is slow: room for an escaped body of 1 MiB. */
const SEARCHED = 4 * 1024 * 1024;

/** A reader for each form. The first that finds a delivery decides; otherwise the first that finds a body. */
const FORMS = [http, curl, jsonLog, headerBlock];
const PRINTED = [powershell, httpie, table, lines, printed, logfmt];

/**
 * Extracts `{ kind, headers, notes, body?, secret?, jwks?, url?, method? }` from a text; undefined if nothing is recognised. The body is bytes,
 * everything else is text.
 */
export function takeApart(text) {
  const whole = withoutPrefix(text);
  const { rest, secret } = notedOf(whole);
  const beside = rest === undefined ? undefined : parts(rest);
  const isWhole = beside !== undefined && (beside.headers.length > 0 || beside.body !== undefined);
  const found = isWhole ? { secret, ...beside } : parts(whole);
  if (found === undefined) return undefined;
  const target = targetOf(found);
  // HTTP/2 has the request line in pseudo headers, such as `:path`.
  return { ...withoutBody(found, target), headers: found.headers.filter(([name]) => !name.startsWith(":")), ...target };
}

/** A request that says that it has no body has an empty one: that of another delivery must not stay in the field. */
function withoutBody(found, { method }) {
  const length = found.headers.find(([name]) => name.toLowerCase() === "content-length")?.[1].trim();
  const isEmpty = found.headers.length > 0 && found.body === undefined && (length === "0" || (length === undefined && method === "GET"));
  return isEmpty ? { ...found, body: new Uint8Array(), notes: found.notes.filter((note) => !note.includes(NO_BODY)) } : found;
}

/** The secrets on the first lines or the last, an old one and a new one for example. */
function notedOf(text) {
  const found = noted(text);
  const next = found.rest === undefined ? {} : noted(found.rest);
  return next.rest === undefined ? found : { rest: next.rest, secret: `${found.secret} ${next.secret}` };
}

/** A secret on the first line or the last, which is no part of the delivery beside it: `{ rest, secret }`; nothing if there is none. */
function noted(text) {
  const [begun, ended] = [text.trimStart(), text.trimEnd()];
  const [first, last] = [begun.indexOf("\n"), ended.lastIndexOf("\n")];
  const above = notedOn(begun.slice(0, Math.max(first, 0)));
  if (above !== undefined) return { rest: begun.slice(first + 1).trimStart(), secret: above };
  const below = notedOn(ended.slice(last + 1));
  // An empty line may stand between them.
  return below === undefined || last < 0 ? {} : { rest: ended.slice(0, last).replace(/\r$/, "").replace(/\r?\n$/, ""), secret: below };
}

const notedOn = (line) => (line.length < 500 ? NOTED.exec(line.trim())?.[1] : undefined);

function parts(text) {
  const found = withoutSecret(alone(text) ?? known(text) ?? record(text) ?? event(text) ?? (text.length > SEARCHED ? undefined : printedBody(text)));
  const secret = secretBeside(text, found?.body);
  if (found === undefined) return secret === undefined ? undefined : { kind: "a secret", headers: [], notes: [], secret };
  return secret === undefined || found.secret !== undefined ? found : { ...found, secret };
}

/** The result of the readers. Another sender's delivery is named; a request without a known header is the last resort. */
function known(text) {
  const set = keySet(text);
  if (set !== undefined) return set;
  let [rest, bodiless] = [];
  const forms = text.length > SEARCHED || !mentionsOne(text) ? FORMS : [...FORMS, ...PRINTED];
  for (const form of forms) {
    const found = form(text);
    if (found === undefined) continue;
    if (isDelivery(found.headers)) {
      const other = otherSender(found.headers);
      const notes = [other && aboutOther(other), ...found.notes, ...(record(text)?.notes ?? [])].filter(Boolean);
      if (found.body !== undefined) return { ...found, other, notes };
      bodiless ??= { ...found, other, notes };
      continue;
    }
    if (found.headers.length > 0 || found.body !== undefined) rest ??= found;
  }
  return bodiless ?? rest;
}

/** A record of the Worker's log, alone, in a line with a prefix, or in what `wrangler tail` prints. */
function record(text) {
  if (!/"ev\\*"/.test(text)) return undefined;
  for (const line of [text, ...text.split("\n").reverse()]) {
    const found = recordIn(parse(line.slice(Math.max(line.indexOf("{"), 0))));
    if (found !== undefined) return { kind: "a record of Countersign’s log", headers: [], notes: [aboutRecord(found)] };
  }
  return undefined;
}

/** A single value. */
function alone(text) {
  const value = text.trim();
  const words = value.length < 1000 ? value.split(/[\s,;|]+/) : [value];
  if (words.every((word) => SECRET.exec(word)?.[0] === word)) return { kind: words.length > 1 ? "several secrets" : "a secret", headers: [], notes: [], secret: words.join(" ") };
  if (TOKEN.test(value)) return { kind: "a token", headers: [["webhook-signature", value]], notes: [] };
  const token = value.replace(BEARER, "");
  if (token !== value && TOKEN.test(token)) return { kind: "a token", headers: [["authorization", `Bearer ${token}`]], notes: [] };
  if (SIGNATURE.test(text)) return { kind: "a signature", headers: [["webhook-signature", value]], notes: [] };
  return undefined;
}

/** The last line that is a JSON log record after a prefix, as `tail` shows them. */
function lines(text) {
  for (const line of text.split("\n").reverse()) {
    const found = line.includes("{") && mentionsOne(line) ? jsonLog(line.slice(line.indexOf("{"))) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A secret below the headers is not a body. */
function withoutSecret(found) {
  const text = (found?.body && found.body.length < 1000 && textOf(found.body)?.trim()) || undefined;
  return text !== undefined && SECRET.exec(text)?.[0] === text ? { ...found, body: undefined, secret: text } : found;
}

/** Finds a secret outside the body, never in it. */
function secretBeside(text, body) {
  const inner = (body && textOf(body)) || undefined;
  const secret = SECRET.exec(inner === undefined ? text : text.replace(inner, ""))?.[0];
  return secret === undefined || inner?.includes(secret) ? undefined : secret;
}

/** Schemes of the family that headers and body tell apart. */
const TOLD_APART = ["standard-webhooks", "svix", "gemini", "gemini-dynamic"];

/** The scheme of the headers, if they tell; `known` is the current choice. */
export function schemeOf(headers, body, known) {
  const other = otherSender(headers, known);
  if (other !== undefined) return other.scheme ?? known;
  // Many senders share the headers of Standard Webhooks, so a choice that fits them stays.
  const chosen = TOLD_APART.includes(known) ? [] : (schemeNamed(known)?.signatures ?? []);
  if (headers.some(([name]) => chosen.includes(name.toLowerCase()))) return known;
  const value = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  if (value("svix-signature") !== undefined) return "svix";
  const signature = value("webhook-signature") ?? "";
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(signature)) return "gemini-dynamic";
  if (/(^|\s)v1a,/.test(signature) && !/(^|\s)v1,/.test(signature)) return known === "standard-webhooks" ? known : "gemini-dynamic";
  if (signature === "") return (signedInside((body && textOf(body)) ?? "") ?? unmarked(headers))?.name ?? (known || "standard-webhooks");
  const member = familyMember(headers);
  if (member !== undefined) return member.name;
  const gemini = /"type"\s*:\s*"(batch|video|interaction)\./.test((body && textOf(body)) ?? "");
  return gemini ? "gemini" : known === "gemini" && signature !== "" ? "gemini" : "standard-webhooks";
}
