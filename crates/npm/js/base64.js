// Decodes base64. Wasm inside a script is base64, and decoding it was most of the time of an import: 35 ms in Node with a function called for each byte.

/** The bytes of padded base64. Throws for other text. */
export function fromBase64(text) {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The same for text that is known to be base64: Node's `Buffer`, where it exists, ignores what is not. */
export function decoded(text) {
  const { Buffer } = globalThis;
  return typeof Buffer?.from === "function" ? Buffer.from(text, "base64") : fromBase64(text);
}
