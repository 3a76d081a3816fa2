// The Wasm that verifies, and the one that explains.
import { fromFault } from "./error.js";
import * as coreGlue from "./glue.js";
import { Wasm } from "./wasm.js";

const NOT_LOADED = { code: "internal_error", status: 500, title: "an unexpected error; try again", message: "the second Wasm, for reports and the `jwt` form, could not be loaded; the next call tries again" };

/** What verifies. */
export const core = new Wasm(coreGlue);

let load;
let loading;

/** Says how the second Wasm is loaded, which the entries do each in their way. */
export function useFull(loader) {
  load = loader;
}

/** The second Wasm, with reports and the `jwt` form; loaded when first asked for. A load that failed is forgotten, so that the next call tries again. */
export function full() {
  loading ??= load()
    .then(({ default: start }) => start())
    .catch((cause) => {
      loading = undefined;
      throw fromFault(NOT_LOADED, cause);
    });
  return loading;
}
