// HMAC by the platform, which the Wasm asks for if a body is large.

/** `node:crypto`'s, where it can be had without an import: in Node, Deno, Bun and Workers. */
const createHmac = (() => {
  try {
    return globalThis.process.getBuiltinModule("node:crypto").createHmac;
  } catch {
    return undefined;
  }
})();

/** HMAC-SHA256 of `prefix` and `body`: 32 bytes, or undefined if the platform cannot compute it at once. */
export function hmacSha256(key, prefix, body) {
  try {
    return createHmac?.("sha256", key).update(prefix).update(body).digest();
  } catch {
    return undefined;
  }
}
