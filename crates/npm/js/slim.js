// The entry `countersign/slim`: without Wasm inside. The user loads `countersign/core.wasm`, once, before anything else.
import { core } from "./core-instance.js";

/** Starts from bytes or a module. Ready when it returns. */
export function initSync(module) {
  core.start(module);
}

/** Starts from a URL, a response, bytes, a module, or a promise of one of these. */
export function init(source) {
  return core.startAsync(source);
}

export * from "./index-api.js";
