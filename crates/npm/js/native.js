// HMAC by the platform, which the Wasm asks for if a body is large.

/** `node:crypto`'s function; null if the platform has none. Looked up at the first large body: loading it takes half as long as the rest of an import. */
let createHmac;

/** HMAC-SHA256 of `prefix` and `body`: 32 bytes, or undefined if the platform cannot compute it synchronously. */
export function hmacSha256(key, prefix, body) {
  try {
    createHmac ??= platformHmac();
    return createHmac?.("sha256", key).update(prefix).update(body).digest();
  } catch {
    return undefined;
  }
}

/** Without an import, so that a browser loads this file too: Node, Deno, Bun and Workers have it. */
function platformHmac() {
  try {
    return globalThis.process.getBuiltinModule("node:crypto").createHmac;
  } catch {
    return null;
  }
}
