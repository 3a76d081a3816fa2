// `hmac(…)`: a Wasm of its own checks what is described, when the function is first called.
import { descriptionOf } from "./configured.js";
import * as glue from "./describe-glue.js";
import { Wasm } from "./wasm.js";

/** The function `hmac`. `load` gives its Wasm, and `withSecrets` is what makes the function of a sender. */
export function describedBy(load, withSecrets) {
  let wasm;
  return (given) => {
    const description = descriptionOf(given);
    if (wasm === undefined) {
      const started = new Wasm(glue);
      started.start(load());
      wasm = started;
    }
    return withSecrets(wasm.call((glue) => glue.describe(description)));
  };
}
