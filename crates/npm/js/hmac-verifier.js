// The verifier of `countersign/hmac`, over the small Wasm.
import { secretsOf } from "./check.js";
import * as glue from "./hmac-glue.js";
import { optionsOf } from "./options.js";
import { SECRET, StaticVerifier } from "./static.js";
import { Wasm } from "./wasm.js";

/** The small Wasm. An entry starts it. */
export const wasm = new Wasm(glue);

/** The function of a scheme's sender. */
export const withSecrets = (scheme) => (secrets, options) => new StaticVerifier(wasm, { scheme, ...optionsOf(options, SECRET) }, secretsOf(secrets));
