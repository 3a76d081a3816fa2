// Reports, which the second Wasm makes.
import { bodyOf } from "./body.js";
import { textOf } from "./check.js";
import { pairsOf } from "./headers.js";
import { full } from "./instances.js";

/** A report of the core, with the signed bytes put together. */
export async function report({ scheme, ...options }, secrets, document, payload, headers, now) {
  const body = bodyOf(payload);
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const pairs = JSON.stringify(pairsOf(headers));
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
