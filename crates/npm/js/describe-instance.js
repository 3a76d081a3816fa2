// The Wasm of `countersign/custom`, which checks how a sender is described. An entry gives its bytes or module.
import * as glue from "./describe-glue.js";
import { Wasm } from "./wasm.js";

/** Reads descriptions. */
export const describer = new Wasm(glue);
