// The entry `countersign/hmac` for Cloudflare Workers, which take Wasm as a module.
import module from "./hmac.wasm";
import { wasm } from "./hmac-verifier.js";

wasm.start(module);

export * from "./hmac-api.js";
export { hmac } from "./hmac-described-workerd.js";
