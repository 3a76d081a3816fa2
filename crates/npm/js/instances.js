// The two instances of Wasm: the one that verifies, and the one with reports and the `jwt` form.
import { fromFault } from "./error.js";
import * as coreGlue from "./glue.js";
import { Wasm } from "./wasm.js";

const NOT_LOADED = { code: "internal_error", status: 500, title: "an unexpected error; try again", message: "the second Wasm, for reports and the `jwt` form, could not be loaded; the next call tries again" };

/** Verifies. */
export const core = new Wasm(coreGlue);

let load;
let loading;

/** Sets how the second Wasm is loaded. Each entry has its own way. */
export function useFull(loader) {
  load = loader;
}

/** The second Wasm, loaded at first use. After a load that failed, the next call tries again. */
export function full() {
  loading ??= load()
    .then(({ default: start }) => start())
    .catch((cause) => {
      loading = undefined;
      throw fromFault(NOT_LOADED, cause);
    });
  return loading;
}
