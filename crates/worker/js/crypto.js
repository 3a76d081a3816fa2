// The platform's own cryptography, each use in one crossing from Wasm. It is loaded when it is first needed: that takes a sixth of a
// cold start, and an isolate that only meets small bodies under shared secrets never needs it.
if (typeof globalThis.process?.getBuiltinModule !== "function") {
  throw new Error("Countersign needs node:crypto: set compatibility_date to 2026-08-04 or later, or add the flag nodejs_compat");
}

let loaded;
const native = () => (loaded ??= process.getBuiltinModule("node:crypto"));

/** HMAC-SHA256 over two parts, written to `mac`, 32 bytes of Wasm's memory: nothing need be fetched from here. */
export function hmac(key, prefix, body, mac) {
  mac.set(native().createHmac("sha256", key).update(prefix).update(body).digest());
}

/** SHA-256 over three parts, written to `hash`, 32 bytes of Wasm's memory. */
export function digest(prefix, body, suffix, hash) {
  hash.set(native().createHash("sha256").update(prefix).update(body).update(suffix).digest());
}

// By `Hash` in crypto.rs.
const HASHES_OF_HMAC = ["sha1", "sha512"];

/** HMAC of a message by one of those hashes, written to `mac`, which is Wasm's memory and as long as the hash. */
export function hmacOf(hash, key, message, mac) {
  mac.set(native().createHmac(HASHES_OF_HMAC[hash], key).update(message).digest());
}

export function publicKey(jwk) {
  return native().createPublicKey({ key: jwk, format: "jwk" });
}

// By `Algorithm` in crypto.rs: Ed25519, RS256, ECDSA on P-256.
const HASHES = [null, "RSA-SHA256", "sha256"];
const P256 = 2;

export function verify(algorithm, data, key, signature) {
  return native().verify(HASHES[algorithm], data, key, algorithm === P256 ? derOf(signature) : signature);
}

/** An ECDSA signature in DER (RFC 3279, 2.2.3), from r and s of 32 bytes each: workerd's `verify` takes no `dsaEncoding` with a key object. */
function derOf(signature) {
  const integers = [...integerOf(signature.subarray(0, 32)), ...integerOf(signature.subarray(32))];
  return Uint8Array.of(0x30, integers.length, ...integers);
}

/** Without leading zeros, but with one where the number would else be negative. */
function integerOf(bytes) {
  const first = bytes.findIndex((byte) => byte !== 0);
  const number = first < 0 ? [0] : [...bytes.subarray(first)];
  if (number[0] > 0x7f) number.unshift(0);
  return [0x02, number.length, ...number];
}
