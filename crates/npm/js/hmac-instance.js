// The Wasm of `countersign/hmac`. An entry gives its bytes or module.
import * as glue from "./hmac-glue.js";
import { Wasm } from "./wasm.js";

/** Verifies with shared secrets. It has no registry: a scheme is lines of text, which `src/scheme/notation.rs` reads. */
export const small = new Wasm(glue);
