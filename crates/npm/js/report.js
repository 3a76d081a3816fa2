// Reports, which the second Wasm makes.
import { bodyOf } from "./body.js";
import { schemeOf, textOf } from "./check.js";
import { pairsOf } from "./headers.js";
import { core, full } from "./instances.js";

/** A report of the core, with the signed bytes put together. */
export async function report(settings, secrets, document, payload, headers, now) {
  const { scheme, ...options } = { __proto__: null, ...settings };
  const pairs = JSON.stringify(pairsOf(headers, schemeOf(core, String(scheme)).names));
  const body = bodyOf(payload);
  // A copy, as the second Wasm may have to be waited for.
  const bytes = typeof body === "string" ? encoder.encode(body) : body.slice();
  const wasm = await full();
  const text = wasm.call((glue) => glue.inspect(String(scheme), textOf(options), secrets, document, pairs, bytes, now));
  const report = JSON.parse(text);
  if (report.signedPrefix !== undefined) {
    const prefix = encoder.encode(report.signedPrefix);
    report.signedContent = new Uint8Array(prefix.length + bytes.length);
    report.signedContent.set(prefix);
    report.signedContent.set(bytes, prefix.length);
  }
  return report;
}

const encoder = new TextEncoder();
