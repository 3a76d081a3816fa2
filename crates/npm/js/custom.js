// The entry `countersign/custom`, with its Wasm inside.
import "./hmac-inside.js";
import "./describe-inside.js";

export * from "./custom-api.js";
