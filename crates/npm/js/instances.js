// The Wasm that verifies, and the one that explains.
import * as coreGlue from "./glue.js";
import { Wasm } from "./wasm.js";

/** What verifies. */
export const core = new Wasm(coreGlue);

let load;
let loading;

/** Says how the second Wasm is loaded, which the entries do each in their way. */
export function useFull(loader) {
  load = loader;
}

/** The second Wasm, with reports and the `jwt` form; loaded when first asked for. */
export function full() {
  loading ??= load().then(
    ({ default: start }) => start(),
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}
