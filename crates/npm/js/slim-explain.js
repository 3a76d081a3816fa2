// The entry `countersign/slim/explain`: without Wasm inside. The user loads `countersign/full.wasm`, once, before anything else.
import { full } from "./full-instance.js";

/** Starts from bytes or a module. Ready when it returns. */
export function initSync(module) {
  full.start(module);
}

/** Starts from a URL, a response, bytes, a module, or a promise of one of these. */
export function init(source) {
  return full.startAsync(source);
}

export * from "./explain-api.js";
