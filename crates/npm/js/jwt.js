// The entry `countersign/jwt`, with its Wasm inside.
import "./full-inside.js";

export * from "./jwt-api.js";
