// Reports: `inspect` and `explain`.
import { fromBase64 } from "./base64.js";
import { bodyOf, bodyOfRequest } from "./body.js";
import { full } from "./full-instance.js";
import { arrange, isRequest } from "./given.js";
import { pairsOf } from "./headers.js";
import { secondsOf, settingsOf } from "./options.js";
import { partsOf, targetOf } from "./target.js";
import { checkToken } from "./token.js";

/** The report of a call. Never throws: arguments that cannot be read give a report of one step. `receiver` returns what to check against. */
export async function inspected(given, receiver) {
  try {
    const { settings, secrets, keys = async () => undefined, token } = receiver();
    const arranged = arrange(given);
    const { payload, headers, options, url } = arranged;
    const body = isRequest(payload) ? await bodyOfRequest(payload.bodyUsed ? payload : (payload.clone?.() ?? payload)) : payload;
    const document = await Promise.resolve(keys(options)).catch(() => undefined);
    const whole = report(settings, secrets, document, body, headers, secondsOf(options.now), targetOf(arranged));
    return token === undefined ? whole : withToken(whole, token, options.url ?? url);
  } catch (error) {
    const { code = "internal_error", message } = error ?? {};
    const step = { name: code === "invalid_body" ? "body" : "input", state: "fail", code, detail: String(message) };
    const verdict = { state: "refused", code, detail: step.detail };
    return { ok: false, code, verdict, steps: [step], secrets: [], keys: [], signatures: [], comparisons: [], nearMisses: [] };
  }
}

/** Adds the check of the URL, which comes before all other steps. */
function withToken(report, token, url) {
  try {
    checkToken(token, url);
    return { ...report, steps: [{ name: "url", state: "pass", detail: "the URL ends with the token" }, ...report.steps] };
  } catch ({ code, message }) {
    const step = { name: "url", state: "fail", code, detail: message };
    return { ...report, ok: false, code, verdict: { state: "refused", code, detail: message }, steps: [step, ...report.steps] };
  }
}

/** The core's report, with the bytes that are signed. */
function report(settings, secrets, document, payload, headers, now, target) {
  const { scheme: given, ...options } = { __proto__: null, ...settings };
  const scheme = String(given);
  const pairs = pairsOf(headers, full.call((glue) => glue.headerNames(scheme)));
  const signsUrl = full.call((glue) => glue.signsUrl(scheme));
  const body = bodyOf(payload);
  const bytes = typeof body === "string" ? encoder.encode(body) : body.slice();
  const [url, method] = signsUrl ? partsOf(target) : [];
  const settled = { ...settingsOf(options), url, method };
  const [text, ...instead] = full.call((glue) => glue.inspect(scheme, settled, secrets, document, pairs.flat(), bytes, now));
  const report = JSON.parse(text);
  for (const [at, near] of report.nearMisses.entries()) {
    const [name, value] = instead.slice(2 * at, 2 * at + 2);
    if (name !== undefined) near.instead = { [name]: value };
  }
  if (report.signed !== undefined) report.signedContent = contentOf(report.signed, bytes);
  return report;
}

/** The signed bytes in one piece. A part without text is the body, unless it is in base64. */
function contentOf(parts, body) {
  const pieces = parts.map(({ text, base64 }) => (text !== undefined ? encoder.encode(text) : base64 !== undefined ? fromBase64(base64) : body));
  const content = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}

const encoder = new TextEncoder();
