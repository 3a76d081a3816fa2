// The entry `countersign`, with its Wasm inside.
import "./core-inside.js";

export * from "./index-api.js";
