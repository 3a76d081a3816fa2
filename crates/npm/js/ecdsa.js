// The entry `countersign/ecdsa`, with its Wasm inside.
import "./full-inside.js";

export * from "./ecdsa-api.js";
