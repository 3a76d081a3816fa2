// The entry without Wasm inside. The user loads `countersign/core.wasm`, once, before anything else.
import { core, useFull } from "./instances.js";

useFull(() => import("./full.js"));

/** Starts from bytes or a module. Ready when it returns. */
export function initSync(module, explainer) {
  core.start(module);
  useGiven(explainer);
}

/** Starts from a URL, a response, bytes, a module, or a promise of one of these. */
export function init(source, explainer) {
  useGiven(explainer);
  return core.startAsync(source);
}

/** Sets the source of the second Wasm. Without one, the package imports its own script. */
function useGiven(explainer) {
  if (explainer === undefined) return;
  useFull(async () => {
    const { default: start } = await import("./full-given.js");
    return { default: () => start(explainer) };
  });
}

export * from "./api.js";
export { hmac } from "./described.js";
