// The npm package's own files, started once. What they say is what a receiver with the package would say.
import * as fullGlue from "../engine/full-glue.js";
import { initSync } from "../engine/slim.js";
import { full, useFull } from "../engine/instances.js";
import { report } from "../engine/report.js";
import { Wasm } from "../engine/wasm.js";

/** The size of all Wasm in bytes, once it is there. */
export let wasmBytes = 0;

/** Loads and starts both: what verifies, and what explains. These are the page's last requests. */
export async function start() {
  const [core, explainer] = await Promise.all([load("core.wasm"), load("full.wasm")]);
  wasmBytes = core.byteLength + explainer.byteLength;
  initSync(core);
  useFull(async () => ({ default: () => started(explainer) }));
  await full();
}

/**
 * A report of a delivery, whatever is wrong with it; the shape is `Report` of the package's `index.d.ts`.
 *
 * `secrets` are texts, or bytes of raw keys; `jwks` is the text of a key set, unread; `headers` are pairs; `body` is bytes.
 */
export function explain({ scheme, secrets, jwks, audience, issuer, tolerance, headers, body, now }) {
  const document = jwks === undefined ? undefined : new TextEncoder().encode(jwks);
  const accept = audience ? ["v1a", "jwt"] : undefined;
  const settings = { scheme, tolerance, ...(scheme === "gemini-dynamic" && { accept, audience, issuer }) };
  return report(settings, secrets, document, body, headers, now);
}

async function load(name) {
  const response = await fetch(new URL(`../engine/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status}.`);
  return response.arrayBuffer();
}

function started(bytes) {
  const wasm = new Wasm(fullGlue, (glue) => glue.prepare());
  wasm.start(bytes);
  return wasm;
}
