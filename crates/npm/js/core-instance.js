// The Wasm of `countersign`. An entry gives its bytes or module.
import * as glue from "./core-glue.js";
import { Wasm } from "./wasm.js";

/** Verifies with secrets and with Ed25519 key sets. */
export const core = new Wasm(glue, "countersign/slim is not ready: await `init(…)` or call `initSync(…)` with countersign/core.wasm first");
