// The entry `countersign/hmac`, with its Wasm inside.
import "./hmac-inside.js";

export * from "./hmac-api.js";
