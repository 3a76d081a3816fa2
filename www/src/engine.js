// The npm package, loaded once. Its reports are those of a receiver that uses the package.
import { withSecrets } from "../engine/full-verifiers.js";
import * as countersign from "../engine/slim-explain.js";
import { fromBase64 } from "./encoding.js";
import { schemeNamed } from "./senders.js";

/** The size of all Wasm in bytes, once loaded. */
export let wasmBytes = 0;

/** Loads the module. This is the page's last request. */
export async function start() {
  const wasm = await unpacked(await load());
  wasmBytes = wasm.byteLength;
  await countersign.init(wasm);
}

/**
 * The report of a delivery, whatever is wrong with it. Its shape is `Report` in the package's `explain.d.ts`.
 *
 * `secrets` are texts, or bytes of raw keys; `jwks` is the unparsed text of a key set; `headers` are pairs; `body` is bytes;
 * `header` is the one that the receiver chose for the token; `url` and `method` are given if the sender signs the URL.
 */
export function explain({ scheme, secrets, header, jwks, audience, issuer, email, tolerance, url, method, headers, body, now }) {
  const accept = audience ? ["v1a", "jwt"] : undefined;
  const { takesTokens, identity } = schemeNamed(scheme);
  const token = takesTokens && (identity ? { audience, issuer, email } : { accept, audience, issuer });
  return countersign.explain({ scheme, secrets, header, jwks, tolerance, ...token }, body, headers, { now, url, method });
}

/** The minimum length of a shared key in the Worker, without `allow_short_keys`. */
const LEAST = 16;

/** Why the Worker and the package refuse a key that a report accepts; undefined if they accept all keys. */
export function refusalOf({ scheme, secrets }, report) {
  if (report.secrets.some(({ code }) => code !== undefined)) return undefined;
  const short = report.secrets.find(({ kind, bytes }) => kind === "hmac" && bytes < LEAST);
  if (short !== undefined) return `a shared key has at least ${LEAST} bytes, and this one has ${short.bytes}`;
  try {
    if (secrets.length > 0) withSecrets(scheme)(secrets);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** The gzipped module: inside `countersign.html`, or beside the page. */
async function load() {
  const inside = document.getElementById("engine");
  if (inside !== null) return fromBase64(inside.textContent);
  const name = "engine.wasm.gz";
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: the server responded ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A server that takes the name for a content coding has the browser decompress the module. */
async function unpacked(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.buffer;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
