// Reports, which the second Wasm writes.
import { bodyOf } from "./body.js";
import { pairsOf } from "./headers.js";
import { core, full } from "./instances.js";
import { settingsOf } from "./options.js";

/** The core's report, with the bytes that are signed. */
export async function report(settings, secrets, document, payload, headers, now) {
  const { scheme: given, ...options } = { __proto__: null, ...settings };
  const scheme = String(given);
  const pairs = pairsOf(headers, core.call((glue) => glue.headerNames(scheme)));
  const body = bodyOf(payload);
  // A copy: the second Wasm may have to be loaded first.
  const bytes = typeof body === "string" ? encoder.encode(body) : body.slice();
  const wasm = await full();
  const text = wasm.call((glue) => glue.inspect(scheme, settingsOf(options), secrets, document, pairs.flat(), bytes, now));
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
