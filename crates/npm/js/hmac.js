// The entry `countersign/hmac`, with its Wasm inside.
import bytes from "./hmac-bytes.js";
import { wasm } from "./hmac-verifier.js";

wasm.start(bytes());

export * from "./hmac-api.js";
export { hmac } from "./hmac-described.js";
