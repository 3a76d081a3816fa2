// The entry `countersign/explain`, with its Wasm inside.
import "./full-inside.js";

export * from "./explain-api.js";
