// The entry without Wasm inside: `countersign/core.wasm` is loaded by whoever imports this, once, before anything is used.
import { core, useFull } from "./instances.js";

useFull(() => import("./full.js"));

/** Takes bytes or a module; ready when it returns. */
export function initSync(module, explainer) {
  core.start(module);
  useGiven(explainer);
}

/** Takes also a URL, a response, or a promise of any of them. */
export function init(source, explainer) {
  useGiven(explainer);
  return core.startAsync(source);
}

/** The second Wasm from there, when it is first asked for. Without it, it is the one in a script of the package. */
function useGiven(explainer) {
  if (explainer === undefined) return;
  useFull(async () => {
    const { default: start } = await import("./full-given.js");
    return { default: () => start(explainer) };
  });
}

export * from "./api.js";
