// HMAC by the platform, which the Wasm asks for if a body is large.

/** `node:crypto`'s function; null if the platform has none. Looked up at the first large body: loading it takes half as long as the rest of an import. */
let createHmac;

/** HMAC-SHA256 of `prefix` and `body`: 32 bytes, or undefined if the platform cannot compute it synchronously. */
export function hmacSha256(key, prefix, body) {
  return attempted(() => platform()?.("sha256", key).update(prefix).update(body).digest());
}

/** HMAC-SHA512 in WebAssembly, once something that may need it was set up. */
let portableSha512;

/** Sets what computes HMAC-SHA512 if the platform cannot: a function of the key and the message. */
export function providePortableSha512(compute) {
  portableSha512 = compute;
}

/** HMAC-SHA512 of a message: 64 bytes, or undefined if nothing here computes it. */
export function hmacSha512(key, message) {
  return attempted(() => platform()?.("sha512", key).update(message).digest()) ?? attempted(() => portableSha512?.(key, message));
}

const platform = () => (createHmac ??= platformHmac());

/** Without an exception, which would end the Wasm that called. */
function attempted(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Without an import, so that a browser loads this file too: Node, Deno, Bun and Workers have it. */
function platformHmac() {
  return attempted(() => globalThis.process.getBuiltinModule("node:crypto").createHmac) ?? null;
}
