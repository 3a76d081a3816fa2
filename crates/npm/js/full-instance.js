// The Wasm of `countersign/explain`, `countersign/jwt` and `countersign/ecdsa`. An entry gives its bytes or module.
import * as glue from "./full-glue.js";
import { Wasm } from "./wasm.js";

/** Does what `core` does, explains, and checks RS256 and ECDSA. */
export const full = new Wasm(glue, "countersign/slim/explain is not ready: await `init(…)` or call `initSync(…)` with countersign/full.wasm first");
