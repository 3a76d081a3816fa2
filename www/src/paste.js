// Paste anything: which form it has, and what is in it.
import { curl } from "./paste-curl.js";
import { headerBlock, http } from "./paste-http.js";
import { event, jsonLog, keySet } from "./paste-json.js";
import { textOf } from "./encoding.js";

const SECRET = /(?<![A-Za-z0-9_])(?:v1,)?wh(?:sec|pk|sk)_[A-Za-z0-9+/_-]+=*/;
const TOKEN = /^\s*ey[\w-]+\.ey[\w-]+\.[\w-]+\s*$/;
const SIGNATURE = /^\s*v1a?,[A-Za-z0-9+/=]+(?:\s+v1a?,[A-Za-z0-9+/=]+)*\s*$/;

/**
 * Takes a text apart: `{ kind, headers, notes, body?, secret?, jwks? }`; undefined where nothing in it is known. The body is
 * bytes, everything else is text.
 */
export function takeApart(text) {
  const found = alone(text) ?? http(text) ?? curl(text) ?? keySet(text) ?? jsonLog(text) ?? headerBlock(text) ?? lines(text) ?? event(text);
  const secret = SECRET.exec(outsideBody(text, found?.body))?.[0];
  if (found === undefined) return secret === undefined ? undefined : { kind: "a secret", headers: [], notes: [], secret };
  return secret === undefined || found.secret !== undefined ? found : { ...found, secret };
}

/** A single value. */
function alone(text) {
  const value = text.trim();
  if (SECRET.exec(value)?.[0] === value) return { kind: "a secret", headers: [], notes: [], secret: value };
  if (TOKEN.test(text)) return { kind: "a token", headers: [["webhook-signature", value]], notes: [] };
  if (SIGNATURE.test(text)) return { kind: "a signature", headers: [["webhook-signature", value]], notes: [] };
  return undefined;
}

/** The last line of several that is a JSON log by itself, as `tail` shows them. */
function lines(text) {
  const each = text.split("\n").reverse();
  const found = each.map((line) => line.slice(Math.max(line.indexOf("{"), 0))).map(jsonLog).find((found) => found !== undefined);
  return each.length > 1 ? found : undefined;
}

/** A secret is looked for beside the body, never in it. */
function outsideBody(text, body) {
  const inner = body && textOf(body);
  return inner ? text.replace(inner, "") : text;
}

/** Which scheme the headers speak, where they say; `known` is what was chosen before. */
export function schemeOf(headers, body, known) {
  const value = (name) => headers.find(([given]) => given.toLowerCase() === name)?.[1];
  if (value("svix-signature") !== undefined) return "svix";
  const signature = value("webhook-signature") ?? "";
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(signature)) return "gemini-dynamic";
  if (/(^|\s)v1a,/.test(signature) && !/(^|\s)v1,/.test(signature)) return known === "standard-webhooks" ? known : "gemini-dynamic";
  const gemini = /"type"\s*:\s*"(batch|video|interaction)\./.test((body && textOf(body)) ?? "");
  return gemini ? "gemini" : known === "gemini" && signature !== "" ? "gemini" : "standard-webhooks";
}
