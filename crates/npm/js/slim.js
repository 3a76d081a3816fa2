// The entry without Wasm inside: `countersign/core.wasm` is loaded by whoever imports this, once, before anything is used.
import { core, useFull } from "./instances.js";

useFull(() => import("./full.js"));

/** Takes bytes or a module; ready when it returns. */
export function initSync(module) {
  core.start(module);
}

/** Takes also a URL, a response, or a promise of any of them. */
export function init(source) {
  return core.startAsync(source);
}

export * from "./api.js";
